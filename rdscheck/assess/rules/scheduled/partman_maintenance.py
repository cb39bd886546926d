"""Partitions kept by pg_partman: who runs its maintenance."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.pages import PARTMAN
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules._dumps import dumped
from rdscheck.assess.target import Move

_HEAD = "CREATE SCHEMA partman;\n\nCREATE EXTENSION IF NOT EXISTS pg_partman WITH SCHEMA partman;\n\n"
_ROW = (
    "COPY partman.part_config (parent_table, control, partition_type, partition_interval) FROM stdin;\n"
    "public.orders\tat\tnative\t1 day\n\\.\n"
)


@rule(
    id="partman-maintenance",
    problem="Somebody has to run the maintenance of pg_partman on the target.",
    why="RDS has no documented background worker of pg_partman, and refuses pg_partman_bgw on 18. Without "
    "maintenance no new partitions are made, and rows go to the default partition or are refused.",
    fix="Schedule the maintenance with pg_cron, or from outside.",
    severity=Severity.NOTE,
    source=PARTMAN,
    date="2026-10-01",
    effort=Effort(0.5),
    moves=(Move.RESTORE,),
    guilty=Example(dump=dumped("15.4", _HEAD + _ROW), subject="partition set public.orders"),
    innocent=Example(dump=dumped("15.4", _HEAD)),
)
def partman_maintenance(context: Context) -> Iterator[Hit]:
    """Find sets of partitions that pg_partman keeps."""
    for one in context.facts.partition_sets:
        yield hit(
            one,
            f"partition set {one.parent}",
            f"pg_partman keeps the partitions of {one.parent}: its maintenance must be scheduled on the "
            f"target.",
            "Schedule CALL partman.run_maintenance_proc() on the target, by cron.schedule or from outside.",
        )
