"""Columns that hold positions of one cluster: transaction numbers, places in the WAL or in a table."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.pages import PG_SNAPSHOTS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.types._nesting import DUMPED, by_way, holding, subject
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

_POSITIONS = frozenset(
    f"pg_catalog.{name}" for name in ("xid", "xid8", "cid", "tid", "pg_lsn", "pg_snapshot", "txid_snapshot")
)


@rule(
    id="cluster-position-columns",
    problem="A column holds transaction numbers or positions in the WAL of the old cluster.",
    why="A new instance counts transactions and WAL from its own beginning. Old values are then ahead of "
    "new ones, and whatever compares them (queues, outboxes, change tracking) skips or repeats rows.",
    fix="Drain what depends on the column before the move, and set it to null or anew after the restore.",
    severity=Severity.WARNING,
    source=PG_SNAPSHOTS,
    date="2026-10-01",
    certainty=Certainty.DERIVED,
    effort=Effort(1, 0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE TABLE public.outbox (id bigint PRIMARY KEY, written pg_lsn)",
        subject="column public.outbox.written",
    ),
    innocent=Example(sql="CREATE TABLE public.outbox (id bigint PRIMARY KEY, pg_lsn text, xid bigint)"),
)
def cluster_position_columns(context: Context) -> Iterator[Hit]:
    """Find columns of those types whose rows are restored."""
    for column, found in holding(context.facts, lambda name: name in _POSITIONS, DUMPED):
        yield hit(
            column,
            subject(column),
            f"The {subject(column)} has the type {by_way(column, found)}; its values mean nothing on the new "
            f"instance.",
        )
