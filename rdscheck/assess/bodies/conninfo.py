"""Where a connection string of libpq leads to, and nothing else of it: the rest may hold a password."""

import psycopg
from psycopg.conninfo import conninfo_to_dict

from rdscheck.assess.bodies.constants import HOLE

#: What is said where no host is named: libpq takes the socket of its own machine.
SOCKET = "socket"


def host(text: str) -> str | None:
    """Return the host of a connection string, ``socket`` where it names none; None for any other text.

    Several hosts are returned as they are written, with commas.
    """
    for attempt in (text, text.replace(HOLE, " ")):
        try:
            found = conninfo_to_dict(attempt)
        except (psycopg.Error, UnicodeError):
            continue
        return _chosen({name: str(value) for name, value in found.items()}) if found else None
    return None


def _chosen(found: dict[str, str]) -> str:
    if named := found.get("host") or found.get("hostaddr"):
        return named
    return f"service {found['service']}" if found.get("service") else SOCKET
