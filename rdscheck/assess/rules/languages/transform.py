"""A transform of a type for a language."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.extensions._pages import MANUAL, READ
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

_TRANSFORM = (
    "CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION pg_catalog.prsd_lextype(internal),"
    " TO SQL WITH FUNCTION pg_catalog.int4recv(internal))"
)


@rule(
    id="transform",
    problem="The transform belongs to no extension.",
    why="A transform needs functions with arguments of type internal, which only LANGUAGE c and internal"
    " have,"
    " and the type and the functions have to be one's own: CREATE TRANSFORM fails.",
    fix="Use an extension of transforms the target offers, such as jsonb_plperl, or do without.",
    severity=Severity.BLOCKER,
    source=f"{MANUAL}/sql-createtransform.html",
    date=READ,
    certainty=Certainty.DERIVED,
    moves=(Move.RESTORE,),
    effort=Effort(1, 1),
    guilty=Example(sql=_TRANSFORM, subject="transform pg_catalog.int4 for sql"),
    innocent=Example(
        sql="CREATE TYPE public.level AS ENUM ('low', 'high');\nCREATE CAST (text AS public.level) WITH INOUT"
    ),
)
def transform(context: Context) -> Iterator[Hit]:
    """Find transforms outside extensions."""
    for one in context.facts.transforms:
        schema, _, name = one.type.rpartition(".")
        yield hit(
            one,
            f"transform {one.type} for {plain(one.language)}",
            f"The transform of {one.type} for {plain(one.language)} cannot be created on"
            f" {context.target.name}.",
            f"DROP TRANSFORM FOR {quoted(schema, name)} LANGUAGE {quoted(one.language)};",
        )
