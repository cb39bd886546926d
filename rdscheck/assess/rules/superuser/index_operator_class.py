"""An index that uses an operator class of one's own."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="index-operator-class",
    problem="An index uses an operator class that cannot be created on the target.",
    why="Operator classes are a superuser's to make: the class is missing, so CREATE INDEX fails as well.",
    fix="Index an expression with a class of PostgreSQL's own.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("sql-createopclass"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(1, 1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE OPERATOR CLASS own_order FOR TYPE integer USING btree AS OPERATOR 1 <, OPERATOR 2 <=,"
        " OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer); CREATE TABLE"
        " numbers (n integer); CREATE INDEX numbers_n ON numbers (n own_order)",
        subject="index public.numbers_n",
    ),
    innocent=Example(
        sql="CREATE EXTENSION pg_trgm; CREATE TABLE words (word text); CREATE INDEX words_word ON words"
        " USING gin (word gin_trgm_ops)",
        needs=("pg_trgm",),
    ),
)
def index_operator_class(context: Context) -> Iterator[Hit]:
    """Find indexes with a class that users made."""
    own = {
        (one.database, f"{one.schema}.{one.name}") for one in context.facts.operator_classes if not one.family
    }
    for one in context.facts.indexes:
        used = [name for name in one.classes if (one.database, name) in own]
        if used:
            name = plain(one.schema, one.name)
            yield hit(
                one,
                f"index {name}",
                f"The index {name} of {plain(one.schema, one.relation)} uses {', '.join(used)}, which"
                f" cannot be created on {context.target.name}.",
                f"DROP INDEX {quoted(one.schema, one.name)};",
            )
