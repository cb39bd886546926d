"""Views on columns of pg_stat_statements that its later versions no longer have."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import crosses
from rdscheck.assess.pages import release
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.major_upgrade._views import drop, subject, views, words
from rdscheck.assess.target import Move

#: Column -> first major whose pg_stat_statements does not have it, and its successor.
_GONE = {
    "max_time": (13, "max_exec_time"),
    "mean_time": (13, "mean_exec_time"),
    "min_time": (13, "min_exec_time"),
    "stddev_time": (13, "stddev_exec_time"),
    "total_time": (13, "total_exec_time"),
    "blk_read_time": (17, "shared_blk_read_time"),
    "blk_write_time": (17, "shared_blk_write_time"),
}


@rule(
    id="view-on-pg-stat-statements",
    problem="A view reads a column that pg_stat_statements has under another name on the target.",
    why="The target creates the extension in its own version, so the view cannot be created; after an "
    "upgrade in place ALTER EXTENSION … UPDATE fails as long as the view is there.",
    fix="Drop the view, and create it again with the column's new name.",
    severity=Severity.BLOCKER,
    source=release("17"),
    date="2026-10-01",
    effort=Effort(0.25, 0.1),
    guilty=Example(
        sql="CREATE EXTENSION pg_stat_statements; CREATE VIEW public.slow AS SELECT query, blk_read_time "
        "FROM pg_stat_statements",
        needs=("pg_stat_statements",),
        subject="view public.slow",
        until=16,
        target="rds-17",
    ),
    innocent=Example(
        sql="CREATE EXTENSION pg_stat_statements; CREATE VIEW public.slow AS SELECT query, rows AS "
        "blk_read_times "
        "FROM pg_stat_statements",
        needs=("pg_stat_statements",),
        until=16,
        target="rds-17",
    ),
)
def view_on_pg_stat_statements(context: Context) -> Iterator[Hit]:
    """Find views whose words hold the extension's view and such a column."""
    gone = {name: told for name, told in _GONE.items() if crosses(context, told[0])}
    for view in views(context.facts) if gone else ():
        there = words(view.definition)
        found = sorted(gone.keys() & there) if "pg_stat_statements" in there else []
        if found:
            yield hit(
                view,
                subject(view),
                f"The {subject(view)} reads {', '.join(found)} of pg_stat_statements, which is "
                f"{gone[found[0]][1]} since {gone[found[0]][0]}.",
                drop(view),
                severity=Severity.BLOCKER if context.move is Move.RESTORE else Severity.WARNING,
                source=release(str(gone[found[0]][0])),
            )
