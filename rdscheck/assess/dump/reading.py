"""The entry: a dump read into facts."""

import re
from pathlib import Path
from typing import IO

from rdscheck.assess.dump import handlers
from rdscheck.assess.dump.acting import acts
from rdscheck.assess.dump.finishing import finish
from rdscheck.assess.dump.folding import Fold
from rdscheck.assess.dump.meta import connected_to
from rdscheck.assess.dump.opening import Opened, open_dump
from rdscheck.assess.dump.parsing import Parsed, parse
from rdscheck.assess.dump.recoding import decoded
from rdscheck.assess.dump.rows import copied, fact_of, inserted, table_of, wanted
from rdscheck.assess.dump.scene import HANDLERS, Scene
from rdscheck.assess.dump.splitting import Kind, Piece, Splitter
from rdscheck.assess.facts import Facts, Origin, Statement, Unreadable, Via
from rdscheck.assess.secrets import masked
from rdscheck.errors import UsageError

#: How many bytes of statements are parsed at once.
_BATCH = 128 << 10

#: What is shown of a statement that cannot be read.
_SHOWN = 200

_LARGE_OBJECT = re.compile(rb"SELECT (?:pg_catalog\.)?lo_create\('(\d+)'\)")
_LARGE_DATA = re.compile(rb"SELECT (?:pg_catalog\.)?(?:lo_open|lowrite|lo_close)\(")
_LARGE_OWNER = re.compile(rb"ALTER LARGE OBJECT \d+ OWNER TO (.+)", re.DOTALL)
_SETVAL = re.compile(rb"SELECT pg_catalog\.setval\('(?:[^'\\]|'')*', -?\d+, (?:true|false)\)")
_INSERTED = re.compile(
    rb'INSERT\s+INTO\s+((?:"(?:[^"]|"")*"|[\w$\x80-\xff]+)(?:\.(?:"(?:[^"]|"")*"|[\w$\x80-\xff]+))?)',
    re.IGNORECASE,
)
_SECRET = re.compile(r"password|connection|user\s+mapping|server|options|secret|dblink", re.IGNORECASE)
_VERSION = re.compile(r"Dumped from database version (\d+(?:\.\d+)?)")

assert handlers  # importing them registers them


def read_dump(source: str | Path | IO[bytes], label: str = "") -> Facts:
    """Read a dump into facts: a path, ``-`` for standard input, or a binary stream.

    ``label`` names it in reports. What cannot be parsed is ``Unreadable``, with its line. Raises
    ``UsageError`` for what is no dump at all or cannot be opened.
    """
    name = label or ("standard input" if str(source) == "-" else str(source))
    opened = open_dump(source, name)
    try:
        return _Reader(name, opened).facts()
    finally:
        opened.close()


class _Reader:
    """A dump on its way into facts."""

    def __init__(self, label: str, opened: Opened) -> None:
        self._label, self._opened = label, opened
        self._facts = Facts(origin=Origin(Via.DUMP, label, format=opened.format))
        self._fold = Fold(self._facts)
        self._scene = Scene()
        self._waiting: list[tuple[Piece, str]] = []
        self._size = 0
        self._rows: tuple[str, list[str]] | None = None
        self._read = 0  # statements that could be read
        self._notes: list[str] = []
        self._line = 0
        self._inserted: set[tuple[str, bytes]] = set()
        self._large: dict[str, tuple[int, int, set[bytes]]] = {}  # line, number, owners

    def facts(self) -> Facts:
        """Read all of it."""
        for piece in Splitter(self._opened.read, wanted):
            self._line = piece.line
            self._take(piece)
        self._flush()
        self._opened.finish()
        if not self._read:
            first = self._facts.unreadable[0].message if self._facts.unreadable else "it is empty"
            raise UsageError(f"{self._label} is no dump: {first}")
        self._whole()
        finish(self._facts, self._fold, self._notes, self._large)
        return self._facts

    def _take(self, piece: Piece) -> None:
        match piece.kind:
            case Kind.SQL:
                self._sql(piece)
            case Kind.COPY:
                self._copy(piece)
            case Kind.ROW:
                self._row(piece)
            case Kind.INSERT:
                self._insert(piece)
            case Kind.NOTE:
                self._note(decoded(piece.text, "UTF8"))
            case Kind.META:
                self._meta(piece)
            case Kind.CUT:
                self._unreadable(piece, f"a statement of {piece.size} bytes is too long to be read")
            case Kind.TORN:
                self._unreadable(piece, "the dump ends within this statement or its data")

    # Pieces

    def _sql(self, piece: Piece) -> None:
        text = piece.text
        if text.startswith((b"SELECT ", b"ALTER LARGE")) and self._is_data(piece):
            self._read += 1
            return
        self._wait(piece)

    def _wait(self, piece: Piece) -> None:
        self._waiting.append((piece, decoded(piece.text, self._scene.encoding)))
        self._size += len(piece.text)
        # What follows may depend on what these say of encoding.
        if self._size > _BATCH or piece.text[:20].lower().startswith(b"set client_encoding"):
            self._flush()

    def _is_data(self, piece: Piece) -> bool:
        """Take what is said of large objects and sequences, one statement for each of them."""
        if _LARGE_OBJECT.fullmatch(piece.text):
            line, number, owners = self._large.get(self._scene_database, (piece.line, 0, set()))
            self._large[self._scene_database] = line, number + 1, owners
            return True
        if match := _LARGE_OWNER.fullmatch(piece.text):
            if self._scene_database in self._large:
                self._large[self._scene_database][2].add(match[1])
            return True
        return bool(_LARGE_DATA.match(piece.text) or _SETVAL.fullmatch(piece.text))

    @property
    def _scene_database(self) -> str:
        return self._scene.database

    def _copy(self, piece: Piece) -> None:
        self._rows = None
        if wanted(piece.text):
            self._flush()
            (parsed,) = parse([decoded(piece.text, self._scene.encoding)])
            self._rows = table_of(parsed.node) if parsed.node else None
        self._wait(piece)

    def _row(self, piece: Piece) -> None:
        if self._rows is not None:
            table, columns = self._rows
            self._scene.line = piece.line
            row = copied(decoded(piece.text, self._scene.encoding), columns)
            self._fold.take(fact_of(self._scene, table, row), self._scene.database)

    def _insert(self, piece: Piece) -> None:
        self._read += 1
        match = _INSERTED.match(piece.text)
        if match is None or (self._scene.database, match[1]) in self._inserted:
            return
        self._inserted.add((self._scene.database, match[1]))
        # The name alone is parsed, with the session of the statements before it.
        name = decoded(match[1], self._scene.encoding)
        self._flush()
        (parsed,) = parse([f"TABLE {name}"])
        relation = parsed.node["fromClause"][0]["RangeVar"] if parsed.node else {}
        detail = ".".join(self._scene.path.relation(relation))
        fact = Statement(kind="insert", detail=detail, database=self._scene.database, line=piece.line)
        self._fold.add(fact)

    def _note(self, note: str) -> None:
        self._notes.append(note)
        if match := _VERSION.match(note):
            number = match[1].split(".")
            self._scene.major = float(".".join(number[:2])) if int(number[0]) < 10 else int(number[0])

    def _meta(self, piece: Piece) -> None:
        self._flush()
        text = decoded(piece.text, self._scene.encoding)
        command = text.split(maxsplit=1)[0] if text else ""
        at = {"database": self._scene.database, "line": piece.line}
        if command in {"restrict", "unrestrict", ".", ""}:
            return
        if command in {"connect", "c"}:
            self._read += 1
            name = connected_to(text)
            if name:
                self._scene.connect(name)
            self._fold.add(Statement(kind="connect", detail=name, line=piece.line))
            return
        if command == "encoding":
            self._scene.encoding = text.split()[-1].strip("'\"").upper()
        self._fold.add(Statement(kind="meta", detail=masked(text)[:_SHOWN], **at))  # type: ignore[arg-type]

    # Statements

    def _flush(self) -> None:
        if not self._waiting:
            return
        waiting, self._waiting, self._size = self._waiting, [], 0
        for (piece, _), parsed in zip(waiting, parse([text for _, text in waiting]), strict=True):
            if parsed.message:
                self._unreadable(piece, parsed.message)
            else:
                self._read += 1
                self._understand(piece, parsed)

    def _understand(self, piece: Piece, parsed: Parsed) -> None:
        scene = self._scene
        scene.line, scene.text = piece.line, parsed.text
        if parsed.kind == "InsertStmt":
            table, columns = table_of(parsed.node)
            for row in inserted(parsed.node, columns):
                self._fold.take(fact_of(scene, table, row), scene.database)
            return
        if handler := HANDLERS.get(parsed.kind):
            self._fold.take(handler(scene, parsed.node), scene.database)
        self._fold.take(acts(scene, parsed.kind, parsed.node), scene.database)

    def _unreadable(self, piece: Piece, message: str) -> None:
        self._flush()
        text = decoded(piece.text[: 2 * _SHOWN], self._scene.encoding)
        if _SECRET.search(text):
            # The parser quotes what it stumbled over, which may be the secret.
            message = message.partition(" at or near ")[0]
            text = re.sub(r"'[^']*(?:'|\Z)", "'***'", text)
        fact = Unreadable(
            message=message, text=masked(text)[:_SHOWN], database=self._scene.database, line=piece.line
        )
        self._fold.add(fact)

    def _whole(self) -> None:
        """Note that a dump lacks its end, which pg_dump marks."""
        begun = sum(note in _BEGINNINGS for note in self._notes)
        ended = sum(
            note.removesuffix(" complete") in _BEGINNINGS and note.endswith(" complete")
            for note in self._notes
        )
        if begun > ended and not any(
            one.message.startswith("the dump ends") for one in self._facts.unreadable
        ):
            message = "the dump ends before it is complete: its last line is missing"
            self._fold.add(Unreadable(message=message, line=self._line))


_BEGINNINGS = frozenset({"PostgreSQL database dump", "PostgreSQL database cluster dump"})
