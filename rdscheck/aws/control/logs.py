"""Actions on log files: a server's own log, cut into the hours RDS has files for.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DownloadDBLogFilePortion.html
"""

import re
from contextlib import suppress
from datetime import UTC, datetime

from psycopg import OperationalError

from rdscheck.aws.control.faults import bad_value, fault
from rdscheck.aws.control.instances import find
from rdscheck.aws.control.registry import Answer, Call, action, filters, page
from rdscheck.aws.control.state import Database
from rdscheck.errors import RdscheckError

#: Times at the beginning of a line, as RDS's prefix has them: ``%t`` or ``%m``, always UTC.
_TIME = re.compile(rb"^(\d{4}-\d\d-\d\d) (\d\d):(\d\d):(\d\d)(?:\.\d+)? UTC:", re.MULTILINE)

#: What reading a log to its end writes into it, see rdscheck.sandbox.logs; nobody else is shown it.
MARK = b"rdscheck: mark "
_OF_MARK = re.compile(rb"\]:(CONTEXT|STATEMENT|QUERY):")

_MOST_BYTES = 1024**2
_MOST_LINES = 10_000


def files(text: bytes) -> dict[str, tuple[bytes, datetime]]:
    """Return a log by the names of RDS's files, each with its last moment; lines without a time go along.

    What stands before the first time, such as what an entry point says, belongs to no file.
    """
    found: dict[str, list[bytes]] = {}
    last: dict[str, datetime] = {}
    matches = list(_TIME.finditer(text))
    marked = b""
    for match, following in zip(matches, [*matches[1:], None], strict=True):
        end = following.start() if following else len(text)
        line = text[match.start() : end]
        if MARK in line:
            # The process is the last of what stands in brackets: a socket's address is [local].
            marked = line.partition(b"]:LOG:")[0]
            continue
        if marked and line.startswith(marked) and _OF_MARK.match(line[len(marked) :]):
            continue
        day, hour, minute, second = (part.decode() for part in match.groups())
        name = f"error/postgresql.log.{day}-{hour}"
        found.setdefault(name, []).append(line)
        last[name] = datetime.fromisoformat(f"{day}T{hour}:{minute}:{second}").replace(tzinfo=UTC)
    return {name: (b"".join(parts), last[name]) for name, parts in found.items()}


def _files(call: Call) -> tuple[Database, dict[str, tuple[bytes, datetime]]]:
    database = find(call, call.arguments["DBInstanceIdentifier"])
    server = database.server
    if server is None:
        return database, {}
    try:
        # All that was written before this request is in the answer.
        with suppress(OperationalError), database.lock:
            server.logs.mark()
        return database, files(server.log().encode())
    except RdscheckError as error:
        raise fault("DBInstanceNotReadyFault", str(error)) from error


@action("DescribeDBLogFiles")
def describe(call: Call) -> Answer:
    """List log files with their size and the time of their last line."""
    asked = call.arguments
    filters(asked, ())
    _, found = _files(call)
    rows = [
        {"LogFileName": name, "LastWritten": int(last.timestamp() * 1000), "Size": len(text)}
        for name, (text, last) in found.items()
    ]
    rows = [
        row
        for row in rows
        if asked.get("FilenameContains", "") in str(row["LogFileName"])
        and int(str(row["LastWritten"])) >= asked.get("FileLastWritten", 0)
        and int(str(row["Size"])) >= asked.get("FileSize", 0)
    ]
    shown, marker = page(rows, asked, lambda row: str(row["LogFileName"]))
    return {"DescribeDBLogFiles": shown, "Marker": marker}


@action("DownloadDBLogFilePortion")
def download(call: Call) -> Answer:
    """Return a part of a log file: from a marker on, or its end where there is none."""
    asked = call.arguments
    database, found = _files(call)
    name = asked["LogFileName"]
    if name not in found:
        raise fault(
            "DBLogFileNotFoundFault",
            f"DBLog File: {name}, is not found on the DB instance {database.identifier}",
        )
    text, _ = found[name]
    lines = asked.get("NumberOfLines", 0)
    if lines < 0:
        raise bad_value("NumberOfLines must not be negative.")
    hour = name.rpartition("-")[2]
    marker = asked.get("Marker")
    begin = _start(text, marker) if marker is not None else _tail(text, lines or _MOST_LINES)
    end = _end(text, begin, lines if marker is not None else 0)
    return {
        "LogFileData": text[begin:end].decode("utf-8", "replace"),
        "Marker": f"{hour}:{end}",
        "AdditionalDataPending": end < len(text),
    }


def _start(text: bytes, marker: str) -> int:
    """Return where a marker points: ``0``, or ``HH:OFFSET`` as an answer before had it."""
    match = re.fullmatch(r"(?:[0-9]{1,2}:)?([0-9]{1,12})", marker, re.ASCII)
    if match is None:
        raise bad_value(f"Invalid marker: {marker[:100]}")
    return min(int(match[1]), len(text))


def _tail(text: bytes, lines: int) -> int:
    """Return where the last lines begin that one answer holds."""
    begin = len(text)
    for _ in range(lines):
        if begin <= 0:
            return 0
        before = text.rfind(b"\n", 0, begin - 1) + 1
        if len(text) - before > _MOST_BYTES:
            break
        begin = before
    return begin


def _end(text: bytes, begin: int, lines: int) -> int:
    """Return where a part ends that begins there: after so many lines, at the end of one."""
    end = min(len(text), begin + _MOST_BYTES)
    if end < len(text):
        end = text.rfind(b"\n", begin, end) + 1 or end
    if lines:
        position = begin
        for _ in range(lines):
            found = text.find(b"\n", position, end)
            if found < 0:
                return end
            position = found + 1
        return position
    return end
