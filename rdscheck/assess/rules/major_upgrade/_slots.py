"""Replication slots as findings speak of them."""

from dataclasses import replace

from psycopg import sql

from rdscheck.assess.facts import Flavour, Slot
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Example
from rdscheck.assess.target import Move


def subject(slot: Slot) -> str:
    """Return what findings call a slot."""
    return f"replication slot {plain(slot.name)}"


def drop(slot: Slot) -> str:
    """Return the statement that drops a slot."""
    return f"SELECT pg_drop_replication_slot({sql.Literal(slot.name).as_string(None)});"


_MADE = "SELECT pg_create_logical_replication_slot('{new}', 'pgoutput')"
DROPPED = "SELECT pg_drop_replication_slot('{new}')"


def example(*statements: str, clean: str = "", subject: str = "") -> Example:
    """Return an example of an instance of RDS 17, which carries its slot over when it is upgraded."""
    made = Example(
        sql="; ".join((_MADE, *statements)),
        clean=clean,
        settings=(("rds.logical_replication", "1"),),
        since=17,
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    )
    return replace(made, subject=subject, not_dumped="slots are in no dump") if subject else made
