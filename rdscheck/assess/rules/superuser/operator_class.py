"""An operator class of one's own."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="operator-class",
    problem="An operator class was made here, which only a superuser can do.",
    why="CREATE OPERATOR CLASS fails, and so do the indexes that use it.",
    fix="Index an expression with a class of PostgreSQL's own instead.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("sql-createopclass"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(4, 2),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE OPERATOR CLASS own_order FOR TYPE integer USING btree AS OPERATOR 1 <, OPERATOR 2 <=,"
        " OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer)",
        subject="operator class public.own_order",
    ),
    innocent=Example(
        sql="CREATE TABLE words (word text PRIMARY KEY); CREATE INDEX words_by_pattern ON words (word"
        " text_pattern_ops)"
    ),
)
def operator_class(context: Context) -> Iterator[Hit]:
    """Find operator classes of users."""
    for one in context.facts.operator_classes:
        if not one.family:
            name = plain(one.schema, one.name)
            yield hit(
                one,
                f"operator class {name}",
                f"The operator class {name}{f' for {one.method}' if one.method else ''} cannot be created"
                f" on {context.target.name}.",
                f"DROP OPERATOR CLASS {quoted(one.schema, one.name)} USING {quoted(one.method or 'btree')}"
                " CASCADE; -- with the indexes that use it; make them again on expressions",
            )
