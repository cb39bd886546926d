"""Who logs in where: what connection options, strings and variables of a page come to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from rdscheck.runbook.lab.world import MASTER, World

#: What a connection string may say besides host, port, dbname, user and password.
_HARMLESS = re.compile(
    r"\A(?:"
    r"sslmode|application_name|fallback_application_name|connect_timeout|options"
    r"|target_session_attrs|keepalives|keepalives_idle|keepalives_interval|keepalives_count"
    r"|gssencmode|channel_binding|client_encoding|tcp_user_timeout|sslnegotiation"
    r"|ssl_min_protocol_version"
    r")\Z"
)
_WITH_PASSWORD = re.compile(
    r"\b(?:create|alter)\s+(?:role|user)\s+(\"(?:[^\"]|\"\")+\"|[\w$]+)[^;]*?\bpassword\s+'((?:[^']|'')*)'",
    re.IGNORECASE,
)


class Foreign(Exception):
    """A page connects to what is none of the sandbox's instances, or in a way that is not done here."""


@dataclass(frozen=True)
class Login:
    """Where somebody logs in; ``password`` None is the one that is known of the user."""

    instance: str
    dbname: str
    user: str
    password: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


class Keys:
    """The passwords of an instance's users, as far as a page told them."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}

    def hear(self, instance: str, statement: str) -> None:
        """Remember the password that a statement gives a role."""
        for name, password in _WITH_PASSWORD.findall(statement):
            role = name[1:-1].replace('""', '"') if name.startswith('"') else name.lower()
            self._known[instance, role] = password.replace("''", "'")

    def of(self, instance: str, user: str) -> str:
        """Return a user's password, empty where none is known."""
        return self._known.get((instance, user), "")


def read(world: World, given: Mapping[str, str], default: Login) -> Login:
    """Return the login that parameters of libpq mean; raises ``Foreign``.

    ``default`` is what holds where they say nothing.
    """
    values = {name: value for name, value in given.items() if value != ""}
    if "://" in values.get("dbname", "") or "=" in values.get("dbname", ""):
        values |= parsed(values.pop("dbname"))
    host, port = values.pop("hostaddr", "") or values.pop("host", ""), values.pop("port", "")
    values.pop("host", None)
    instance = default.instance
    if host and host not in {"localhost", "127.0.0.1", "::1"}:
        found = world.at(host, port)
        if found is None:
            raise Foreign(
                f"rdscheck connects to the sandbox's own instances only, and {host} is none of them"
            )
        instance = found
    elif host and port and (found := world.at(host, port)):
        instance = found
    user = values.pop("user", "") or default.user
    dbname = values.pop("dbname", "") or default.dbname
    password: str | None = values.pop("password", None)
    if wrong := sorted(name for name in values if not _HARMLESS.match(name)):
        raise Foreign(f"a connection with {', '.join(wrong)} is not made here")
    return Login(instance, dbname, user, password, values)


def parsed(conninfo: str) -> dict[str, str]:
    """Return what a connection string says; raises ``Foreign`` for what is none."""
    try:
        return {name: str(value) for name, value in conninfo_to_dict(conninfo).items() if value is not None}
    except psycopg.ProgrammingError as error:
        raise Foreign(f"no connection string: {str(error).strip()}") from error


def environment(world: World, keys: Keys, login: Login) -> dict[str, str]:
    """Return the variables by which a client program beside a server logs in so."""
    world.used(login.instance)
    host, port = world.address(login.instance)
    password = login.password
    if password is None:
        password = keys.of(login.instance, login.user)
        if login.user == MASTER:
            password = password or world.master_password(login.instance)
    found = {
        "PGHOST": host,
        "PGPORT": str(port),
        "PGDATABASE": login.dbname,
        "PGUSER": login.user,
        "PGCONNECT_TIMEOUT": login.extra.get("connect_timeout", "10"),
        "PGPASSFILE": "/nonexistent/pgpass",
        "PSQLRC": "/dev/null",
        "LC_ALL": "C.UTF-8",
        "PGCLIENTENCODING": "UTF8",
        "HOME": "/nonexistent",
        "PAGER": "cat",
    }
    if password:
        found["PGPASSWORD"] = password
    return found


def extra_conninfo(login: Login) -> str:
    """Return a connection string with what no variable carries; empty where there is nothing."""
    return make_conninfo("", dbname=login.dbname, **login.extra) if login.extra else ""


__all__ = ["Foreign", "Keys", "Login", "environment", "extra_conninfo", "parsed", "read", "replace"]
