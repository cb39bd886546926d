"""Collect the facts of a live server: ``collect``."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import psycopg

from rdscheck.assess.facts import Fact, Facts, Flavour, NotSeen, Origin, Via
from rdscheck.assess.live import access, code, does, elsewhere, instance, tables
from rdscheck.assess.live.connecting import (
    Connection,
    Limits,
    SourceError,
    connect,
    parameters_of,
    place,
    reason,
)
from rdscheck.assess.live.look import Gone, Look, Part, add, major_of

#: What is looked at once, and what in every database; extensions first: others ask which there are.
OF_INSTANCE: tuple[Part, ...] = (*instance.PARTS, *access.INSTANCE)
OF_DATABASE: tuple[Part, ...] = (
    *code.PARTS,
    *tables.PARTS,
    *does.PARTS,
    *elsewhere.PARTS,
    *access.PARTS,
)

Progress = Callable[[str, str], None]


def collect(
    conninfo: str,
    *,
    all_databases: bool = False,
    statement_timeout: float = Limits.statement,
    lock_timeout: float = Limits.lock,
    connect_timeout: float = Limits.connect,
    progress: Progress | None = None,
) -> Facts:
    """Return what can be seen of a server, from 9.6 on, by the role of the connection string.

    ``conninfo`` is an address (``postgresql://…``) or libpq's ``name=value …``. Times are in seconds;
    ``statement_timeout`` holds for each query, or each 2,000 rows of one. ``progress`` is called with the
    database and what is looked at. Nothing is written, and every database is seen at one moment. What cannot
    be seen, for want of a privilege, of time, or of the server, is in ``not_seen``.

    Raises ``UsageError`` for a string that cannot be read or a server too old, ``SourceError`` where the
    server of the string cannot be reached at all. Neither tells a password.
    """
    limits = Limits(statement_timeout, lock_timeout, connect_timeout)
    parameters = parameters_of(conninfo)
    tell = progress or (lambda _database, _what: None)
    conn = connect(parameters, limits)
    try:
        flavour, hidden = _flavour(conn, place(parameters))
        facts = Facts(origin=_origin(conn, parameters, flavour, _superuser(conn)), not_seen=hidden)
        service = facts.origin.flavour in {Flavour.RDS, Flavour.AURORA}
        # The service upgrades an instance with all its databases.
        look = Look(conn, conn.info.dbname, conn.info.server_version, all_databases or service, service)
        gone = _see(facts, look, OF_INSTANCE, OF_DATABASE, tell)
        others = _others(facts, look) if all_databases and not gone else []
    finally:
        _end(conn)
    if all_databases and gone:
        facts.not_seen.append(NotSeen("the other databases", gone, _groups(OF_DATABASE)))
    _enter(facts, others, parameters, limits, tell)
    return facts


#: The role that initdb makes has the same number everywhere.
_MADE_WITH = "SELECT rolname FROM pg_roles WHERE oid = 10"

#: What only the service has: parameters of its own, or its superuser in the place of the one initdb makes. A
#: role or a database called rdsadmin can come along when somebody moves away from RDS.
_SERVICE = (
    "SELECT FROM pg_settings WHERE name ~ '^rds[.]'",
    f"SELECT WHERE ({_MADE_WITH}) = 'rdsadmin'",
)
_AURORA = """
    SELECT FROM pg_proc
     WHERE proname = 'aurora_version' AND pronamespace = (
        SELECT oid FROM pg_namespace WHERE nspname = 'pg_catalog')"""


def _flavour(conn: Connection, place_: str) -> tuple[Flavour, list[NotSeen]]:
    """Return what kind of server it is; where signs of the service are hidden, that is not known."""
    hidden: list[NotSeen] = []

    def shows(sign: str) -> bool:
        try:
            return conn.execute(f"SELECT EXISTS ({sign})".encode()).fetchone() == (True,)
        except psycopg.errors.InsufficientPrivilege as error:
            conn.execute("ROLLBACK TO SAVEPOINT seen")
            hidden.append(NotSeen("whether it is an instance of RDS or Aurora", reason(error)))
            return False

    try:
        if any(shows(sign) for sign in _SERVICE):
            hidden.clear()
            return (Flavour.AURORA if shows(_AURORA) else Flavour.RDS), hidden
    except psycopg.Error as error:
        _end(conn)
        raise SourceError(f"{place_}: {reason(error)}") from None
    return (Flavour.UNKNOWN if hidden else Flavour.PLAIN), hidden[:1]


def _superuser(conn: Connection) -> str:
    """Return the role the cluster was made with, empty where roles are hidden."""
    try:
        row = conn.execute(_MADE_WITH).fetchone()
    except psycopg.errors.InsufficientPrivilege:
        conn.execute("ROLLBACK TO SAVEPOINT seen")
        return ""
    return str(row[0]) if row else ""


def _origin(conn: Connection, parameters: dict[str, Any], flavour: Flavour, superuser: str) -> Origin:
    return Origin(
        via=Via.LIVE,
        label=place(parameters | {"dbname": conn.info.dbname}),
        version=(conn.info.parameter_status("server_version") or "").partition(" ")[0],
        major=major_of(conn.info.server_version),
        flavour=flavour,
        master_user=conn.info.parameter_status("session_authorization") or conn.info.user,
        superuser=superuser,
    )


def _see(facts: Facts, look: Look, shared: Iterable[Part], own: Iterable[Part], tell: Progress) -> str:
    """Look at one database, and return why that ended before its time, if it did."""
    todo = [(one, "") for one in shared] + [(one, look.database) for one in own]
    gone = ""
    for number, (one, database) in enumerate(todo):
        tell(look.database, one.what)
        look.where = database
        found: list[Fact] = []
        try:
            one.read_into(found, look)
        except Gone as error:
            gone = f"the connection was lost: {error}"
            missed = [part for part, _ in todo[number:] if look.version >= part.first]
            look.miss(_in_one(part.what for part in missed), gone, _groups(missed))
        add(facts, (_of(fact, database) for fact in found))
        if gone:
            break
    facts.not_seen += look.unseen
    return gone


def _of(fact: Fact, database: str) -> Fact:
    if database and not fact.database:
        # Nobody else has it yet, and a copy of each of 100,000 facts takes longer than all the rest.
        object.__setattr__(fact, "database", database)
    return fact


def _in_one(names: Iterable[str]) -> str:
    return ", ".join(names)


def _groups(parts: Iterable[Part]) -> tuple[str, ...]:
    return tuple(sorted({group for one in parts for group in one.groups}))


def _others(facts: Facts, look: Look) -> list[str]:
    """Return the names of the databases that can be entered beside the one we are in."""
    try:
        rows = instance.others(look)
    except psycopg.Error as error:
        facts.not_seen.append(NotSeen("the other databases", reason(error), _groups(OF_DATABASE)))
        return []
    for name, closed in rows:
        if closed and name != look.database:
            facts.not_seen.append(NotSeen(f"database {name}", closed, _groups(OF_DATABASE), name))
    return [name for name, closed in rows if not closed and name != look.database]


def _enter(
    facts: Facts, names: list[str], parameters: dict[str, Any], limits: Limits, tell: Progress
) -> None:
    """Look at the other databases, one after the other; one that fails does not stop the rest."""
    unreachable = ""
    for name in names:
        if unreachable:
            facts.not_seen.append(NotSeen(f"database {name}", unreachable, _groups(OF_DATABASE), name))
            continue
        try:
            conn = connect(parameters | {"dbname": name}, limits)
        except SourceError as error:
            facts.not_seen.append(NotSeen(f"database {name}", error.message, _groups(OF_DATABASE), name))
            # A server that is not there is waited for once, not once for every database.
            unreachable = "" if error.refused else error.message
            continue
        try:
            _see(facts, Look(conn, name, conn.info.server_version), (), OF_DATABASE, tell)
        finally:
            _end(conn)


def _end(conn: Connection) -> None:
    with suppress(psycopg.Error):
        if not conn.closed and conn.pgconn.transaction_status != psycopg.pq.TransactionStatus.ACTIVE:
            conn.execute("ROLLBACK")
    conn.pgconn.finish()
