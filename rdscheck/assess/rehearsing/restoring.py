"""Restoring as the master user would: every statement of a dump's schema, going on after errors."""

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from rdscheck.assess.rehearsing.script import Step
from rdscheck.assess.secrets import masked
from rdscheck.sandbox.server import Connection, Server

#: How long one statement may take; the schema of a dump has none that takes long without its data.
SECONDS = 120.0

#: How many databases are restored side by side.
_AT_ONCE = 4

#: The name stands there as it is: quotation marks within it are not doubled.
_ROLE = re.compile(r'role "(.+)" does not exist', re.DOTALL)
_CREATES_DATABASE = re.compile(rb"CREATE\s+DATABASE\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A statement that the server refused, with its SQLSTATE and message; nothing secret is in them.

    ``lost`` tells that the session was lost with it.
    """

    step: Step
    sqlstate: str
    message: str
    detail: str = ""
    hint: str = ""
    lost: bool = False


@dataclass
class Restored:
    """What came of a restore: refusals in the order of the dump, and roles that had to be made for it.

    ``unreached`` are databases that could not be connected to, with the reason.
    """

    refusals: list[Refusal] = field(default_factory=list)
    assumed_roles: list[str] = field(default_factory=list)
    unreached: dict[str, str] = field(default_factory=dict)
    ran: int = 0


class Restore:
    """One restore into the databases of a server."""

    def __init__(
        self,
        server: Server,
        first: str,
        *,
        seconds: float = SECONDS,
        progress: Callable[[int], None] = lambda _ran: None,
    ) -> None:
        """``first`` is the database a restore begins in; ``progress`` is told how many statements ran."""
        self._server, self._first = server, first
        self._seconds, self._progress = seconds, progress
        self._lock = threading.Lock()
        self._restored = Restored()

    def run(self, steps: Sequence[Step]) -> Restored:
        """Run all statements: those before the first database one by one, databases side by side."""
        parts: dict[str, list[Step]] = {}
        for step in steps:
            # A dump of one database creates it before it connects to it: that is where it begins, too.
            parts.setdefault("" if _CREATES_DATABASE.match(step.text) else step.database, []).append(step)
        self._part("", parts.pop("", []))
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            for job in [threads.submit(self._part, name, part) for name, part in parts.items()]:
                job.result()
        self._restored.refusals.sort(key=lambda one: one.step.line)
        return self._restored

    def _part(self, database: str, steps: Iterable[Step]) -> None:
        conn: Connection | None = None
        try:
            for step in steps:
                if conn is None or conn.closed:
                    conn = self._server.connect(database or self._first)
                self._step(conn, step)
        except psycopg.OperationalError as error:
            with self._lock:
                self._restored.unreached[database or self._first] = masked(str(error).strip())
        finally:
            if conn is not None:
                conn.close()

    def _step(self, conn: Connection, step: Step) -> None:
        try:
            self._execute(conn, step)
        except psycopg.Error as error:
            role = _missing_role(error)
            if role and self._assume(role):
                self._step(conn, step)
                return
            self._refused(step, error, lost=conn.closed)
        with self._lock:
            self._restored.ran += 1
            self._progress(self._restored.ran)

    def _execute(self, conn: Connection, step: Step) -> None:
        with _limited(conn, self._seconds):
            conn.execute(step.text)

    def _refused(self, step: Step, error: psycopg.Error, *, lost: bool) -> None:
        told = error.diag
        refusal = Refusal(
            step,
            error.sqlstate or "",
            masked(told.message_primary or str(error).strip()),
            masked(told.message_detail or ""),
            masked(told.message_hint or ""),
            lost,
        )
        with self._lock:
            self._restored.refusals.append(refusal)

    def _assume(self, role: str) -> bool:
        """Make a role that the dump expects to be there, as ``pg_dump`` does not write roles."""
        with self._lock:
            if role in self._restored.assumed_roles:
                return False
            with self._server.connect() as conn, suppress(psycopg.Error):
                name = sql.Identifier(role)
                conn.execute(sql.SQL("CREATE ROLE {}").format(name))
                conn.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(name))
                self._restored.assumed_roles.append(role)
                return True
        return False


def _missing_role(error: psycopg.Error) -> str:
    match = _ROLE.fullmatch(error.diag.message_primary or "") if error.sqlstate == "42704" else None
    return match[1] if match else ""


@contextmanager
def _limited(conn: Connection, seconds: float) -> Iterator[None]:
    """Cancel what takes longer: the dump sets ``statement_timeout`` itself."""
    timer = threading.Timer(seconds, conn.cancel)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
