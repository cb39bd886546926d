"""Connection strings of subscriptions."""

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from rdscheck.assess.facts import Subscription

_LOCAL = ("127.", "/")


def parts(one: Subscription) -> dict[str, str]:
    """Return what a connection string says, empty where it cannot be read."""
    try:
        found = conninfo_to_dict(one.connection)
    except (ProgrammingError, ValueError):  # the latter for what no connection string can hold
        return {}
    return {name: str(value) for name, value in found.items() if value}


def local(host: str) -> bool:
    """Tell whether a host is the server's own, or the directory of a socket; an empty one is."""
    name = host.strip().lower()
    return name in {"", "localhost", "::1", "socket"} or name.startswith(_LOCAL)


def option(one: Subscription, name: str) -> str:
    """Return the value of an option of a subscription, in small letters, empty where it has none."""
    for text in one.options:
        own, _, value = text.partition("=")
        if own.strip().lower() == name:
            return value.strip().strip("'").lower()
    return ""
