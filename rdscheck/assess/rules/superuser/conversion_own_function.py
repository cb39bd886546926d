"""An encoding conversion with a function of one's own."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="conversion-own-function",
    problem="An encoding conversion uses a function in C, and no function in C can be made on the target.",
    why="CREATE CONVERSION fails because its function is missing; clients of that encoding are converted by"
    " PostgreSQL's own function, or refused.",
    fix="Use PostgreSQL's own conversion, or convert in the client.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("sql-createconversion"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(4, 2),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION own_latin1(integer, integer, cstring, internal, integer, boolean) RETURNS"
        " integer STRICT LANGUAGE c AS '$libdir/utf8_and_iso8859_1', 'iso8859_1_to_utf8'; CREATE CONVERSION"
        " own_latin1 FOR 'LATIN1' TO 'UTF8' FROM own_latin1",
        subject="conversion public.own_latin1",
        since=14,  # the functions have another form before
    ),
    innocent=Example(sql="CREATE CONVERSION own_latin1 FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8"),
)
def conversion_own_function(context: Context) -> Iterator[Hit]:
    """Find conversions whose function is not PostgreSQL's."""
    for one in context.facts.conversions:
        if one.function and not one.function.startswith("pg_catalog."):
            name = plain(one.schema, one.name)
            yield hit(
                one,
                f"conversion {name}",
                f"The conversion {name} uses the function {one.function}, which cannot be created on"
                f" {context.target.name}.",
                f"DROP CONVERSION {quoted(one.schema, one.name)};",
            )
