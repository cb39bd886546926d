"""An operator family of one's own."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="operator-family",
    problem="An operator family was made here, which only a superuser can do.",
    why="CREATE OPERATOR FAMILY and ALTER OPERATOR FAMILY fail; comparisons between two types then use no"
    " index.",
    fix="Drop the family, and compare values of one type.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("sql-createopfamily"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(2, 1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE OPERATOR FAMILY own_family USING btree", subject="operator family public.own_family"
    ),
    innocent=Example(
        sql="CREATE FUNCTION same(integer, text) RETURNS boolean IMMUTABLE LANGUAGE sql AS 'SELECT $1::text"
        " = $2'; CREATE OPERATOR === (LEFTARG = integer, RIGHTARG = text, FUNCTION = same)"
    ),
)
def operator_family(context: Context) -> Iterator[Hit]:
    """Find operator families; a warning for those made with a class, of which its own finding speaks."""
    classes = {
        (one.database, one.schema, one.name, one.method)
        for one in context.facts.operator_classes
        if not one.family
    }
    for one in context.facts.operator_classes:
        if one.family:
            name = plain(one.schema, one.name)
            made = (one.database, one.schema, one.name, one.method) in classes
            yield hit(
                one,
                f"operator family {name}",
                f"The operator family {name}{', made with its operator class,' if made else ''} cannot be"
                f" created on {context.target.name}.",
                f"DROP OPERATOR FAMILY {quoted(one.schema, one.name)} USING {quoted(one.method or 'btree')}"
                " CASCADE;",
                severity=Severity.WARNING if made else None,
            )
