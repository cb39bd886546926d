"""Doing what a claim says, and judging what came of it.

The two are apart on purpose: what was observed is a value, and ``judge`` is a pure
function, so that a test can turn a claim round and see that the judge notices.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from rdscheck.claims import names
from rdscheck.claims.data import ALLOW, NULL, DataClaim, Fill, Rows, Statement
from rdscheck.claims.roles import KINDS, MASTER, ME, RDSADMIN
from rdscheck.errors import RdscheckError
from rdscheck.recording import RecordedConnection, Recorder
from rdscheck.sandbox.server import unique_name

#: No statement of a claim takes long; one that waits for a lock would wait for ever.
_LIMITS = "-c statement_timeout=30000 -c lock_timeout=10000"


class StageError(RdscheckError):
    """The set-up of a claim failed, so nothing was found out about it."""


@dataclass(frozen=True)
class Refusal:
    """An error the server gave."""

    sqlstate: str
    text: str
    detail: str = ""
    hint: str = ""

    @classmethod
    def of(cls, error: psycopg.Error) -> "Refusal":
        """Take what is judged from an error; raises it again when it did not come from the server."""
        if error.sqlstate is None:
            raise error
        diag = error.diag
        return cls(
            error.sqlstate,
            diag.message_primary or "",
            diag.message_detail or "",
            diag.message_hint or "",
        )


@dataclass(frozen=True)
class Observed:
    """What came of a claim: where it ended, with which error or rows, and what the checks gave."""

    statements: int  # how many there were
    done: int  # how many of them succeeded
    refusal: Refusal | None = None
    rows: Rows | None = None  # of the last one
    notices: tuple[str, ...] = ()
    checks: tuple[Rows | Refusal, ...] = ()


class Stage:
    """A fresh database with the roles of one claim, each logged in once.

    Use it in a ``with`` statement: at its end what claims made for the whole server
    (``{new:…}``) is removed.
    """

    def __init__(self, database: Any, recorder: Recorder) -> None:
        self._database = database
        self._recorder = recorder
        self._opened = ExitStack()
        self._connections: dict[str, Any] = {}
        self._roles: dict[str, str] = {}
        self._new: dict[str, str] = {}

    def __enter__(self) -> "Stage":
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Log out and remove what belongs to the whole server."""
        self._opened.close()
        if self._new:
            self._clean_up()

    @property
    def major(self) -> int:
        """Return the server's major version."""
        return int(self._database.server.major)

    def role(self, kind: str) -> str:
        """Return the real name of a kind of role, made on first use."""
        if kind == MASTER:
            return str(self._database.server.master_user)
        if kind not in self._roles:
            described = KINDS[kind]
            try:
                name = self._database.create_role(kind, options=described.options)
                self._roles[kind] = name
                if described.grants:
                    with self._database.server.as_master() as master:
                        for grant in described.grants:
                            master.execute(names.statement(grant, self._resolver(name)))
            except psycopg.Error as error:
                raise StageError(f"{described.meaning} could not be made: {error}") from error
        return self._roles[kind]

    def fill(self, me: str) -> Fill:
        """Return what puts the names of this run into a text."""
        resolve = self._resolver(me)
        return lambda text: names.filled(text, resolve)

    def execute(self, statement: Statement, me: str) -> Rows | None:
        """Run one statement; ``me`` is the kind of role that tries the claim. Returns its rows."""
        kind = me if statement.role == ME else statement.role
        composed = names.statement(statement.sql, self._resolver(self.role(me)))
        if kind == RDSADMIN:
            self._recorder.act(f"-- as rdsadmin: {composed.as_string(None)}")
        cursor = self._connection(kind).execute(composed)
        if cursor.description is None:
            return None
        return tuple(tuple(_plain(cell) for cell in row) for row in cursor.fetchall())

    def notices(self, kind: str) -> list[str]:
        """Return the notices a role got so far."""
        found: list[str] = self._connection(kind).notices
        return found

    def step(self, title: str) -> AbstractContextManager[None]:
        """Name what happens next in the report."""
        return self._recorder.step(title)

    def _connection(self, kind: str) -> Any:
        if kind not in self._connections:
            self._connections[kind] = self._opened.enter_context(self._log_in(kind))
        return self._connections[kind]

    @contextmanager
    def _log_in(self, kind: str) -> Iterator[Any]:
        if kind == RDSADMIN:
            with self._database.admin() as connection:
                yield connection
            return
        user = None if kind == MASTER else self.role(kind)
        parameters = dict(conninfo_to_dict(self._database.dsn(user))) | {"options": _LIMITS}
        with RecordedConnection.open(self._recorder, parameters) as connection:
            yield connection

    def _resolver(self, me: str) -> Callable[[str], str]:
        def resolve(name: str) -> str:
            match name.split(":"):
                case ["db"]:
                    return str(self._database.name)
                case ["me"] | ["it"]:
                    return me
                case ["master"]:
                    return self.role(MASTER)
                case ["role", kind]:
                    return self.role(kind)
                case ["new", wish]:
                    if wish not in self._new:
                        self._new[wish] = unique_name(wish)
                        self._recorder.mask(self._new[wish], wish)
                    return self._new[wish]
            raise StageError(f"{name} is no placeholder")

        return resolve

    def _clean_up(self) -> None:
        """Remove slots, databases and tablespaces a claim made; leave its roles to the database's end."""
        wanted = list(self._new.values())
        with self._database.server.maintenance() as admin:
            for query, removal in _CLUSTER_WIDE:
                for (name,) in admin.execute(query, [wanted]).fetchall():
                    admin.execute(sql.SQL(removal).format(name=sql.Identifier(name), text=sql.Literal(name)))
            found = admin.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [wanted]).fetchall()
        by_name = {real: wish for wish, real in self._new.items()}
        for (name,) in found:
            self._database.roles[name] = by_name[name]


_CLUSTER_WIDE = (
    (
        "SELECT slot_name FROM pg_replication_slots WHERE slot_name = ANY(%s)",
        "SELECT pg_drop_replication_slot({text})",
    ),
    ("SELECT datname FROM pg_database WHERE datname = ANY(%s)", "DROP DATABASE {name} WITH (FORCE)"),
    ("SELECT spcname FROM pg_tablespace WHERE spcname = ANY(%s)", "DROP TABLESPACE {name}"),
)


def observe(claim: DataClaim, role: str, stage: Stage, *, act: bool = True) -> Observed:
    """Do what a claim says as one kind of role; raises ``StageError`` when its set-up fails.

    Without ``act`` the statements are left out and only the checks are made: what then
    still holds does not prove the act.
    """
    stage.role(role)
    if claim.setup:
        with stage.step("Set-up"):
            for statement in claim.setup:
                _prepare(statement, role, stage)
    done, refusal, rows = 0, None, None
    seen = 0
    if act:
        with stage.step(f"As {KINDS[role].meaning}: {claim.expect}"):
            seen = len(stage.notices(role))
            try:
                for text in claim.sql:
                    rows = stage.execute(Statement(role, text), role)
                    done += 1
            except psycopg.Error as error:
                refusal = Refusal.of(error)
    notices = tuple(stage.notices(role)[seen:]) if claim.notice else ()
    return Observed(len(claim.sql), done, refusal, rows, notices, tuple(_checks(claim, role, stage)))


def _prepare(statement: Statement, role: str, stage: Stage) -> None:
    try:
        stage.execute(statement, role)
    except psycopg.Error as error:
        raise StageError(f"the set-up failed: {error.diag.message_primary or error}") from error


def _checks(claim: DataClaim, role: str, stage: Stage) -> Iterator[Rows | Refusal]:
    for check in claim.checks:
        with stage.step("Check"):
            try:
                yield stage.execute(Statement(check.role, check.sql), role) or ()
            except psycopg.Error as error:
                yield Refusal.of(error)


def judge(claim: DataClaim, major: int, observed: Observed, fill: Fill) -> list[str]:
    """Return what contradicts the claim, nothing when it holds."""
    if claim.expect == ALLOW:
        wrong = _judge_allowed(claim, observed, fill)
    else:
        wrong = _judge_refused(claim, major, observed, fill)
    for check, found in zip(claim.checks, observed.checks, strict=True):
        expected = _filled(check.shows, fill)
        if isinstance(found, Refusal):
            wrong.append(f"the check was refused: {found.text}")
        elif found != expected:
            wrong.append(f"the check gave {_shown(found)} and not {_shown(expected)}")
    return wrong


def _judge_allowed(claim: DataClaim, observed: Observed, fill: Fill) -> list[str]:
    if observed.refusal:
        refusal, told = observed.refusal, f"statement {observed.done + 1} of {observed.statements}"
        detail = f"; DETAIL: {refusal.detail}" if refusal.detail else ""
        return [f"{told} was refused: {refusal.text} (SQLSTATE {refusal.sqlstate}){detail}"]
    if observed.done < observed.statements:
        return ["the act was left out"]
    wrong = []
    if claim.shows is not None and observed.rows != _filled(claim.shows, fill):
        wrong.append(f"it gave {_shown(observed.rows)} and not {_shown(_filled(claim.shows, fill))}")
    if claim.notice and not any(_same(fill(claim.notice), notice) for notice in observed.notices):
        wrong.append(f"none of its notices was {fill(claim.notice)!r}: {list(observed.notices)}")
    return wrong


def _judge_refused(claim: DataClaim, major: int, observed: Observed, fill: Fill) -> list[str]:
    refusal = observed.refusal
    if refusal is None:
        return ["it was not refused"]
    if observed.done < observed.statements - 1:
        return [f"statement {observed.done + 1} of {observed.statements} failed already: {refusal.text}"]
    wrong = []
    state = claim.sqlstate.of(major, "")
    if refusal.sqlstate != state:
        wrong.append(f"SQLSTATE is {refusal.sqlstate} and not {state}: {refusal.text}")
    for name, wanted, got in (
        ("message", claim.text, refusal.text),
        ("DETAIL", claim.detail, refusal.detail),
        ("HINT", claim.hint, refusal.hint),
    ):
        expected = wanted.of(major, "")
        if expected and not _same(fill(expected), got):
            wrong.append(f"the {name} is {got!r} and not {fill(expected)!r}")
    return wrong


def _same(expected: str, got: str) -> bool:
    """Compare a text with what was got; ``…`` stands for anything."""
    pieces = expected.split("…")
    if len(pieces) == 1:
        return expected == got
    if not got.startswith(pieces[0]) or not got.endswith(pieces[-1]):
        return False
    at = len(pieces[0])
    for piece in pieces[1:]:
        at = got.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return True


def _plain(cell: object) -> object:
    """Return a value as a TOML file can state it."""
    if cell is None:
        return NULL
    if isinstance(cell, (bool, int, str)):
        return cell
    if isinstance(cell, (list, tuple)):
        return [_plain(one) for one in cell]
    return str(cell)


def _filled(rows: Rows, fill: Fill) -> Rows:
    return tuple(tuple(_fill_cell(cell, fill) for cell in row) for row in rows)


def _fill_cell(cell: object, fill: Fill) -> object:
    if isinstance(cell, str):
        return fill(cell)
    if isinstance(cell, list):
        return [_fill_cell(one, fill) for one in cell]
    return cell


def _shown(rows: Sequence[Sequence[object]] | None) -> str:
    return "no rows" if rows is None else repr([list(row) for row in rows])
