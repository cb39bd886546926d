"""Statements of a block of SQL, each with what the page prints below it."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from rdscheck.runbook.model import Piece
from rdscheck.runbook.reading.lexing import skip_between, statement_end
from rdscheck.runbook.reading.shapes import (
    DASHES,
    begins_statement,
    counted_tables,
    is_box,
    is_said,
    is_tag,
    table_end,
)

_COPY = re.compile(r"copy\b[^;]*\bfrom\s+stdin\b", re.IGNORECASE)
_REST = re.compile(r"[ \t]*(?:--[^\n]*|/\*[^\n]*\*/[ \t]*)?(?:\n|\Z)")
#: How far an unknown word may be from the semicolon that makes it a statement: misspelt ones are short.
_NEAR = 500


@dataclass(frozen=True)
class Statement:
    """A statement by its place in a text."""

    start: int
    end: int
    complete: bool


def pieces(text: str, line: int) -> tuple[Piece, ...]:
    """Return the statements of a block that begins at a line of the page."""
    return tuple(_Reader(text, line).pieces())


class _Reader:
    def __init__(self, text: str, line: int) -> None:
        self._text, self._first = text, line
        self._lines = text.split("\n")
        self._starts = list(accumulate((len(one) + 1 for one in self._lines), initial=0))
        self._stops = [self._starts[at] for at in counted_tables(self._lines)]

    def pieces(self) -> list[Piece]:
        found: list[Piece] = []
        at = 0
        while True:
            start = skip_between(self._text, at)
            if start >= len(self._text):
                return found
            statement = self._statement(start)
            text = self._text[start : statement.end].rstrip()
            at = statement.end
            line = self._line(start)
            rest = _REST.match(self._text, at)
            expected, expected_line = None, 0
            if rest or not statement.complete:
                # Several statements on one line print below it; what they print belongs to the last one.
                below = self._line(at) + (self._starts[self._line(at)] != at)
                end = output_end(self._lines, below, text, self._begins)
                if end > below:
                    expected, expected_line = _printed(self._lines, below, end)
                    expected_line += self._first
                    at = self._starts[end] if end < len(self._lines) else len(self._text)
            found.append(Piece(text, self._first + line, expected, expected_line))

    def _statement(self, start: int) -> Statement:
        end = statement_end(self._text, start, self._stops)
        if end.complete and _COPY.match(self._text, start, end.at):
            return Statement(start, self._data_end(end.at), complete=True)
        return Statement(start, end.at, end.complete)

    def _data_end(self, at: int) -> int:
        r"""Return the end of the data behind a COPY, its ``\.`` included; if there is none, the place."""
        for line in range(self._line(at) + 1, len(self._lines)):
            if self._lines[line].strip() == "\\.":
                return self._starts[line] + len(self._lines[line])
        return at

    def _line(self, at: int) -> int:
        return min(bisect_right(self._starts, at), len(self._lines)) - 1

    def _begins(self, line: int) -> bool:
        """Tell whether a statement of an unknown word begins there, with a semicolon before an empty line."""
        start = self._starts[line]
        near = self._text[start : start + _NEAR]
        paragraph = near.split("\n\n", 1)[0]
        if ";" not in paragraph or not paragraph[:1].isalpha():
            return False
        end = statement_end(paragraph, 0)
        return end.complete and _REST.match(paragraph, end.at) is not None


def _printed(lines: Sequence[str], start: int, end: int) -> tuple[str, int]:
    while not lines[start].strip():
        start += 1
    while not lines[end - 1].strip():
        end -= 1
    return "\n".join(lines[start:end]), start


def output_end(lines: Sequence[str], start: int, statement: str, begins: Callable[[int], bool]) -> int:
    """Return where the output ends that begins at a line, if it does; else that line.

    ``begins`` tells of a line whether a statement of an unknown first word stands there.
    """
    end = at = start
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        taken = _taken(lines, at, statement, begins)
        if taken == at:
            break
        end = at = taken
    return end


def _taken(lines: Sequence[str], at: int, statement: str, begins: Callable[[int], bool]) -> int:
    """Return the line behind the output at a line."""
    line = lines[at]
    table = table_end(lines, at)
    if table is not None:
        return table
    if line.lstrip().startswith(("--", "/*", "\\", ";")) and not DASHES.match(line):
        return at
    if is_said(line) or is_tag(line, statement):
        return at + 1
    typed = begins_statement(line) or is_comment_rule(line, lines, at) or begins(at)
    return at if typed else at + 1


def is_comment_rule(line: str, lines: Sequence[str], at: int) -> bool:
    """Tell whether a line of dashes is a comment that sets off what follows it."""
    return bool(DASHES.match(line)) and not is_box(line) and (at == 0 or not lines[at - 1].strip())
