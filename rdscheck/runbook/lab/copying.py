"""Waits until a subscription has copied what it subscribes to, as it has by the time a reader types on."""

import re
import threading
import time
from contextlib import suppress

import psycopg

from rdscheck.sandbox.instance import Instance

#: Statements after which tables are copied in the background.
_COPIES = re.compile(
    r"\bcreate\s+subscription\b|\balter\s+subscription\b|\bpglogical\.(?:create_subscription"
    r"|alter_subscription\w*)\s*\(",
    re.IGNORECASE,
)
_SECONDS = 15.0
_PAUSE = 0.05

#: Tables that are still being copied, and subscriptions whose worker has not begun.
_BUILT_IN = "SELECT count(*) FROM pg_subscription_rel WHERE srsubstate NOT IN ('r', 's')"
_PGLOGICAL = "SELECT count(*) FROM pglogical.local_sync_status WHERE sync_status <> 'r'"
_WORKERS = (
    "SELECT count(*) FROM pglogical.show_subscription_status()"
    " WHERE status NOT IN ('replicating', 'disabled')"
)
_HAS_PGLOGICAL = "SELECT count(*) FROM pg_extension WHERE extname = 'pglogical'"


def copies(statement: str) -> bool:
    """Tell whether a statement makes tables be copied in the background."""
    return bool(_COPIES.search(statement))


def wait_for_copies(server: Instance, dbname: str, until: float) -> None:
    """Wait until no subscription of a database copies any more; a while at most, and not past ``until``."""
    until = min(until, time.monotonic() + _SECONDS)
    # What cannot be asked, in a database that is gone for example, is not waited for.
    with suppress(psycopg.Error), server.admin(dbname) as conn:
        pglogical = conn.execute(_HAS_PGLOGICAL).fetchone() == (1,)
        questions = (_BUILT_IN, _PGLOGICAL, _WORKERS) if pglogical else (_BUILT_IN,)
        while time.monotonic() < until:
            if all(conn.execute(one).fetchone() == (0,) for one in questions):
                return
            threading.Event().wait(_PAUSE)
