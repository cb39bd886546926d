"""Logical slots, which upgrades from before 17 do not carry over."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import changes
from rdscheck.assess.names import plain
from rdscheck.assess.pages import UPGRADE
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.major_upgrade._slots import drop, subject
from rdscheck.assess.target import Move


@rule(
    id="logical-slots-before-17",
    problem="The instance has a logical replication slot.",
    why="AWS's precheck stops the upgrade: please drop all logical replication slots. Those of pglogical "
    "are among them.",
    fix="Let the subscriber catch up while nobody writes, drop the slot, and make it again after the "
    "upgrade.",
    severity=Severity.BLOCKER,
    source=UPGRADE,
    date="2026-10-01",
    effort=Effort(1, 0.5),
    moves=(Move.UPGRADE,),
    sources=(0, 16),
    guilty=Example(
        sql="SELECT pg_create_logical_replication_slot('{new}', 'pgoutput')",
        clean="SELECT pg_drop_replication_slot('{new}')",
        subject="replication slot {new}",
        settings=(("rds.logical_replication", "1"),),
        until=16,
        target="rds-17",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
        not_dumped="slots are in no dump",
    ),
    innocent=Example(
        sql="SELECT pg_create_physical_replication_slot('{new}')",
        clean="SELECT pg_drop_replication_slot('{new}')",
        until=16,
        target="rds-17",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def logical_slots_before_17(context: Context) -> Iterator[Hit]:
    """Find logical slots, temporary ones apart."""
    if not changes(context):
        return
    for one in context.facts.slots:
        if one.kind == "logical" and not one.temporary:
            yield hit(
                one,
                subject(one),
                f"The logical replication slot {plain(one.name)}"
                + (f" ({one.plugin})" if one.plugin else "")
                + " keeps the instance from being upgraded.",
                drop(one),
            )
