"""Server logs as records: the same for containers and processes, for stderr and csvlog.

A text becomes records by ``from_stderr`` or ``from_csvlog``; a ``LogReader`` reads those a running
server has written since a mark. Formats: https://www.postgresql.org/docs/current/runtime-config-logging.html
and, for lines of pgAudit, https://github.com/pgaudit/pgaudit#format (both documented).
"""

import csv
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from secrets import token_hex
from typing import TypedDict, Unpack

from rdscheck.errors import RdscheckError
from rdscheck.sandbox.server import Connection, Server

#: What pgAudit writes in place of a statement or its parameters.
NOT_LOGGED, PREVIOUSLY_LOGGED, NO_PARAMETERS = "<not logged>", "<previously logged>", "<none>"

_SEVERITIES = "DEBUG[1-5]?|INFO|NOTICE|WARNING|LOG|ERROR|FATAL|PANIC"
_PARTS = {
    "DETAIL": "detail",
    "HINT": "hint",
    "QUERY": "query",
    "CONTEXT": "context",
    "STATEMENT": "statement",
}

#: What stands before each part of a record: ``%t:%r:%u@%d:[%p]:``, the only prefix RDS has up to 15 and
#: its default from 16 on, or ``%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a``, the other one it takes then.
#: Names of hosts hold no blank, those of users, databases and applications may hold anything.
_TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
_LINE = re.compile(
    rf"(?P<time>{_TIME}(?:\.\d+)?) (?P<zone>[^:]+)"
    r":(?:(?P<host>[^\s()]+)\((?P<port>\d+)\)|(?P<local>\[local\])|)"
    r":(?P<who>.*?):\[(?P<pid>\d+)\]:"
    rf"(?:\d+:(?P<sqlstate>[0-9A-Z]{{5}}):{_TIME} [^:]+:[\d/]*:\d+:[0-9a-f]+\.[0-9a-f]+:"
    r"(?P<application>.*?))?"
    rf"(?P<kind>{_SEVERITIES}|{'|'.join(_PARTS)}):  (?P<text>.*)",
    re.DOTALL,
)

#: Columns of csvlog that are read; 13 has 24, from 14 on 26.
_CSV_COLUMNS = (24, 26)

_MARK = "rdscheck: mark "

#: What messages of pgAudit begin with.
AUDIT = "AUDIT: "

_WAIT_SECONDS = 10.0
_LONGEST_FIELD = 2**31 - 1

# Lines looked through for a mark at first, and at most before it is the whole log.
_FEW_LINES = 200
_MANY_LINES = 10_000


class LogError(RdscheckError):
    """A server log could not be read, or did not get what was waited for."""


@dataclass(frozen=True)
class AuditRecord:
    """What pgAudit tells of one statement, or of one relation in it; ``rows`` is None without log_rows."""

    kind: str  # SESSION or OBJECT
    statement_id: int
    substatement_id: int
    statement_class: str  # READ, WRITE, FUNCTION, ROLE, DDL, MISC
    command: str
    object_type: str
    object_name: str
    statement: str
    parameter: str
    rows: int | None = None

    @classmethod
    def parse(cls, message: str) -> "AuditRecord":
        """Read a message that begins with ``AUDIT: ``; raises ``LogError`` when it is none of pgAudit's."""
        if not message.startswith(AUDIT):
            raise LogError(f"no message of pgAudit: {message[:200]}")
        fields = _fields(message.removeprefix(AUDIT))
        if len(fields) not in {9, 10} or fields[0] not in {"SESSION", "OBJECT"}:
            raise LogError(f"a message of pgAudit with {len(fields)} fields: {message[:200]}")
        try:
            numbers = int(fields[1]), int(fields[2])
            rows = int(fields[9]) if len(fields) == 10 else None
        except ValueError as error:
            raise LogError(f"a message of pgAudit whose numbers are none: {message[:200]}") from error
        return cls(
            kind=fields[0],
            statement_id=numbers[0],
            substatement_id=numbers[1],
            statement_class=fields[3],
            command=fields[4],
            object_type=fields[5],
            object_name=fields[6],
            statement=fields[7],
            parameter=fields[8],
            rows=rows,
        )

    @property
    def parameters(self) -> tuple[str, ...] | None:
        """Return the values passed with the statement, NULL as an empty text; None where not logged."""
        if self.parameter in {NOT_LOGGED, PREVIOUSLY_LOGGED}:
            return None
        return () if self.parameter == NO_PARAMETERS else tuple(_fields(self.parameter) or [""])

    @property
    def told(self) -> tuple[str, str, str]:
        """Return class, command and statement: what most questions are about."""
        return self.statement_class, self.command, self.statement


@dataclass(frozen=True)
class LogRecord:
    """One message of a server with all that belongs to it; what was not written is empty.

    ``host`` is empty for processes of the server itself and ``[local]`` for its socket.
    ``sqlstate`` and ``application`` are known from csvlog and from the longer prefix alone.
    """

    time: datetime
    host: str
    user: str
    database: str
    pid: int
    severity: str
    message: str
    detail: str = ""
    hint: str = ""
    query: str = ""
    context: str = ""
    statement: str = ""
    port: int | None = None
    sqlstate: str = ""
    application: str = ""

    @property
    def audit(self) -> AuditRecord | None:
        """Return what pgAudit says by it, None for any other message. Raises ``LogError``."""
        return AuditRecord.parse(self.message) if self.message.startswith(AUDIT) else None


def from_stderr(text: str) -> list[LogRecord]:
    r"""Read what a server wrote to standard error with RDS's prefix; other lines are left out.

    Lines of one message begin with a tab from the second on. Where a name holds an ``@``, the last
    one parts user and database. Two weaknesses csvlog does not have: a role or database whose name
    holds a line break could feign records, and into a pipe, as containers have, messages of more than
    4 KiB may be written across each other by processes that log at the same moment.
    """
    found: list[tuple[re.Match[str], dict[str, str]]] = []
    for line in _joined(text):
        match = _LINE.fullmatch(line)
        if match is None:
            continue
        if match["kind"] not in _PARTS:
            found.append((match, {}))
        elif found and found[-1][0]["pid"] == match["pid"]:
            found[-1][1][match["kind"]] = match["text"]
    return [_record(match, parts) for match, parts in found]


def _joined(text: str) -> Iterator[str]:
    """Yield lines with those that continue them; only a line feed ends one."""
    parts: list[str] = []
    for line in text.removesuffix("\n").split("\n"):
        if line.startswith("\t") and parts:
            parts.append(line[1:])
            continue
        if parts:
            yield "\n".join(parts)
        parts = [line]
    if parts:
        yield "\n".join(parts)


def _record(match: re.Match[str], parts: Mapping[str, str]) -> LogRecord:
    user, _, database = match["who"].rpartition("@")
    return LogRecord(
        time=_time(match["time"], match["zone"]),
        host=match["host"] or match["local"] or "",
        port=int(match["port"]) if match["port"] else None,
        user=user,
        database=database,
        pid=int(match["pid"]),
        severity=match["kind"],
        message=match["text"],
        sqlstate=match["sqlstate"] or "",
        application=match["application"] or "",
        **{_PARTS[kind]: text for kind, text in parts.items()},
    )


def _time(text: str, zone: str) -> datetime:
    """Return a time of the log; RDS writes UTC and lets nobody change that (log_timezone)."""
    if zone not in {"UTC", "GMT", "Etc/UTC"}:
        raise LogError(f"the log has times of the zone {zone}", hint="log_timezone has to be UTC, as on RDS")
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def from_csvlog(text: str) -> list[LogRecord]:
    """Read a csvlog; a record that is still being written at its end is left out."""
    end = text.rfind("\n") + 1
    # A quote is doubled inside a field, so their number is even wherever a record is complete.
    while end and text.count('"', 0, end) % 2:
        end = text.rfind("\n", 0, end - 1) + 1
    with _any_length():
        return [_csv_record(row) for row in csv.reader(_lines(text[:end])) if row]


def _csv_record(row: list[str]) -> LogRecord:
    if not _CSV_COLUMNS[0] <= len(row) <= _CSV_COLUMNS[1]:
        raise LogError(f"a record of csvlog with {len(row)} columns")
    moment, _, zone = row[0].rpartition(" ")
    host, _, port = row[4].rpartition(":") if row[4] != "[local]" else (row[4], "", "")
    return LogRecord(
        time=_time(moment, zone),
        user=row[1],
        database=row[2],
        pid=int(row[3]),
        host=host,
        port=int(port) if port else None,
        severity=row[11],
        sqlstate=row[12],
        message=row[13],
        detail=row[14],
        hint=row[15],
        query=row[16],
        context=row[18],
        statement=row[19],
        application=row[22],
    )


def _lines(text: str) -> Iterator[str]:
    """Yield lines as the csv module wants them, ended by line feeds alone: data may hold any other ending."""
    for line in text.split("\n")[:-1]:
        yield f"{line}\n"


def _fields(text: str) -> list[str]:
    """Read one row of CSV; line breaks inside are part of their field."""
    with _any_length():
        rows = list(csv.reader([text], strict=True)) if text else []
    return rows[0] if rows else []


@contextmanager
def _any_length() -> Iterator[None]:
    """Lift the limit the csv module has for a field: statements are as long as their authors like."""
    before = csv.field_size_limit(_LONGEST_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)


class Of(TypedDict, total=False):
    """Whose records are wanted; what is not given does not matter."""

    pid: int
    database: str
    user: str


@dataclass(frozen=True)
class Mark:
    """A place in the log of a running server."""

    token: str


class LogReader:
    """Reads what a server of the sandbox writes.

    A mark is a message of rdsadmin's own. All processes write into one pipe or file, so once a mark
    can be read, everything that was logged before it can be read too: that nothing was logged is
    found out without waiting.
    """

    def __init__(self, server: Server, standard_error: Callable[[int | None], str]) -> None:
        """``standard_error`` returns the last lines the server has written to it, as ``Engine.log`` does."""
        self._server = server
        self._standard_error = standard_error

    def mark(self) -> Mark:
        """Return the place where the log ends now."""
        with self._server.maintenance() as conn:
            return _marked(conn)

    def since(self, mark: Mark, **of: Unpack[Of]) -> list[LogRecord]:
        """Return all records after a mark up to now, of one process, database or user if asked so.

        Raises ``LogError`` when the log has lost the mark.
        """
        return [
            one
            for one in self._written(mark)
            if all(getattr(one, name) == value for name, value in of.items())
        ]

    def records(self) -> list[LogRecord]:
        """Return all records of the log up to now."""
        return self._written(None)

    def audits(self, mark: Mark, **of: Unpack[Of]) -> list[AuditRecord]:
        """Return what pgAudit logged after a mark up to now; ``of`` is as for ``since``."""
        found = (one.audit for one in self.since(mark, **of))
        return [audit for audit in found if audit is not None]

    def wait(
        self,
        mark: Mark,
        wanted: Callable[[LogRecord], bool],
        *,
        seconds: float = _WAIT_SECONDS,
        **of: Unpack[Of],
    ) -> LogRecord:
        """Return the first record after a mark that is wanted, waiting for one; ``of`` is as for ``since``.

        For what processes log on their own time. Raises ``LogError`` when the time is over.
        """
        deadline = time.monotonic() + seconds
        while True:
            for one in self.since(mark, **of):
                if wanted(one):
                    return one
            if time.monotonic() > deadline:
                raise LogError(f"the server logged nothing of what was waited for within {seconds:g} s")
            time.sleep(0.05)

    def _written(self, since: Mark | None) -> list[LogRecord]:
        """Write a mark and read until it is there; return the records up to it, from another mark on."""
        with self._server.maintenance() as conn:
            mark = _marked(conn)
            deadline = time.monotonic() + _WAIT_SECONDS
            last = _FEW_LINES if since else None
            while True:
                text, read = self._text(conn, last)
                # What has the older mark has all that is wanted, but for what is still on its way.
                enough = last is None or since is None or since.token in text
                if enough and mark.token in text:
                    break
                if time.monotonic() > deadline:
                    raise LogError(f"the server's log does not show a mark within {_WAIT_SECONDS:g} s")
                if last is not None and not enough:
                    last = last * 8 if last < _MANY_LINES else None
                    continue
                # Between the server and us may be a container engine, some milliseconds behind.
                time.sleep(0.005)
        return _between(read(_from_line_of(since.token, text) if since else text), since, mark)

    def _text(self, conn: Connection, last: int | None) -> tuple[str, Callable[[str], list[LogRecord]]]:
        """Return the log by whichever way the server writes it, and what reads that format."""
        row = conn.execute(
            "SELECT current_setting('logging_collector')::bool, current_setting('log_destination') ~ 'csvlog'"
        ).fetchone()
        collected, as_csv = row or (False, False)
        if not collected:
            # Without a collector the server writes to standard error whatever the destination.
            return self._standard_error(last), from_stderr
        return _collected(conn, as_csv=as_csv), from_csvlog if as_csv else from_stderr


def _marked(conn: Connection) -> Mark:
    mark = Mark(f"{_MARK}{token_hex(8)}")
    conn.execute(f"DO $$ BEGIN RAISE LOG '{mark.token}'; END $$")
    return mark


def _from_line_of(token: str, text: str) -> str:
    """Return a log from the line on that names a mark first: what comes before need not be parsed."""
    place = text.find(token)
    if place < 0:
        raise LogError("the log no longer shows the mark", hint="logs of containers are cut at 50 MB")
    return text[text.rfind("\n", 0, place) + 1 :]


def _collected(conn: Connection, *, as_csv: bool) -> str:
    """Return all files the logging collector has written in one format, oldest first."""
    row = conn.execute(
        "SELECT string_agg(pg_read_binary_file(current_setting('log_directory') || '/' || name), ''"
        r" ORDER BY name) FROM pg_ls_logdir() WHERE name ~ '\.csv$' = %s AND name !~ '\.json$'",
        [as_csv],
    ).fetchone()
    return bytes(row[0] or b"").decode(errors="replace") if row else ""


def _between(records: list[LogRecord], begin: Mark | None, end: Mark) -> list[LogRecord]:
    places = {one.message: place for place, one in enumerate(records) if one.message.startswith(_MARK)}
    return [
        one
        for one in records[places[begin.token] + 1 if begin else 0 : places[end.token]]
        if not one.message.startswith(_MARK)
    ]


__all__ = [
    "AUDIT",
    "NOT_LOGGED",
    "NO_PARAMETERS",
    "PREVIOUSLY_LOGGED",
    "AuditRecord",
    "LogError",
    "LogReader",
    "LogRecord",
    "Mark",
    "Of",
    "from_csvlog",
    "from_stderr",
]
