"""Publications, which a blue/green deployment adds its own to."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.pages import BLUE_GREEN
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.blue_green._subjects import UPGRADES, concerned
from rdscheck.assess.target import Move


@rule(
    id="blue-green-publication",
    problem="The database has a publication; subscribers do not follow a blue/green deployment by "
    "themselves.",
    why="After the switchover the slots of subscribers are on the old side, so they must be made anew, or "
    "rows are missed.",
    fix="Stop writes, let subscribers catch up, and create their slots on the new side.",
    severity=Severity.NOTE,
    source=BLUE_GREEN,
    date="2026-10-01",
    effort=Effort(1, 0.25),
    moves=UPGRADES,
    guilty=Example(
        sql="CREATE TABLE public.t (a int PRIMARY KEY); CREATE PUBLICATION out FOR TABLE public.t",
        subject="publication out",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
    innocent=Example(
        sql="CREATE TABLE public.publication (a int PRIMARY KEY)",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def blue_green_publication(context: Context) -> Iterator[Hit]:
    """Find publications."""
    if not concerned(context):
        return
    for one in context.facts.publications:
        yield hit(one, f"publication {plain(one.name)}")
