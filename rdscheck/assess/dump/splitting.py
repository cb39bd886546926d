r"""A dump as a stream of statements, psql commands and data, in bounded memory.

The rules are those of psql: a statement ends at a semicolon outside of quotes, comments, parentheses and
``BEGIN ATOMIC`` bodies; a backslash outside of them starts a psql command, which ends with its line. What
follows ``COPY … FROM stdin`` is data up to a line with nothing but ``\.``. Data is skipped, not kept.
"""

import re
from collections.abc import Callable, Iterator

from rdscheck.assess.dump.copies import reads_stdin
from rdscheck.assess.dump.nesting import Nesting, may_nest
from rdscheck.assess.dump.patterns import (
    ARGUMENTS,
    BETWEEN,
    COMMENT,
    CONTINUED,
    DOLLAR,
    DOLLAR_BEGUN,
    INSERT,
    INTO,
    LINE_END,
    MAY_CONTINUE,
    NOTE,
    OFF,
    PLAIN,
    SPECIAL,
    STRETCH,
    STRING,
    WHOLE_LINE,
    WORD,
    inserts,
)
from rdscheck.assess.dump.pieces import Kind, Piece

#: How much of a dump is read at once, and how long a statement may be before it is cut.
CHUNK = 1 << 20
LONGEST = 16 << 20

#: How much is kept of a statement that is cut or whose rows are of no interest.
_HEAD = 1 << 10

#: A comment or psql command that goes on for longer on one line says nothing of the dump.
_NOTE_AT_MOST = 64 << 10


class Splitter:
    """Splits a stream of bytes; iterate over it once.

    ``read`` returns at most that many bytes, none at the end. ``wanted`` tells of a ``COPY`` or ``INSERT``
    whether its rows are to be handed out.
    """

    def __init__(
        self,
        read: Callable[[int], bytes],
        wanted: Callable[[bytes], bool] = lambda _statement: False,
        longest: int = LONGEST,
        chunk: int = CHUNK,
    ) -> None:
        self._read, self._wanted, self._longest, self._chunk = read, wanted, longest, chunk
        self._text = b""
        self._at = 0  # where the scan is
        self._start = 0  # where the statement began
        self._line = 1  # of _counted
        self._counted = 0
        self._ended = False
        self._escapes = False  # standard_conforming_strings is off
        self._nesting = Nesting()
        self._fed = 0  # how far the nesting has been told
        self._lost = 0  # bytes of the statement that are no longer kept
        self._head = b""

    def __iter__(self) -> Iterator[Piece]:
        """Return the pieces in their order."""
        while True:
            yield from self._between()
            if self._at >= len(self._text) and self._ended:
                return
            if self._text[self._at : self._at + 1] == b"\\":
                yield from self._meta()
                continue
            yield from self._statement()

    # What is read

    def _more(self) -> bool:
        """Read on, forgetting what is done with; tell whether there was more."""
        if self._ended:
            return False
        read = self._read(self._chunk)
        if not read:
            self._ended = True
            return False
        self._count(self._start)
        kept = self._text[self._start :]
        self._at -= self._start
        self._counted -= self._start
        self._fed -= self._start
        self._start = 0
        self._text = kept + read
        return True

    def _count(self, to: int) -> int:
        """Return the line of a place, which lies behind the one asked for before."""
        if to > self._counted:
            self._line += self._text.count(b"\n", self._counted, to)
            self._counted = to
        return self._line

    # Between statements

    def _between(self) -> Iterator[Piece]:
        """Skip white space, comments and lone semicolons before a statement."""
        while True:
            match = BETWEEN.match(self._text, self._at)
            end = match.end() if match else self._at
            yield from self._notes(self._at, end)
            self._at = self._start = end
            begun = self._text[end : end + 2]
            if len(begun) < 2 and not self._ended:
                self._more()
            elif begun == b"--":  # a comment that the text read so far does not end
                if len(self._text) - end > _NOTE_AT_MOST:
                    self._rest_of_comment()
                elif not self._more():
                    yield from self._notes(end, len(self._text))
                    self._at = self._start = len(self._text)
            elif begun == b"/*":
                line = self._count(end)
                self._at += 2
                if not self._comment(keep=False):
                    yield Piece(Kind.TORN, begun, line)
                self._start = self._at
            elif begun[:1] == b";":
                self._at += 1
            else:
                return

    def _rest_of_line(self) -> None:
        """Skip to the end of the line, however far it is."""
        self._rest(re.compile(b"\n"))

    def _rest_of_comment(self) -> None:
        """Skip to the end of a comment."""
        self._rest(LINE_END)

    def _rest(self, end: re.Pattern[bytes]) -> None:
        while (found := end.search(self._text, self._at)) is None:
            self._at = self._start = len(self._text)
            if not self._more():
                return
        self._at = self._start = found.start()

    def _notes(self, start: int, end: int) -> Iterator[Piece]:
        # Dumps are full of comments; of these two kinds they have a handful.
        if self._text.find(b"-- Dumped", start, end) < 0 and self._text.find(b"-- Postgre", start, end) < 0:
            return
        for note in NOTE.finditer(self._text[start:end]):
            yield Piece(Kind.NOTE, note[1].rstrip(), self._count(start + note.start()))

    def _comment(self, *, keep: bool) -> bool:
        """Go behind a comment whose beginning was passed; tell whether it ends."""
        depth = 1
        while depth:
            match = COMMENT.search(self._text, self._at)
            if match:
                depth += 1 if match[0] == b"/*" else -1
                self._at = match.end()
                continue
            self._at = max(self._at, len(self._text) - 1)
            if not keep:
                self._start = self._at
            if not self._grow():
                self._at = len(self._text)
                return False
        return True

    def _meta(self) -> Iterator[Piece]:
        """Yield a psql command; it ends with its line, or at a backslash, behind which the line goes on."""
        while (end := self._text.find(b"\n", self._at)) < 0 and len(self._text) - self._at <= _NOTE_AT_MOST:
            if not self._more():
                break
        at, line = self._at, self._count(self._at)
        text = self._text[at + 1 : end if end >= 0 else len(self._text)]
        if text.split(maxsplit=1)[:1] in ([b"c"], [b"connect"]):
            self._escapes = False  # a new session has its own settings
        match = None if WHOLE_LINE.match(text) else ARGUMENTS.match(text)
        if match is not None and text[match.end() : match.end() + 1] == b"\\":
            yield Piece(Kind.META, match[0].strip(), line)
            self._at = at + 1 + match.end()
            # Two of them part a command from SQL; one begins the next command.
            self._at += 2 * (text[match.end() : match.end() + 2] == b"\\\\")
            self._start = self._at
            return
        yield Piece(Kind.META, text[:_NOTE_AT_MOST].strip(), line)
        if end < 0 and not self._ended:
            # What may follow a backslash on a line that long is not looked for.
            yield Piece(Kind.CUT, text[:_HEAD], line, len(text))
        self._rest_of_line()

    # Statements

    def _statement(self) -> Iterator[Piece]:
        line = self._count(self._at)
        while len(self._text) - self._at < _HEAD and self._more():
            pass
        insert = INSERT.match(self._text, self._at) is not None
        # One whose rows are wanted is read as any other statement.
        insert = insert and not self._wanted(self._text[self._at : self._at + _HEAD])
        self._lost, self._head = 0, b""
        ends = self._plain(insert=insert) or self._slow(insert=insert)
        text = self._head or self._text[self._start : self._at]
        size = self._lost + self._at - self._start
        if not ends:
            self._start = self._at
            yield Piece(Kind.TORN, text[:_HEAD].strip(), line)
            return
        self._start = self._at = self._at + (self._text[self._at : self._at + 1] == b";")
        text = text.rstrip()
        if insert:
            yield Piece(Kind.INSERT, text[:_HEAD], line)
            self._skip_like(text)
        elif self._lost:
            yield Piece(Kind.CUT, text[:_HEAD], line, size)
        elif text[:4].upper() == b"COPY" and reads_stdin(text):
            yield Piece(Kind.COPY, text, line)
            yield from self._data(text, line)
        else:
            self._remember(text)
            yield Piece(Kind.SQL, text, line)

    def _skip_like(self, insert: bytes) -> None:
        """Skip what comes at once after an INSERT and inserts into the same table."""
        begins = INTO.match(insert)
        if begins is not None and not self._escapes:
            match = inserts(begins[0]).match(self._text, self._at)
            self._at = self._start = match.end() if match else self._at

    def _remember(self, text: bytes) -> None:
        if len(text) < 100 and (match := OFF.match(text)):
            self._escapes = match[1].lower() in {b"off", b"false", b"no", b"0"}

    def _plain(self, *, insert: bool) -> bool:
        """Go to the end of a statement in one match, where nothing in it is special."""
        if self._escapes or (not insert and may_nest(self._text, self._at)):
            return False
        match = PLAIN.match(self._text, self._at)
        if match is None:
            return False
        self._at = match.end() - 1
        return True

    def _slow(self, *, insert: bool) -> bool:
        """Go to the end of a statement step by step; tell whether it has one."""
        self._nesting, self._fed = Nesting(), self._start
        while True:
            if insert and not self._escapes and (stretch := STRETCH.match(self._text, self._at)):
                self._at = stretch.end()
            match = SPECIAL.search(self._text, self._at)
            if match is None:
                # The last byte may begin a comment.
                self._at = max(self._at, len(self._text) - 1)
                if not self._grow(insert=insert):
                    self._at = len(self._text)
                    return False
                continue
            self._at = match.start()
            token = match[0]
            if token == b"$" and self._at > self._start and WORD.match(self._text, self._at - 1):
                self._at += 1  # within a name
                continue
            self._nesting.feed(self._text, self._fed, self._at)
            if token == b";":
                if insert or self._lost or self._nesting.closed:
                    return True
                self._at += 1
            elif token == b"\\":
                # Most psql commands leave the statement as it is, and it goes on behind them.
                if self._lost or self._command():
                    return True
                self._at += 1
            elif not self._token(token, insert=insert):
                self._at = len(self._text)
                return False
            self._fed = self._at

    def _command(self) -> bool:
        r"""Tell whether a backslash ends the statement, as ``\g`` and ``\gexec`` do."""
        return self._text[self._at + 1 : self._at + 2] in {b"g", b"."}

    def _token(self, token: bytes, *, insert: bool) -> bool:
        """Go behind a quoted string or a comment; tell whether it ends."""
        if token == b"'":
            escapes = self._escapes or self._is_escaping()
            self._at += 1
            return self._string(escapes=escapes, insert=insert)
        if token == b'"':
            self._at += 1
            return self._to(b'"', insert=insert)
        if token == b"--":
            return self._to_line_end(insert=insert)
        if token == b"/*":
            self._at += 2
            return self._comment(keep=True)
        return self._dollar(insert=insert)

    def _is_escaping(self) -> bool:
        """Tell whether the quote here belongs to an ``E''`` string."""
        before = self._text[max(self._at - 2, self._start) : self._at]
        return before[-1:] in {b"e", b"E"} and not WORD.match(before[:-1])

    def _to(self, end: bytes, *, insert: bool = False) -> bool:
        """Go behind the next occurrence of some bytes; tell whether there is one."""
        while (found := self._text.find(end, self._at)) < 0:
            self._at = max(self._at, len(self._text) - len(end) + 1)
            if not self._grow(insert=insert):
                return False
        self._at = found + len(end)
        return True

    def _to_line_end(self, *, insert: bool) -> bool:
        while (found := LINE_END.search(self._text, self._at)) is None:
            self._at = len(self._text)
            if not self._grow(insert=insert):
                return False
        self._at = found.end()
        return True

    def _string(self, *, escapes: bool, insert: bool) -> bool:
        """Go behind a string whose first quote was passed; a doubled quote begins another string."""
        if not escapes:
            return self._to(b"'", insert=insert)
        while True:
            match = STRING.search(self._text, self._at)
            if match is None:
                self._at = len(self._text)
                if not self._grow(insert=insert):
                    return False
                continue
            self._at = match.end()
            if match[0] == b"\\":
                if self._at >= len(self._text) and not self._grow(insert=insert):
                    return False
                self._at += 1
                continue
            if not self._goes_on(insert=insert):
                return True

    def _goes_on(self, *, insert: bool) -> bool:
        """Tell whether an ``E''`` string goes on: by a doubled quote, or by another one on a later line."""
        while True:
            if self._text[self._at : self._at + 1] == b"'":
                self._at += 1
                return True
            if match := CONTINUED.match(self._text, self._at):
                self._at = match.end()
                return True
            if not MAY_CONTINUE.match(self._text, self._at) or not self._grow(insert=insert):
                return False

    def _dollar(self, *, insert: bool) -> bool:
        """Go behind a dollar-quoted string, or a dollar sign that begins none; tell whether it ends."""
        while DOLLAR_BEGUN.match(self._text, self._at) and self._grow(insert=insert):
            pass
        match = DOLLAR.match(self._text, self._at)
        if match is None:
            self._at += 1
            return True
        self._at = match.end()
        return self._to(match[0], insert=insert)

    def _grow(self, *, insert: bool = False) -> bool:
        """Read on within a statement, dropping what is too much of it; tell whether there was more."""
        length = self._at - self._start
        if length > (_HEAD if insert else self._longest):
            self._count(self._start)
            self._head = self._head or self._text[self._start : self._start + _HEAD]
            # Two bytes stay: what is before a quote tells what kind of string it begins.
            self._lost += length - 2
            self._start = self._fed = self._at - 2
        return self._more()

    # Data

    def _data(self, statement: bytes, line: int) -> Iterator[Piece]:
        """Skip the data of a COPY, or hand out its lines."""
        rows = self._wanted(statement)
        if not self._to(b"\n"):
            yield Piece(Kind.TORN, statement[:_HEAD], line)
            return
        self._start = self._at
        if rows:
            yield from self._rows(statement, line)
            return
        # The mark is searched with the line end before it, which ends the statement or a row.
        self._at -= 1
        while True:
            found = self._text.find(b"\n\\.", self._at)
            if found < 0:
                self._at = max(self._at, len(self._text) - 2)
                self._start = self._at
                if not self._more():
                    self._at = self._start = len(self._text)
                    yield Piece(Kind.TORN, statement[:_HEAD], line)
                    return
                continue
            self._at = self._start = found
            while len(self._text) - found < 5 and self._more():
                found = self._at
            rest = self._text[found + 3 : found + 5]
            self._at = self._start = found + 3
            if rest[:1] in {b"\n", b""} or rest == b"\r\n":
                return

    def _rows(self, statement: bytes, line: int) -> Iterator[Piece]:
        while True:
            at = self._count(self._at)
            if not self._to(b"\n"):
                if self._text[self._start :].rstrip() == b"\\.":
                    self._at = self._start = len(self._text)
                    return
                yield Piece(Kind.TORN, statement[:_HEAD], line)
                self._at = self._start = len(self._text)
                return
            row = self._text[self._start : self._at].rstrip(b"\r\n")
            self._start = self._at
            if row == b"\\.":
                return
            yield Piece(Kind.ROW, row[: self._longest], at)
