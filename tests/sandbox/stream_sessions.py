"""Sessions that run histories of statements and look at themselves after each."""

from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event

from psycopg import pq
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

from tests.sandbox.stream_statements import GROUPS, Statement

_CHECK = b"SELECT watch.seen()"
_ABORTED, _CANCELLED, _CONCURRENT = "25P02", "57014", "XX000"
#: How the server ends one session on request; anything else that ends one is a crash.
_ENDED = {"57P01"}
_ON_REQUEST = b"terminating connection due to administrator command"
_REMEMBERED = 80
_PATIENCE = 20


class Leak(AssertionError):
    """A session is not what it was, or its server went away."""


@dataclass
class Tally:
    """What one session saw."""

    answered: int = 0
    sqlstates: Counter[str] = field(default_factory=Counter)
    inside: Counter[str] = field(default_factory=Counter)  # messages of XX000, with their statement


class Session:
    """One role's session, begun again whenever another session ended it."""

    def __init__(self, role: str, conninfo: str, stop: Event) -> None:
        self.role = role
        self._conninfo = conninfo.encode()
        self._stop = stop
        self._history: deque[str] = deque(maxlen=_REMEMBERED)
        self.tally = Tally()
        self._conn = self._log_in()

    def run(self, histories: Sequence[Sequence[Statement]]) -> Tally:
        """Run all histories; raises ``Leak`` with what this session did last."""
        try:
            for history in histories:
                if self._stop.is_set():
                    break
                for statement in history:
                    self._one(statement)
                self._quietly("ROLLBACK")
        except BaseException:
            self._stop.set()
            raise
        finally:
            self._conn.finish()
        return self.tally

    def _one(self, statement: Statement) -> None:
        if statement.milliseconds:
            self._quietly(f"SET statement_timeout = {statement.milliseconds}")
        result = self._execute(statement.text, extended=statement.extended)
        sqlstate = _sqlstate(result)
        self._history.append(f"{sqlstate or 'ok':>6} {statement.text}")
        if self._lost(sqlstate):
            return
        self.tally.answered += 1
        self.tally.sqlstates[sqlstate] += 1
        if sqlstate == _CONCURRENT:
            self.tally.inside[f"{_message(result)} <- {statement.text}"] += 1
        if statement.milliseconds:
            self._quietly("SET statement_timeout = DEFAULT")
        self._check()

    def _check(self) -> None:
        """Compare what the session says of itself with what it was when it began."""
        for name, expected in ((b"is_superuser", b"off"), (b"session_authorization", self.role.encode())):
            # Told by the server unasked, also in an aborted transaction.
            if (now := self._conn.parameter_status(name)) != expected:
                raise self._leak(f"{name.decode()} is {now!r}")
        for _ in range(_PATIENCE):
            result = self._conn.exec_(_CHECK)
            sqlstate = _sqlstate(result)
            if self._lost(sqlstate):
                return
            if not sqlstate:
                break
            if sqlstate == _ABORTED and self._conn.transaction_status == TransactionStatus.INERROR:
                return
            if sqlstate != _CANCELLED:
                raise self._leak(f"the check itself failed: {sqlstate} {_message(result)}")
            self._quietly("SET statement_timeout = DEFAULT")
        else:
            raise self._leak("the check was cancelled again and again")
        seen = (result.get_value(0, 0) or b"").decode()
        hashes, superuser, role, session, current = seen.split(" ", 4)
        if (hashes, superuser, session) != ("hidden", "off", self.role):
            raise self._leak(f"the session is {seen!r}")
        # SET ROLE is the one way to be somebody else, and nobody can be rdsadmin. A cancelled RESET
        # SESSION AUTHORIZATION makes the server itself forget that a role was set, but not the role.
        forgotten = role == "none" and current in GROUPS
        if current == "rdsadmin" or (role == "none" and current != self.role and not forgotten):
            raise self._leak(f"the session is {seen!r}")

    def _execute(self, text: str, *, extended: bool) -> PGresult:
        conn = self._conn
        result = conn.exec_params(text.encode(), None) if extended else conn.exec_(text.encode())
        if result.status in {ExecStatus.COPY_OUT, ExecStatus.COPY_IN}:
            raise self._leak(f"was let to copy: {text}")
        return result

    def _quietly(self, text: str) -> None:
        """Run what only prepares; a session that was ended meanwhile is begun again."""
        self._lost(_sqlstate(self._conn.exec_(text.encode())))

    def _lost(self, sqlstate: str) -> bool:
        """Begin again when another session ended this one; anything else that ends it is a crash."""
        if self._conn.status == ConnStatus.OK:
            return False
        # libpq may have made the last result itself, without an SQLSTATE: then the words tell.
        if sqlstate not in _ENDED and _ON_REQUEST not in self._conn.error_message:
            raise self._leak(f"the session ended: {sqlstate} {self._conn.error_message!r}")
        self._conn.finish()
        self._conn = self._log_in()
        return True

    def _log_in(self) -> PGconn:
        message = b""
        for _ in range(_PATIENCE):
            conn = pq.PGconn.connect(self._conninfo)
            if conn.status == ConnStatus.OK:
                return conn
            message = conn.error_message
            conn.finish()
            # Ended or cancelled while it was being let in.
            if b"administrator command" not in message and b"canceling" not in message:
                break
        raise self._leak(f"{self.role} cannot log in: {message!r}")

    def _leak(self, why: str) -> Leak:
        told = "\n".join(self._history)
        return Leak(f"session of {self.role}: {why}\nits last statements, oldest first:\n{told}")


def _sqlstate(result: PGresult) -> str:
    if result.status not in {ExecStatus.FATAL_ERROR, ExecStatus.BAD_RESPONSE}:
        return ""
    return (result.error_field(DiagnosticField.SQLSTATE) or b"").decode() or "none"


def _message(result: PGresult) -> str:
    return (result.error_field(DiagnosticField.MESSAGE_PRIMARY) or b"").decode(errors="replace")
