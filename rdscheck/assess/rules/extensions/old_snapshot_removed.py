"""old_snapshot, which looked at old_snapshot_threshold; both went with PostgreSQL 17."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import quoted
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import absent, on
from rdscheck.assess.rules.extensions._pages import RDS_LIST, READ


@rule(
    id="old-snapshot-removed",
    problem="The target does not have the extension old_snapshot.",
    why="The module looks at what old_snapshot_threshold keeps. Both were removed with PostgreSQL 17, RDS"
    " has it in 14 to 16 only and Aurora never; CREATE EXTENSION fails, and an upgrade with it.",
    fix="Drop the extension: it holds no data.",
    severity=Severity.BLOCKER,
    source=RDS_LIST,
    date=READ,
    effort=Effort(0.25),
    guilty=Example(sql=disguised("old_snapshot"), subject="extension old_snapshot", target="rds-17"),
    innocent=Example(sql=disguised("old_snapshot"), target="rds-16"),
)
def old_snapshot_removed(context: Context) -> Iterator[Hit]:
    """Find the extension where the target lacks it."""
    for one in absent(context, ("old_snapshot",)):
        yield on(
            one,
            f"{context.target.name} has no old_snapshot; nothing is lost without it.",
            f"DROP EXTENSION {quoted(one.name)};",
        )
