"""Parameters that a blue/green deployment needs for its replication."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour, Via
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.pages import BLUE_GREEN
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.blue_green._subjects import UPGRADES, concerned
from rdscheck.assess.target import Move

_PER_DATABASE = ("max_replication_slots", "max_wal_senders", "max_logical_replication_workers")
_SWITCH = "rds.logical_replication"
_OF_SERVICE = frozenset({"rdsadmin", "template0", "template1"})


@rule(
    id="blue-green-replication-parameters",
    problem="A parameter is too small for a blue/green deployment.",
    why="The deployment needs rds.logical_replication, and for each database a slot, a sender and a worker "
    "beside those in use.",
    fix="Raise the parameter in the parameter group, and reboot.",
    severity=Severity.NOTE,
    source=BLUE_GREEN,
    date="2026-10-01",
    effort=Effort(0.5),
    moves=UPGRADES,
    guilty=Example(
        sql="SELECT 1",
        settings=(("rds.logical_replication", "0"),),
        subject="setting rds.logical_replication",
        not_dumped="a dump does not hold the server's own settings",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
    innocent=Example(
        sql="SELECT 1",
        settings=(("rds.logical_replication", "1"),),
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def blue_green_replication_parameters(context: Context) -> Iterator[Hit]:
    """Find parameters that are set and too small, and replication that is off."""
    if not concerned(context):
        return
    number = 1 + sum(one.name not in _OF_SERVICE for one in context.facts.databases)
    here = {one.name: one for one in context.facts.settings if one.scope == "server"}
    switch = here.get(_SWITCH)
    # A parameter at its default is no fact: only a server that runs tells it by its absence.
    off = switch.value in {"0", "off"} if switch else bool(here) and context.facts.origin.via is Via.LIVE
    if off:
        yield Hit(
            f"setting {_SWITCH}",
            f"{_SWITCH} is off: a blue/green deployment needs it.",
            f"Set {_SWITCH} = 1 in the parameter group, and reboot.",
        )
    for name in _PER_DATABASE:
        one = here.get(name)
        if one and one.value.isascii() and one.value.isdigit() and int(one.value) < number:
            yield hit(
                one,
                f"setting {plain(name)}",
                f"{name} is {one.value}; a blue/green deployment of {number - 1} databases needs {number}.",
                f"Set {name} = {number} in the parameter group, and reboot.",
            )
