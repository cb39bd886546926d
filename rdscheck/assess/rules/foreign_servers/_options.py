"""Options of foreign servers and user mappings."""

import ipaddress
from collections.abc import Mapping

from rdscheck.assess.facts import Server, UserMapping
from rdscheck.assess.names import plain, quoted

#: Wrappers that speak with PostgreSQL through libpq.
LIBPQ = frozenset({"postgres_fdw", "dblink_fdw"})


def options(fact: Server | UserMapping) -> Mapping[str, str]:
    """Return the options by name."""
    pairs = (option.partition("=") for option in fact.options)
    return {name.strip().lower(): value for name, _, value in pairs}


def hosts(server: Server) -> list[str]:
    """Return where a server is; libpq takes several hosts, and hostaddr before host."""
    found = options(server)
    given = found.get("host") or found.get("hostaddr") or found.get("servername") or ""
    return [host.strip() for host in given.split(",")] if given else []


def server_subject(name: str) -> str:
    """Return what findings call a foreign server."""
    return f"foreign server {plain(name)}"


def mapping_subject(mapping: UserMapping) -> str:
    """Return what findings call a user mapping."""
    return f"user mapping of {plain(mapping.role)} on {plain(mapping.server)}"


def role_sql(mapping: UserMapping) -> str:
    """Return the role of a user mapping for SQL."""
    return "PUBLIC" if mapping.role == "public" else quoted(mapping.role)


def is_local(host: str) -> bool:
    """Tell whether a host is the machine itself; the part of a service name behind it is left out."""
    name = host.removeprefix("//").strip("[]").lower()
    if name in {"localhost", "localhost.localdomain", "ip6-localhost"}:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
