"""Statistics of the planner, which most upgrades and all restores leave behind."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import changes
from rdscheck.assess.pages import UPGRADE
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.target import Move

#: First target major that takes statistics over.
_KEPT = 18


@rule(
    id="statistics-stay-behind",
    problem="The planner has no statistics after the upgrade.",
    why="pg_upgrade to 17 and older leaves them behind: until ANALYZE has run, queries may be very slow.",
    fix="ANALYZE every database as soon as the upgrade is done.",
    severity=Severity.NOTE,
    source=UPGRADE,
    date="2026-10-01",
    effort=Effort(0.25),
    moves=(Move.UPGRADE,),
    guilty=Example(
        sql="CREATE TABLE public.t (a int PRIMARY KEY)",
        subject="statistics",
        until=16,
        target="rds-17",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
    innocent=Example(
        sql="CREATE TABLE public.t (a int PRIMARY KEY)",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def statistics_stay_behind(context: Context) -> Iterator[Hit]:
    """Say it once for an upgrade to a major that does not take them over."""
    if changes(context) and context.target.major < _KEPT:
        yield Hit("statistics", fix="vacuumdb --all --analyze-in-stages  # or ANALYZE; in every database")
