"""Replication of prepared transactions."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.replication._connections import option
from rdscheck.assess.target import Move

_OFF = frozenset({"", "off", "false", "no", "0", "d", "f"})
_FIX = "-- in the parameter group, then reboot: max_prepared_transactions = 100"


@rule(
    id="two-phase-replication",
    problem="Prepared transactions are replicated, and max_prepared_transactions is 0 by default on RDS.",
    why="PREPARE TRANSACTION fails on the publisher, and applying one fails on the subscriber, which then"
    " stops and starts again without end.",
    fix="Set max_prepared_transactions in the parameter group of the target, and reboot.",
    severity=Severity.WARNING,
    source=pages.PARAMETERS,
    date=pages.READ,
    effort=Effort(0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE SUBSCRIPTION {new} CONNECTION 'host=db.example.com dbname=app user=app"
        " password=Not-a-secret-1' PUBLICATION news WITH (connect = false, two_phase = true)",
        subject="subscription {new}",
        clean="ALTER SUBSCRIPTION {new} SET (slot_name = NONE); DROP SUBSCRIPTION {new}",
        since=15,
    ),
    innocent=Example(
        sql="CREATE SUBSCRIPTION {new} CONNECTION 'host=db.example.com dbname=app user=app"
        " password=Not-a-secret-1' PUBLICATION news WITH (connect = false, two_phase = false)",
        clean="ALTER SUBSCRIPTION {new} SET (slot_name = NONE); DROP SUBSCRIPTION {new}",
        since=15,
    ),
)
def two_phase_replication(context: Context) -> Iterator[Hit]:
    """Find slots and subscriptions with two_phase."""
    for slot in context.facts.slots:
        if slot.two_phase and not slot.temporary:
            name = plain(slot.name)
            yield hit(
                slot,
                f"slot {name}",
                f"The slot {name} decodes prepared transactions at PREPARE TRANSACTION.",
                _FIX,
            )
    for one in context.facts.subscriptions:
        if option(one, "two_phase") not in _OFF:
            name = plain(one.name)
            yield hit(
                one,
                f"subscription {name}",
                f"The subscription {name} applies prepared transactions, for which {context.target.name}"
                " has no room by default.",
                _FIX,
            )
