"""A cast without a function."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.casts._types import between, shown, written
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="cast-binary",
    problem="A cast WITHOUT FUNCTION was made here, which only a superuser can do.",
    why="CREATE CAST … WITHOUT FUNCTION fails, and so do the queries, views and functions that rely on it.",
    fix="Make the cast WITH INOUT or with a function.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("sql-createcast"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(0.5, 0.5),
    moves=(Move.RESTORE,),
    # Enums, composite types and domains never have such a cast.
    guilty=Example(sql="CREATE CAST (json AS bytea) WITHOUT FUNCTION", subject="cast json AS bytea"),
    innocent=Example(
        sql="CREATE TYPE coin AS ENUM ('heads'); CREATE TYPE side AS ENUM ('heads'); CREATE CAST (coin AS"
        " side) WITH INOUT"
    ),
)
def cast_binary(context: Context) -> Iterator[Hit]:
    """Find casts that take one type's bytes for another's."""
    for one in context.facts.casts:
        if one.method == "binary":
            own = not between(one)
            yield hit(
                one,
                f"cast {shown(one.source)} AS {shown(one.target)}",
                f"The cast from {shown(one.source)} to {shown(one.target)} has no function and cannot be"
                f" created on {context.target.name}.",
                f"DROP CAST ({written(one)});"
                + (f"\nCREATE CAST ({written(one)}) WITH INOUT; -- or with a function" if own else ""),
            )
