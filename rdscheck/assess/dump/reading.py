"""The entry: a dump read into facts."""

import gc
import re
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from rdscheck.assess.dump.contents import contents_of, missing_data
from rdscheck.assess.dump.finishing import finish
from rdscheck.assess.dump.folding import Fold
from rdscheck.assess.dump.large import Large
from rdscheck.assess.dump.meta import connected_to, elsewhere
from rdscheck.assess.dump.opening import Opened, open_dump
from rdscheck.assess.dump.parsing import parse
from rdscheck.assess.dump.pieces import Kind, Piece
from rdscheck.assess.dump.recoding import FORMS, decoded
from rdscheck.assess.dump.restoring import listing, selecting
from rdscheck.assess.dump.rows import copied, fact_of, table_of, wanted
from rdscheck.assess.dump.scene import Said, Scene
from rdscheck.assess.dump.shown import SHOWN, unreadable
from rdscheck.assess.dump.splitting import Splitter
from rdscheck.assess.dump.understanding import Understood, understood
from rdscheck.assess.dump.usual import usual
from rdscheck.assess.dump.workers import Workers
from rdscheck.assess.facts import Facts, Origin, Statement, Via
from rdscheck.assess.secrets import masked
from rdscheck.errors import UsageError

#: How many characters of statements are parsed at once.
_BATCH = 128 << 10

#: After so many of them other processes are worth their start.
_MANY = 2 << 20

#: How much that needs no parser is kept waiting for what does.
_MOST = 4096

_STATE = re.compile(rb"(?:SET|RESET|SELECT\s+(?:pg_catalog\.)?set_config)\b", re.IGNORECASE)
_INSERTED = re.compile(
    rb'INSERT\s+INTO\s+((?:"(?:[^"]|"")*"|[\w$\x80-\xff]+)(?:\.(?:"(?:[^"]|"")*"|[\w$\x80-\xff]+))?)',
    re.IGNORECASE,
)
_VERSION = re.compile(r"Dumped from database version (\d+(?:\.\d+)?)")


def read_dump(source: str | Path | IO[bytes], label: str = "", options: Sequence[str] = ()) -> Facts:
    """Read a dump into facts: a path, ``-`` for standard input, or a binary stream.

    ``label`` names it in reports; ``options`` are more options of ``pg_restore`` for an archive. What cannot
    be parsed is ``Unreadable``, with its line. Raises
    ``UsageError`` for what is no dump at all or cannot be opened.
    """
    name = label or ("standard input" if str(source) == "-" else str(source))
    opened = open_dump(source, name, options)
    reader = _Reader(name, opened)
    collecting = gc.isenabled()
    # What is read has no cycles, and looking for some again and again takes a good part of the time.
    gc.disable()
    try:
        return reader.facts()
    finally:
        if collecting:
            gc.enable()
        reader.close()
        opened.close()


@dataclass(slots=True)
class _Batch:
    """What was read one after the other: what is said already, and None for each statement of the answer."""

    database: str
    order: list[list[Said] | None]
    answer: "Future[Understood] | Understood"


class _Reader:
    """A dump on its way into facts."""

    def __init__(self, label: str, opened: Opened) -> None:
        self._label, self._opened = label, opened
        self._facts = Facts(origin=Origin(Via.DUMP, label, format=opened.format))
        self._fold = Fold(self._facts)
        self._scene = Scene()
        self._statements: list[tuple[int, str]] = []
        self._size = self._all = 0
        self._order: list[list[Said] | None] = []
        self._batches: deque[_Batch] = deque()
        self._workers: Workers | None = None
        self._rows: tuple[str, list[str]] | None = None
        self._read = 0  # statements that could be read
        self._notes: list[str] = []
        self._line = 0
        self._inserted: set[tuple[str, bytes]] = set()
        self._large = Large()

    def close(self) -> None:
        """End what was started."""
        if self._workers is not None:
            self._workers.close()

    def facts(self) -> Facts:
        """Read all of it."""
        for piece in Splitter(self._opened.read, wanted):
            self._line = piece.line
            self._take(piece)
        self._settle()
        self._archived()
        self._opened.finish()
        if not self._read:
            told = self._facts.unreadable
            why = f"no statement of it can be read ({told[0].message})" if told else "nothing is in it"
            raise UsageError(f"{self._label} is no dump: {why}", hint=FORMS)
        self._whole()
        finish(self._facts, self._fold, self._notes, self._large)
        return self._facts

    def _archived(self) -> None:
        """Read what of the data of an archive makes facts; there is no line that it stands at."""
        archive = self._opened.archive
        if archive is None:
            return
        why = "pg_restore cannot read it"
        listed = self._opened.through(listing(archive), self._label, why)
        contents = contents_of(b"".join(iter(lambda: listed(_BATCH), b"")))
        database = self._scene.database
        if why := missing_data(archive, contents):
            self._fold.add(unreadable(database, 0, why, ""))
        for one in contents.having_data(self._facts.relations):
            self._fold.add(Statement(kind="copy", detail=f"{one.schema}.{one.name}", database=database))
        if contents.wanted:
            read = self._opened.through(selecting(archive, contents.wanted), self._label, why)
            for piece in Splitter(read, wanted):
                self._take(piece._replace(line=0))
            self._settle()

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

    # Statements

    def _sql(self, piece: Piece) -> None:
        self._scene.line = piece.line
        if self._large.take(self._scene.database, piece):
            self._read += 1
        elif (said := usual(self._scene, piece.text)) is not None:
            self._read += 1
            if said:
                self._say(said)
        elif _STATE.match(piece.text):
            self._follow(piece)
        else:
            self._wait(piece)

    def _wait(self, piece: Piece) -> None:
        self._statements.append((piece.line, decoded(piece.text, self._scene.encoding)))
        self._order.append(None)
        self._size += len(piece.text)
        if self._size > _BATCH:
            self._send(self._scene)

    def _say(self, said: list[Said]) -> None:
        """Have said what was said without the parser, in its turn."""
        self._order.append(said)
        if len(self._order) > _MOST:
            self._send(self._scene)

    def _follow(self, piece: Piece) -> None:
        """Read a statement that may change what the following ones mean."""
        before = replace(self._scene)
        found = understood(self._scene, [(piece.line, decoded(piece.text, self._scene.encoding))])
        self._read += found.read
        if self._scene.session != before.session:
            self._send(before)
        self._say(found.said[0])

    def _send(self, scene: Scene) -> None:
        """Have understood what waits for it, as of a scene."""
        if not self._order:
            return
        statements, self._statements = self._statements, []
        order, self._order = self._order, []
        self._all += self._size
        self._size = 0
        if self._workers is None and self._all > _MANY:
            self._workers = Workers()
        if self._workers is None:
            self._fold_in(_Batch(scene.database, order, understood(replace(scene), statements)))
            return
        self._batches.append(_Batch(scene.database, order, self._workers.submit(replace(scene), statements)))
        while len(self._batches) > 4 * self._workers.number:
            self._fold_in(self._batches.popleft())

    def _fold_in(self, batch: _Batch) -> None:
        answer = batch.answer.result() if isinstance(batch.answer, Future) else batch.answer
        self._read += answer.read
        answers = iter(answer.said)
        for said in batch.order:
            self._fold.take(next(answers) if said is None else said, batch.database)

    def _settle(self) -> None:
        """Wait for all that is on its way."""
        self._send(self._scene)
        while self._batches:
            self._fold_in(self._batches.popleft())

    # Other pieces

    def _copy(self, piece: Piece) -> None:
        self._rows = None
        if wanted(piece.text):
            (parsed,) = parse([decoded(piece.text, self._scene.encoding)])
            self._rows = table_of(parsed.node) if parsed.node else None
        self._wait(piece)

    def _row(self, piece: Piece) -> None:
        if self._rows is not None:
            table, columns = self._rows
            self._scene.line = piece.line
            row = copied(decoded(piece.text, self._scene.encoding), columns)
            self._say(list(fact_of(self._scene, table, row)))

    def _insert(self, piece: Piece) -> None:
        self._read += 1
        match = _INSERTED.match(piece.text)
        if match is None or (self._scene.database, match[1]) in self._inserted:
            return
        self._inserted.add((self._scene.database, match[1]))
        (parsed,) = parse([f"TABLE {decoded(match[1], self._scene.encoding)}"])
        relation = parsed.node["fromClause"][0]["RangeVar"] if parsed.node else {}
        detail = ".".join(self._scene.path.relation(relation))
        self._say([Statement(kind="insert", detail=detail, database=self._scene.database, line=piece.line)])

    def _note(self, note: str) -> None:
        self._notes.append(note)
        if match := _VERSION.match(note):
            number = match[1].split(".")
            self._scene.major = float(".".join(number[:2])) if int(number[0]) < 10 else int(number[0])

    def _meta(self, piece: Piece) -> None:
        text = decoded(piece.text, self._scene.encoding)
        command = text.split(maxsplit=1)[0] if text else ""
        if command in {"restrict", "unrestrict", ".", ""}:
            return
        if command in {"connect", "c"}:
            self._read += 1
            name = connected_to(text)
            self._send(self._scene)
            self._scene.connect(name or self._scene.database)
            self._say([Statement(kind="connect", detail=name, line=piece.line)])
            return
        if command == "encoding":
            self._scene.encoding = text.split()[-1].strip("'\"").upper()
        if why := elsewhere(command):
            self._unreadable(piece._replace(text=b"\\" + piece.text), why)
        # What a variable is set to may be a password.
        shown = " ".join(text.split()[:2]) if command in {"set", "setenv"} else masked(text)[:SHOWN]
        self._say([Statement(kind="meta", detail=shown, database=self._scene.database, line=piece.line)])

    def _unreadable(self, piece: Piece, message: str) -> None:
        text = decoded(piece.text, self._scene.encoding)
        torn = piece.kind is Kind.TORN
        self._say([unreadable(self._scene.database, piece.line, message, text, torn=torn)])

    def _whole(self) -> None:
        """Note that a dump lacks its end, which pg_dump marks."""
        begun = sum(note in _BEGINNINGS for note in self._notes)
        ended = sum(note in _ENDS for note in self._notes)
        if begun > ended and not any(one.torn for one in self._facts.unreadable):
            message = "the dump ends before it is complete: its last line is missing"
            self._fold.add(unreadable("", self._line, message, "", torn=True))


_BEGINNINGS = frozenset({"PostgreSQL database dump", "PostgreSQL database cluster dump"})
_ENDS = frozenset(f"{one} complete" for one in _BEGINNINGS)
