"""Replication slots as findings speak of them."""

from psycopg import sql

from rdscheck.assess.facts import Slot
from rdscheck.assess.names import plain


def subject(slot: Slot) -> str:
    """Return what findings call a slot."""
    return f"replication slot {plain(slot.name)}"


def drop(slot: Slot) -> str:
    """Return the statement that drops a slot."""
    return f"SELECT pg_drop_replication_slot({sql.Literal(slot.name).as_string(None)});"
