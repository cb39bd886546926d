"""The entry: what a function's body or a statement does, as facts.

Nothing here raises for what it is given.
"""

import re
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rdscheck.assess.bodies.constants import HOLE, text_of
from rdscheck.assess.bodies.header import Header, header_of, is_atomic
from rdscheck.assess.bodies.plpgsql import Lines, pieces
from rdscheck.assess.bodies.statements import findings_of
from rdscheck.assess.bodies.tree import Node, Unparsable, parsed
from rdscheck.assess.bodies.words import may_act, may_call
from rdscheck.assess.facts import Act, Unreadable

#: Texts of SQL inside texts of SQL are looked into this deep.
_DEEPEST = 8

Answer = tuple[list[Act], list[Unreadable]]


def acts_of_function(create: str, language: str, body: str, signature: str) -> Answer:
    """Return what a function does when it is called, and why its body could not be read.

    ``create`` is the whole statement that defines it (as ``pg_get_functiondef`` or a dump has it), or empty;
    ``body`` the text of its body (``prosrc``), empty for a body of ``BEGIN ATOMIC``, which only ``create``
    has. ``signature`` becomes ``by`` of every fact. Of languages other than SQL and PL/pgSQL only what stands
    in ``create`` itself is looked at: the defaults of parameters. ``body_line`` counts from 1 at the first
    line of the body, with ``BEGIN ATOMIC`` from the line of that word; 0 is for what stands before the body.
    A body that has no word of interest is not parsed: it does nothing of note, whatever is wrong with it.
    """
    analysis = _Analysis(signature)
    analysis.function(create, language.lower(), body)
    return analysis.answer


def acts_of_statement(statement: str | Node | list[Node], by: str = "") -> list[Act]:
    """Return what a statement does when it is run: the first part of ``statement_read``."""
    return statement_read(statement, by)[0]


def statement_read(statement: str | Node | list[Node], by: str = "") -> Answer:
    """Return what a statement does when it is run, and what of it could not be read.

    The statement is text, of one or more statements, or nodes of ``pglast.parser.parse_sql_json``
    (``tree.parsed`` reads that at any depth). A body of DO is looked into; that of CREATE FUNCTION is not, as
    the statement does not call it: that is for ``acts_of_function``. What defines a view, a rule, a default
    or a policy counts as done, as it is done when the object is used. ``by`` is put into every fact.
    ``body_line`` counts in the body of DO, and in a statement given as text; it is 0 for other nodes.
    """
    analysis = _Analysis(by)
    analysis.statement(statement)
    return analysis.answer


@dataclass(frozen=True, slots=True)
class _At:
    """Where a text stands: ``line`` gives the line of an offset in its bytes."""

    line: Callable[[int], int] = lambda _offset: 0
    dynamic: bool = False
    depth: int = 0  # of texts inside texts
    top: bool = False  # a statement that is in no body


class _Analysis:
    """Facts of one function or statement, on their way."""

    def __init__(self, by: str) -> None:
        self._by = by
        self._acts: dict[Act, None] = {}
        self._unreadable: dict[Unreadable, None] = {}

    @property
    def answer(self) -> Answer:
        return list(self._acts), list(self._unreadable)

    def function(self, create: str, language: str, body: str) -> None:
        atomic = not body or (language == "sql" and is_atomic(body))
        head = create.replace(body, "", 1) if body else create
        if atomic or may_call(head):
            try:
                header = header_of(create, body)
            except Unparsable as error:
                if not body:
                    self._refused(error)
                header = Header()
            self._tree(header.defaults, _At())
            if header.atomic:
                text = header.text.encode()[header.begins :]
                self._tree(header.atomic, _At(_counted(text, 1, header.begins)))
                return
            body, language = body or header.body, language or header.language
        self._body(create, language, body, 1, _At())

    def statement(self, statement: str | Node | list[Node]) -> None:
        if not isinstance(statement, str):
            self._tree(statement, _At(top=True))
        elif may_act(statement):
            self._sql(statement, 1, _At(top=True))

    def _body(self, create: str, language: str, body: str, first: int, at: _At) -> None:
        """Look at a body whose first line has that number; ``at`` tells what it is in."""
        if at.depth > _DEEPEST or not may_act(body):
            return
        if language == "plpgsql":
            self._plpgsql(create, body, first, at)
        elif language == "sql":
            self._sql(body, first, at)

    def _sql(self, text: str, first: int, at: _At) -> None:
        try:
            tree = parsed(text)
        except Unparsable as error:
            self._refused(error)
            return
        line = at.line if at.dynamic else _counted(text.encode(), first)
        self._tree(tree, _At(line, at.dynamic, at.depth, at.top))

    def _plpgsql(self, create: str, body: str, first: int, at: _At) -> None:
        try:
            found = pieces(create, body)
        except Unparsable as error:
            self._refused(error)
            return
        lines = Lines(body, first)
        for piece in found:
            if not piece.executed and not may_act(piece.text):
                continue
            try:
                tree, sql, before = piece.tree()
            except Unparsable as error:
                self._refused(error)
                continue

            line = at.line if at.dynamic else lines.counted(piece, sql, before)
            self._tree(tree, _At(line, at.dynamic, at.depth))
            if piece.executed:
                self._executed(tree, _At(_always(line(0)), True, at.depth + 1))

    def _executed(self, tree: list[Any], at: _At) -> None:
        """Look at the text that EXECUTE runs, as far as it is constant."""
        targets = tree[0].get("stmt", {}).get("SelectStmt", {}).get("targetList", ()) if tree else ()
        for target in targets:
            text = text_of(target.get("ResTarget", {}).get("val"))
            if text is None or at.depth > _DEEPEST:
                continue
            for attempt in dict.fromkeys((text, text.replace(HOLE, " "))):
                try:
                    self._tree(parsed(attempt), at)
                except Unparsable:
                    continue
                break

    def _tree(self, tree: Node | list[Node], at: _At) -> None:
        for one in tree if isinstance(tree, list) else [tree]:
            start = one.get("stmt_location", 0)
            found = findings_of(one)
            for act in found.acts:
                line = at.line(act.offset if act.offset > 0 else start)
                fact = Act(kind=act.kind, detail=act.detail, by=self._by, dynamic=at.dynamic, body_line=line)
                self._acts[fact] = None
            for block in found.blocks:
                inner = _At(at.line, at.dynamic, at.depth + 1)
                first = 1 if at.top else at.line(start)
                self._body("", block.language, block.body, first, inner)

    def _refused(self, error: Unparsable) -> None:
        self._unreadable[Unreadable(message=str(error), by=self._by)] = None


def _always(line: int) -> Callable[[int], int]:
    return lambda _offset: line


def _counted(text: bytes, first: int, begins: int = 0) -> Callable[[int], int]:
    """Return what counts the lines of a text that begins at an offset."""
    ends = [match.start() for match in re.finditer(rb"\n", text)]
    return lambda offset: first + bisect_left(ends, offset - begins)
