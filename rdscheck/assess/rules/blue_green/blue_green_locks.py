"""Tables in such numbers that one transaction cannot lock them all."""

from collections import Counter
from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.pages import UPGRADE_SCRIPT
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.blue_green._subjects import UPGRADES, concerned
from rdscheck.assess.target import Move

_LOCKS = "max_locks_per_transaction"

#: Parameters that make up the room for locks, and PostgreSQL's defaults.
_DEFAULTS = {_LOCKS: 64, "max_connections": 100, "max_prepared_transactions": 0}


@rule(
    id="blue-green-locks",
    problem="The database has more tables than one transaction can lock.",
    why="The deployment, as pg_dump, locks all tables in one transaction; there is room for "
    "max_locks_per_transaction for each connection and prepared transaction.",
    fix="Raise max_locks_per_transaction in the parameter group, and reboot.",
    severity=Severity.NOTE,
    source=UPGRADE_SCRIPT,
    date="2026-10-01",
    effort=Effort(0.5),
    moves=UPGRADES,
    guilty=Example(
        sql="DO $$BEGIN FOR n IN 1..430 LOOP EXECUTE format('CREATE TABLE public.t%s ()', n); END LOOP; "
        "END$$",
        subject="tables",
        settings=((_LOCKS, "10"), ("max_connections", "41")),
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
        not_dumped="a dump does not hold the server's own settings",
    ),
    innocent=Example(
        sql="DO $$BEGIN FOR n IN 1..90 LOOP EXECUTE format('CREATE TABLE public.t%s ()', n); END LOOP; END$$",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def blue_green_locks(context: Context) -> Iterator[Hit]:
    """Compare the tables of each database with the room for locks, as far as parameters were seen."""
    here = {one.name: one.value for one in context.facts.settings if one.scope == "server"}
    if not concerned(context) or not here:
        return
    locks, connections, prepared = (_number(here, name) for name in _DEFAULTS)
    room = locks * (connections + prepared)
    tables = Counter(one.database for one in context.facts.relations if one.kind == "table")
    for database, number in sorted(tables.items()):
        if number > room:
            where = f"The database {plain(database)}" if database else "The database"
            yield Hit(
                "tables",
                f"{where} has {number} tables; one transaction can lock {room}.",
                f"Set {_LOCKS} = {-(-number // (connections + prepared))} in the parameter group, and "
                f"reboot.",
                database,
            )


def _number(here: dict[str, str], name: str) -> int:
    value = here.get(name, "")
    return int(value) if value.isascii() and value.isdigit() else _DEFAULTS[name]
