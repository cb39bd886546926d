"""Unlogged tables, which a blue/green deployment leaves empty."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import BLUE_GREEN
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.blue_green._subjects import UPGRADES, concerned
from rdscheck.assess.target import Move


@rule(
    id="blue-green-unlogged-table",
    problem="The table is unlogged: a blue/green deployment does not replicate it.",
    why="Changes of unlogged tables are not in the WAL. In the new version the table is empty.",
    fix="Make the table logged before the deployment is created, or fill it after the switchover.",
    severity=Severity.NOTE,
    source=BLUE_GREEN,
    date="2026-10-01",
    effort=Effort(0.25, 0.1),
    moves=UPGRADES,
    guilty=Example(
        sql="CREATE UNLOGGED TABLE public.sessions (id int PRIMARY KEY)",
        subject="table public.sessions",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
    innocent=Example(
        sql="CREATE TABLE public.sessions (id int PRIMARY KEY)",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def blue_green_unlogged_table(context: Context) -> Iterator[Hit]:
    """Find unlogged tables."""
    if not concerned(context):
        return
    for one in context.facts.relations:
        if one.kind == "table" and one.unlogged:
            yield hit(
                one,
                f"table {plain(one.schema, one.name)}",
                fix=f"ALTER TABLE {quoted(one.schema, one.name)} SET LOGGED;",
            )
