"""Logical slots that have lost what they need."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import changes
from rdscheck.assess.pages import PG_UPGRADE_CHECKS
from rdscheck.assess.rule import Context, Hit, hit, rule
from rdscheck.assess.rules.major_upgrade._slots import DROPPED, drop, example, subject
from rdscheck.assess.target import Move


@rule(
    id="invalid-logical-slot",
    problem="A logical replication slot is invalid.",
    why="From 17 on upgrades carry logical slots over, if all of them are valid.",
    fix="Drop the slot; its subscriber has to begin anew.",
    severity=Severity.BLOCKER,
    source=PG_UPGRADE_CHECKS,
    date="2026-10-01",
    effort=Effort(0.5, 0.5),
    moves=(Move.UPGRADE,),
    sources=(17, 0),
    guilty=example(
        "SELECT pg_switch_wal(), pg_logical_emit_message(false, 'x', repeat('x', 1000000))",
        "ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'; SELECT pg_reload_conf();"
        " SELECT pg_logical_emit_message(false, 'x', repeat('x', 1000000)), pg_switch_wal()"
        " FROM generate_series(1, 3); CHECKPOINT",
        clean=f"ALTER SYSTEM RESET max_slot_wal_keep_size; SELECT pg_reload_conf(); {DROPPED}",
        subject="replication slot {new}",
    ),
    innocent=example(clean=DROPPED),
)
def invalid_logical_slot(context: Context) -> Iterator[Hit]:
    """Find invalid logical slots."""
    if not changes(context):
        return
    for one in context.facts.slots:
        if one.kind == "logical" and one.invalid:
            yield hit(one, subject(one), f"The {subject(one)} is invalid.", drop(one))
