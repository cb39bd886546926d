"""Replication takes a moment: a reader waits until a subscription has copied its tables, and so do we."""

import re
import time
from contextlib import suppress

import psycopg

from rdscheck.errors import RdscheckError
from rdscheck.sandbox.server import Server

#: Statements after which a subscription begins, of PostgreSQL and of pglogical.
_BEGINS = re.compile(
    r"\bpglogical\s*\.\s*(?:create_subscription|alter_subscription_(?:enable|synchronize|resynchronize_table))\b"
    r"|\bCREATE\s+SUBSCRIPTION\b|\bALTER\s+SUBSCRIPTION\b[^;]*\b(?:ENABLE|REFRESH|PUBLICATION)\b",
    re.IGNORECASE,
)
_OWN = """
    SELECT NOT EXISTS (SELECT FROM pg_subscription_rel JOIN pg_subscription s ON s.oid = srsubid
                       WHERE subenabled AND srsubstate <> 'r'
                       AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()))"""
_PGLOGICAL = """
    SELECT coalesce(bool_and(status IN ('replicating', 'disabled')), true)
    FROM pglogical.show_subscription_status()"""
_INSTALLED = "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pglogical')"

#: No longer than this, and no longer than the block may take; what is behind then is for the page to show.
_SECONDS = 20.0
_PAUSE = 0.05


def begins(text: str) -> bool:
    """Tell whether statements start a subscription."""
    return _BEGINS.search(text) is not None


def wait(server: Server, database: str, until: float) -> None:
    """Wait until all subscriptions of a database have copied what is to be copied."""
    deadline = min(until, time.monotonic() + _SECONDS)
    with suppress(psycopg.Error, RdscheckError), server.admin(database) as conn:
        row = conn.execute(_INSTALLED).fetchone()
        query = _PGLOGICAL if row and row[0] else _OWN
        while time.monotonic() < deadline:
            row = conn.execute(query).fetchone()
            if row and row[0]:
                return
            time.sleep(_PAUSE)
