"""A dump's schema as the statements that a restore runs, with the entry of the archive each is of."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from rdscheck.assess.dump.meta import connected_to
from rdscheck.assess.dump.opening import open_dump
from rdscheck.assess.dump.pieces import Kind
from rdscheck.assess.dump.piping import Read
from rdscheck.assess.dump.restoring import SCHEMA
from rdscheck.assess.dump.splitting import Splitter

_ENTRY = re.compile(
    rb"^-- TOC entry (\d+) \(class [^\n]*\n(?:-- Dependencies: [^\n]*\n)?-- (Name: [^\n]*)", re.MULTILINE
)

#: How many lines such a comment has at most.
_COMMENT_LINES = 3

#: What fills tables and sequences; a rehearsal has no data.
_DATA = re.compile(
    rb"SELECT\s+(?:pg_catalog\.)?(?:setval|lo_create|lo_open|lowrite|lo_close)\s*\(|BEGIN\b|COMMIT\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One statement: its text without semicolon, its first and last line, the database it is meant for.

    ``entry`` is the number of its entry in the archive's table of contents, 0 for a plain dump.
    """

    text: bytes
    line: int
    last: int
    database: str
    entry: int = 0


@dataclass
class Script:
    """All statements of a dump's schema in order.

    ``entries`` tells what each entry of the table of contents is, as ``Name: t; Type: TABLE; …``.
    ``left_out`` are psql commands that a rehearsal does not do, with their lines.
    """

    format: str
    steps: list[Step] = field(default_factory=list)
    entries: dict[int, str] = field(default_factory=dict)
    left_out: list[tuple[int, str]] = field(default_factory=list)


def read_script(source: str | Path | IO[bytes], label: str) -> Script:
    """Read the statements of a dump; raises ``UsageError`` for what is no dump.

    Facts have to be read with the same options of pg_restore, ``SCHEMA``, where lines are compared.
    """
    opened = open_dump(source, label, SCHEMA)
    try:
        script = Script(opened.format)
        contents = _Contents(opened.read) if opened.format != "plain" else None
        database = ""
        for piece in Splitter(contents.read if contents else opened.read, lambda _head: False):
            if piece.kind is Kind.META:
                command = piece.text.decode(errors="replace")
                word = command.split(maxsplit=1)[0] if command.strip() else ""
                if word in {"c", "connect"}:
                    database = connected_to(command) or database
                elif word not in {"restrict", "unrestrict", "."}:
                    script.left_out.append((piece.line, word))
            elif piece.kind is Kind.SQL and not _DATA.match(piece.text):
                last = piece.line + piece.text.count(b"\n")
                script.steps.append(Step(piece.text, piece.line, last, database))
        opened.finish()
        if contents:
            script.entries = contents.names
            script.steps = [replace(step, entry=contents.entry_at(step.line)) for step in script.steps]
    finally:
        opened.close()
    return script


class _Contents:
    """Notes at which line which entry of the table of contents begins, while somebody else reads."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._rest = b""
        self._line = 1
        self._lines: list[int] = []
        self._numbers: list[int] = []
        self.names: dict[int, str] = {}

    def read(self, size: int) -> bytes:
        part = self._read(size)
        text = self._rest + part
        ready = len(text)
        for _ in range(_COMMENT_LINES + 1 if part else 0):
            # A comment that begins in the last lines may not be there as a whole.
            ready = max(0, text.rfind(b"\n", 0, ready))
        at = 0
        for match in _ENTRY.finditer(text):
            if match.start() < ready or not part:
                self._line += text.count(b"\n", at, match.start())
                at = match.start()
                self._numbers.append(int(match[1]))
                self._lines.append(self._line)
                self.names[int(match[1])] = match[2].decode(errors="replace")
        self._line += text.count(b"\n", at, ready)
        self._rest = text[ready:]
        return part

    def entry_at(self, line: int) -> int:
        """Return the entry that a line of the text read so far belongs to, 0 before the first."""
        at = bisect_right(self._lines, line)
        return self._numbers[at - 1] if at else 0
