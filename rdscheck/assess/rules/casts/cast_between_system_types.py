"""A cast between two types of the system."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.casts._types import between, shown, written
from rdscheck.assess.target import Move


@rule(
    id="cast-between-system-types",
    problem="A cast between two built-in types was made here, which takes the ownership of one of them.",
    why="Built-in types belong to rdsadmin: CREATE CAST fails, and queries that rely on it stop with an"
    " error of types. RDS offers a fixed set of such casts as the extension rds_casts.",
    fix="Take the cast from rds_casts where it has it, else cast in the queries.",
    severity=Severity.BLOCKER,
    source=pages.CASTS,
    date=pages.READ,
    effort=Effort(2, 1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION day_number(date) RETURNS integer IMMUTABLE LANGUAGE sql AS $$SELECT $1 - DATE"
        " '2000-01-01'$$; CREATE CAST (date AS integer) WITH FUNCTION day_number(date)",
        subject="cast date AS int4",
    ),
    innocent=Example(
        sql="CREATE TYPE size AS ENUM ('small'); CREATE CAST (varchar AS size) WITH INOUT AS IMPLICIT"
    ),
)
def cast_between_system_types(context: Context) -> Iterator[Hit]:
    """Find casts of which neither type is a user's; those without function have a finding of their own."""
    has = "rds_casts" in context.target.extensions
    for one in context.facts.casts:
        if between(one) and one.method != "binary":
            yield hit(
                one,
                f"cast {shown(one.source)} AS {shown(one.target)}",
                f"The cast from {shown(one.source)} to {shown(one.target)} cannot be created on"
                f" {context.target.name}{'' if has else ', which does not offer rds_casts either'}.",
                "CREATE EXTENSION rds_casts; -- on the target; see whether it has this cast\n"
                f"DROP CAST ({written(one)}); -- on the source, before the dump"
                if has
                else f"DROP CAST ({written(one)}); -- and write ::type or CAST() in the queries",
            )
