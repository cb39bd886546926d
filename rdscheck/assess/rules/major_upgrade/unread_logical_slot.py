"""Logical slots with changes that nobody has read."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import changes
from rdscheck.assess.pages import PG_UPGRADE_CHECKS
from rdscheck.assess.rule import Context, Hit, hit, rule
from rdscheck.assess.rules.major_upgrade._slots import DROPPED, drop, example, subject
from rdscheck.assess.target import Move

_MIB = 1024 * 1024


@rule(
    id="unread-logical-slot",
    problem="A logical replication slot has changes that its subscriber has not confirmed.",
    why="From 17 on upgrades carry logical slots over, if all changes before the shutdown have been read. "
    "Nobody reads a slot that is not active.",
    fix="Have the subscriber catch up before the upgrade, or drop the slot.",
    severity=Severity.WARNING,
    source=PG_UPGRADE_CHECKS,
    date="2026-10-01",
    effort=Effort(0.5, 0.25),
    moves=(Move.UPGRADE,),
    sources=(17, 0),
    guilty=example(
        "CREATE TABLE public.t (a int PRIMARY KEY); INSERT INTO public.t VALUES (1)",
        clean=DROPPED,
        subject="replication slot {new}",
    ),
    innocent=example("CREATE TABLE public.t (a int PRIMARY KEY)", DROPPED),
)
def unread_logical_slot(context: Context) -> Iterator[Hit]:
    """Find valid logical slots that are behind; one that is being read is a note."""
    if not changes(context):
        return
    for one in context.facts.slots:
        if one.kind == "logical" and not one.temporary and not one.invalid and one.behind > 0:
            size = f"{one.behind / _MIB:.1f} MiB" if one.behind >= _MIB else f"{one.behind} bytes"
            yield hit(
                one,
                subject(one),
                f"The {subject(one)} is {size} behind" + ("." if one.active else ", and nobody reads it."),
                "" if one.active else drop(one),
                severity=Severity.NOTE if one.active else Severity.WARNING,
            )
