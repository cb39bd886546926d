"""Connections for looking: read-only, in a hurry, and with an answer in words when there is none."""

import os
from collections.abc import Generator
from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import Any, TypeVar

import psycopg
from psycopg import sql
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import TupleRow

from rdscheck.assess.secrets import masked
from rdscheck.errors import RdscheckError, UsageError

NAME = "rdscheck"
#: The first ``server_version_num`` the queries are written for.
OLDEST = 90600
_FORMS = "the forms are postgresql://user@host:port/db, service=name and host=… dbname=…"
_ENCODED = "in an address, @ / and % of a password are written %40 %2F %25"

_ENVIRONMENT = {
    "service": "PGSERVICE",
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "dbname": "PGDATABASE",
    "user": "PGUSER",
}

#: What the server is given beyond its own time limit before it counts as dead.
GRACE = 5.0

#: Encodings that the server does not convert to UTF-8: names come as the bytes they are.
_UNCONVERTED = {"SQL_ASCII", "MULE_INTERNAL"}
_TEXTS: tuple[int | str, ...] = (0, "text", "name", "varchar", "bpchar", '"char"')

RV = TypeVar("RV")


class SourceError(RdscheckError):
    """The source cannot be reached, refuses us, or is no PostgreSQL.

    ``refused`` tells that a server answered.
    """

    def __init__(self, message: str, *, hint: str | None = None, refused: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.refused = refused


class Stalled(psycopg.OperationalError):
    """The server answers no more, not even that the time is over."""


@dataclass(frozen=True)
class Limits:
    """How long things may take, in seconds; ``statement`` holds for one query or one batch of its rows."""

    statement: float = 60.0
    lock: float = 2.0
    connect: float = 10.0


class _Text(Loader):
    """Text in any encoding: bytes that are no UTF-8 are shown as such."""

    def load(self, data: Buffer) -> str:
        """Return the text."""
        return bytes(data).decode("utf-8", "backslashreplace")


class Connection(psycopg.Connection[TupleRow]):
    """A connection that gives up on a server that does not even keep its own time limits."""

    patience: float = 60.0 + GRACE

    def wait(self, gen: Generator[Any, Any, RV], *args: Any, **kwargs: Any) -> RV:
        """Wait as every connection, but not for ever; raises ``Stalled``."""
        return super().wait(_impatient(gen, self.patience), *args, **kwargs)


def _impatient(gen: Generator[Any, Any, RV], seconds: float) -> Generator[Any, Any, RV]:
    deadline = monotonic() + seconds
    try:
        asked = next(gen)
        while True:
            # Whoever drives the generator sends nothing from time to time, when nothing came.
            ready = yield asked
            if not ready and monotonic() > deadline:
                gen.close()
                raise Stalled(f"the server did not answer within {seconds:g} s")
            asked = gen.send(ready)
    except StopIteration as end:
        value: RV = end.value
        return value


def parameters_of(conninfo: str) -> dict[str, Any]:
    """Return the libpq parameters of a connection string.

    Raises ``UsageError`` for one that cannot be read; what it holds is not in the message, since a password
    with an odd character is taken for another part.
    """
    try:
        found: dict[str, Any] = dict(conninfo_to_dict(conninfo))
    except (psycopg.Error, UnicodeError):
        raise UsageError("the connection string cannot be read", hint=_FORMS) from None
    ports = str(found.get("port") or "5432").split(",")
    address = "://" in conninfo
    if not all(port.strip().isdigit() or not port.strip() for port in ports) or (
        address and any("@" in str(found.get(part, "")) for part in ("host", "dbname"))
    ):
        hint = _ENCODED if address else _FORMS
        raise UsageError("the connection string cannot be read: its port or host is none", hint=hint)
    return found


def connect(parameters: dict[str, Any], limits: Limits) -> Connection:
    """Return a connection in a read-only transaction of its own snapshot; raises ``SourceError``."""
    shown = place(parameters)
    given = parameters | {"application_name": NAME, "connect_timeout": max(2, round(limits.connect))}
    try:
        conn = _log_in(given)
    except (psycopg.Error, UnicodeError) as error:
        # libpq tells no code of what happens at log-in, but its word for what the server itself said.
        refused = "FATAL" in str(error)
        raise SourceError(f"{shown}: {reason(error)}", hint=_hint(error), refused=refused) from None
    # No limit for a statement, no limit for waiting.
    conn.patience = limits.statement + GRACE if limits.statement else inf
    try:
        begin(conn, limits, shown)
    except psycopg.Error as error:
        conn.pgconn.finish()
        raise SourceError(f"{shown}: {reason(error)}", hint=_hint(error)) from None
    except UsageError:
        conn.pgconn.finish()
        raise
    return conn


def _log_in(given: dict[str, Any]) -> Connection:
    # Poolers refuse ``options``: what else there is to say to the server is said in the transaction.
    try:
        return Connection.connect(**given, autocommit=True, prepare_threshold=None)
    except psycopg.OperationalError as error:
        # The database's encoding has no conversion to the one that somebody made the default.
        if "conversion between" not in str(error) or "client_encoding" in given:
            raise
    return Connection.connect(**given, client_encoding="SQL_ASCII", autocommit=True, prepare_threshold=None)


def begin(conn: Connection, limits: Limits, shown: str = "") -> None:
    """Begin the one transaction: it reads, sees one moment, waits for nobody, and leaves nothing behind."""
    version = conn.info.server_version
    if version < OLDEST:
        raise UsageError(
            f"{shown}: PostgreSQL {conn.info.parameter_status('server_version')} is too old to be looked at",
            hint="9.6 is the oldest; a dump of an older one can be checked",
        )
    local = {
        "client_encoding": "UTF8",
        "search_path": "",
        "lock_timeout": f"{limits.lock * 1000:.0f}ms",
        # Nobody is left waiting for us when this program hangs.
        "idle_in_transaction_session_timeout": "5min",
        "client_min_messages": "error",
        # Cursors are read to their end: not the plan that is best for the first rows.
        "cursor_tuple_fraction": "1",
        # The server has other work to do.
        "max_parallel_workers_per_gather": "0",
        "DateStyle": "ISO",
        "IntervalStyle": "postgres",
        "row_security": "on",
        "application_name": NAME,
    }
    if version >= 110000:
        local["jit"] = "off"
    if version >= 170000:
        local["transaction_timeout"] = "0"
    if conn.info.parameter_status("server_encoding") in _UNCONVERTED:
        local["client_encoding"] = "SQL_ASCII"
        for kind in _TEXTS:
            conn.adapters.register_loader(kind, _Text)
    sets = sql.SQL("; ").join(
        sql.SQL("SET LOCAL {} = {}").format(sql.Identifier(name), sql.Literal(value))
        for name, value in local.items()
    )
    # A text of several statements goes to the server once. What the role or the database has for a time limit
    # holds until the end of the text that changes it: that one is short.
    conn.execute(
        sql.SQL("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = {}").format(
            sql.Literal(f"{limits.statement * 1000:.0f}ms")
        )
    )
    conn.execute(sql.SQL("{}; SAVEPOINT seen").format(sets))


def place(parameters: dict[str, Any]) -> str:
    """Return where parameters lead to, as ``host:port/database``, without user and password."""
    # What the string leaves out comes from the environment, as libpq has it.
    told = {name: parameters.get(name) or os.environ.get(variable) for name, variable in _ENVIRONMENT.items()}
    if told["service"] and not parameters.get("host"):
        return f"service={told['service']}"
    host = parameters.get("host") or parameters.get("hostaddr") or told["host"] or told["hostaddr"]
    return f"{host or 'localhost'}:{told['port'] or 5432}/{told['dbname'] or told['user'] or ''}"


def reason(error: BaseException) -> str:
    """Return why a server or a query failed, on one line and without anything secret."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    first = getattr(getattr(error, "diag", None), "message_primary", None)
    # A name in it may have line ends of its own.
    return masked(" ".join(str(first or "; ".join(lines) or type(error).__name__).split()))


#: What to do next, by words of the error, the first that fit.
_NEXT = (
    (
        ("no pg_hba.conf entry",),
        "the server lets nobody in that way: another host, user or sslmode, or a line in its pg_hba.conf",
    ),
    (
        ("does not support ssl", "certificate", "sslmode", "ssl error"),
        "check sslmode and the certificates (sslrootcert) against what the server offers and demands",
    ),
    (("permission denied",), "the role may not connect there: GRANT CONNECT ON DATABASE … TO the role"),
    (("definition of service",), "check ~/.pg_service.conf, PGSERVICEFILE and PGSYSCONFDIR"),
    (
        ("password", "authentication"),
        "check user and password (PGPASSWORD or ~/.pgpass keep it out of the command line)",
    ),
    (("timeout", "did not answer"), "is the server up, and does a firewall let this machine in?"),
    (("does not exist",), "check the names in the connection string"),
)


def _hint(error: BaseException) -> str:
    text = str(error).lower()
    for words, told in _NEXT:
        if any(word in text for word in words):
            return told
    return "check host and port, and that a PostgreSQL server listens there"
