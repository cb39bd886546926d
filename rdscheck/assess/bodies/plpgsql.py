"""PL/pgSQL: the statements and expressions in a body, with their lines."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from rdscheck.assess.acts import TYPES
from rdscheck.assess.bodies.declarations import declarations
from rdscheck.assess.bodies.repair import tree_of
from rdscheck.assess.bodies.tree import Unparsable, parsed

#: How a piece is to be parsed (RawParseMode of the server): a statement, an expression; else an assignment.
_STATEMENT, _EXPRESSION = 0, 2

#: Where the text of a dynamic statement stands: of EXECUTE and FOR … IN EXECUTE, of RETURN QUERY and OPEN.
_DYNAMIC = {
    "PLpgSQL_stmt_dynexecute": "query",
    "PLpgSQL_stmt_dynfors": "query",
    "PLpgSQL_stmt_return_query": "dynquery",
    "PLpgSQL_stmt_open": "dynquery",
}

#: Types that later versions no longer have.
_REMOVED = re.compile(rf"\b(?:{'|'.join(sorted(TYPES))})\b", re.IGNORECASE)

#: How far behind the begin of its statement a piece is looked for.
_NEAR = 4000


@dataclass(frozen=True, slots=True)
class Piece:
    """SQL in a body: what stands there, the line of its statement, how to parse it."""

    text: str
    line: int
    mode: int
    executed: bool = False  # an expression whose value is run as SQL

    @property
    def tried(self) -> Iterator[tuple[str, str]]:
        """Give statements that hold all that the piece holds, the first that can be parsed will do.

        Before each stands what of it is not the piece's.
        """
        if self.mode == _STATEMENT:
            yield "", self.text
            return
        select = "SELECT "
        if self.mode == _EXPRESSION:
            yield select, f"{select}{self.text}"
            return
        target, value = _split(self.text)
        if "[" in target:
            yield select, f"{select}{target} , {value}"
        yield select, f"{select}{value}"

    def tree(self) -> tuple[Any, str, str]:
        """Return the piece parsed, the statement it was put into, and what of that comes before it.

        Raises ``Unparsable``.
        """
        error = Unparsable("nothing to parse")
        for before, sql in self.tried:
            try:
                return parsed(sql), sql, before
            except Unparsable as refused:
                error = refused
        raise error


class Lines:
    """Where pieces stand in a body; to be asked for them in their order."""

    def __init__(self, body: str, first: int = 1) -> None:
        self._body = body
        self._before = first - 1  # lines before the body
        self._starts = [0, *(match.end() for match in re.finditer("\n", body))]
        self._done = (0, 0)  # line of a statement, and where its last piece ended

    def counted(self, piece: Piece, sql: str, before: str) -> Callable[[int], int]:
        """Return what gives the line of an offset in bytes of the statement a piece was put into.

        Where a piece is not found as it stands, because the parser has changed it, its lines count from that
        of its statement.
        """
        text = sql[len(before) :]
        if piece.mode == _STATEMENT and text.startswith("SELECT"):
            text = text[len("SELECT") :]  # stands for PERFORM
        first = self._line(piece.line, text) + self._before
        ends = [match.start() for match in re.finditer(b"\n", sql.encode())]
        return lambda offset: first + bisect_left(ends, offset)

    def _line(self, line: int, text: str) -> int:
        if not 0 < line <= len(self._starts):
            return line
        start = self._starts[line - 1]
        for begin in (self._done[1], start) if self._done[0] == line else (start,):
            place = self._body.find(text, begin, start + len(text) + _NEAR)
            if place >= 0:
                self._done = (line, place + len(text))
                return line + self._body.count("\n", start, place)
        return line


def pieces(create: str, body: str) -> list[Piece]:
    """Return the SQL of a body, in the order of its lines; raises ``Unparsable``.

    ``create`` is the statement that defines the function, empty where there is none at hand.
    """
    tree, known = tree_of(create, body)
    found = list(_pieces(tree))
    if _has_rows(tree):
        # Of variables whose type it does not know the parser forgets the default.
        known = known or declarations(body)
        found += [
            Piece(one.default, known.body.count("\n", 0, one.start) + 1, _EXPRESSION)
            for one in known.variables
            if one.default
        ]
    if _REMOVED.search(body):
        # The parser does not keep types either: each is told as a cast to it.
        known = known or declarations(body)
        found += [
            Piece(
                f"NULL::{known.body[one.start : one.end]}",
                known.body.count("\n", 0, one.start) + 1,
                _EXPRESSION,
            )
            for one in known.variables
            if _REMOVED.search(known.body, one.start, one.end)
        ]
    return sorted(found, key=lambda one: one.line)


def _has_rows(tree: Any) -> bool:
    return any(
        "lineno" in datum.get("PLpgSQL_rec", ())
        for one in tree
        for datum in one.get("PLpgSQL_function", {}).get("datums", ())
    )


def _pieces(tree: Any) -> Iterator[Piece]:
    waiting: list[tuple[str, Any, int, bool]] = [("", tree, 0, False)]
    while waiting:
        key, value, line, executed = waiting.pop()
        if isinstance(value, list):
            waiting += [(key, one, line, executed) for one in reversed(value)]
        elif isinstance(value, dict):
            if key == "PLpgSQL_expr":
                yield Piece(value.get("query", ""), line, value.get("parseMode", _STATEMENT), executed)
                continue
            here = value.get("lineno", line)
            waiting += [
                (name, one, here, executed if name == "PLpgSQL_expr" else name == _DYNAMIC.get(key))
                for name, one in reversed(value.items())
            ]


def _split(text: str) -> tuple[str, str]:
    """Part an assignment at its sign: the first outside brackets and quotes."""
    depth = 0
    for match in re.finditer(r'"[^"]*"|\'[^\']*\'|[\[(]|[\])]|:=|=', text):
        sign = match.group()
        if sign in {"[", "("}:
            depth += 1
        elif sign in {"]", ")"}:
            depth -= 1
        elif depth == 0 and sign in {":=", "="}:
            return text[: match.start()], text[match.end() :]
    return "", text
