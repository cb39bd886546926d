"""Postfix operators, which PostgreSQL 14 no longer has."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import PG_UPGRADE_CHECKS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.major_upgrade._typed import shown
from rdscheck.assess.rules.major_upgrade._views import behind, drop, subject, views


@rule(
    id="postfix-operators",
    problem="An operator stands behind its operand.",
    why="Postfix operators are gone since 14, the factorial's ! among them: CREATE OPERATOR and CREATE VIEW "
    "fail, and so does pg_upgrade.",
    fix="Drop the operator; use a prefix operator or the function itself.",
    severity=Severity.BLOCKER,
    source=PG_UPGRADE_CHECKS,
    date="2026-10-01",
    effort=Effort(1, 0.5),
    sources=(0, 13),
    targets=(14, 0),
    guilty=Example(
        sql="CREATE FUNCTION public.twice(int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1';"
        " CREATE OPERATOR public.!> (LEFTARG = int, PROCEDURE = public.twice)",
        subject="operator public.!>(integer, NONE)",
        until=13,
        target="rds-17",
    ),
    innocent=Example(
        sql="CREATE FUNCTION public.twice(int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1';"
        " CREATE OPERATOR public.!> (RIGHTARG = int, PROCEDURE = public.twice)",
        until=13,
        target="rds-17",
    ),
)
def postfix_operators(context: Context) -> Iterator[Hit]:
    """Find operators with a left side alone, one only named so far has neither; and views with one."""
    for view in views(context.facts):
        if behind(view.definition):
            what = subject(view)
            yield hit(view, what, f"The {what} has an operator behind its operand.", drop(view))
    for one in context.facts.operators:
        if one.left and not one.right:
            name = f"{plain(one.schema)}.{one.name}({shown(one.left)}, NONE)"
            yield hit(
                one,
                f"operator {name}",
                f"The operator {name} stands behind its operand.",
                f"DROP OPERATOR {quoted(one.schema)}.{one.name} ({shown(one.left)}, NONE);",
            )
