"""Targets of an older major than the source."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.pages import PG_DUMP
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.target import Move


@rule(
    id="target-is-older",
    problem="The target is of an older major than the source.",
    why="No upgrade goes back. A dump may hold what the older major does not know: nobody promises that it "
    "loads.",
    fix="Take a target of the source's major or a later one.",
    severity=Severity.WARNING,
    source=PG_DUMP,
    date="2026-10-01",
    effort=Effort(4),
    guilty=Example(
        sql="CREATE TABLE public.t (a int PRIMARY KEY)", subject="version", since=14, target="rds-13"
    ),
    innocent=Example(sql="CREATE TABLE public.t (a int PRIMARY KEY)"),
)
def target_is_older(context: Context) -> Iterator[Hit]:
    """Compare the majors, where that of the source is known."""
    if context.source_major > context.target.major:
        yield Hit(
            "version",
            f"The source is PostgreSQL {context.source_major:g}, the target {context.target.name}.",
            severity=Severity.BLOCKER if context.move is Move.UPGRADE else Severity.WARNING,
        )
