"""Aggregates and operators on array functions whose arguments changed with PostgreSQL 14."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import PG_UPGRADE_CHECKS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.major_upgrade._typed import shown

_CHANGED = frozenset(
    {
        *("array_append", "array_cat", "array_position", "array_positions", "array_prepend", "array_remove"),
        *("array_replace", "width_bucket"),
    }
)
_OLD = frozenset({"pg_catalog.anyarray", "pg_catalog.anyelement"})


@rule(
    id="array-polymorphics",
    problem="An aggregate or operator uses an array function whose arguments changed with 14.",
    why="array_append and its like take anycompatiblearray since 14: CREATE AGGREGATE with anyarray fails "
    "on the target, and so does pg_upgrade.",
    fix="Drop the object, and create it again with anycompatiblearray and anycompatible.",
    severity=Severity.BLOCKER,
    source=PG_UPGRADE_CHECKS,
    date="2026-10-01",
    effort=Effort(1, 0.25),
    sources=(0, 13),
    targets=(14, 0),
    guilty=Example(
        sql="CREATE AGGREGATE public.collect(anyelement) (SFUNC = array_append, STYPE = anyarray)",
        subject="aggregate public.collect(anyelement)",
        until=13,
        target="rds-17",
    ),
    innocent=Example(
        sql="CREATE AGGREGATE public.collect(int) (SFUNC = array_append, STYPE = int[])",
        until=13,
        target="rds-17",
    ),
)
def array_polymorphics(context: Context) -> Iterator[Hit]:
    """Find aggregates and operators on these functions with the old polymorphic types."""
    for one in context.facts.aggregates:
        used = sorted({_bare(name) for name in one.functions} & _CHANGED)
        if used and one.state in _OLD:
            name = f"{plain(one.schema, one.name)}({one.arguments})"
            yield hit(
                one,
                f"aggregate {name}",
                f"The aggregate {name} uses {', '.join(used)}, whose arguments changed with 14.",
                f"DROP AGGREGATE {quoted(one.schema, one.name)}({one.arguments});",
            )
    for operator in context.facts.operators:
        function = _bare(operator.function)
        if function in _CHANGED and operator.left in _OLD:
            name = f"{plain(operator.schema)}.{operator.name}"
            left, right = shown(operator.left), shown(operator.right)
            yield hit(
                operator,
                f"operator {name}({left}, {right})",
                f"The operator {name}({left}, {right}) uses {function}, whose arguments changed with 14.",
                f"DROP OPERATOR {quoted(operator.schema)}.{operator.name} ({left}, {right});",
            )


def _bare(function: str) -> str:
    name = function.partition("(")[0].removeprefix("pg_catalog.")
    return name if "." not in name else ""
