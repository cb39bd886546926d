"""Semicolons that end nothing: in the body of a rule, and in a function's ``BEGIN ATOMIC``."""

import re

_TOKEN = re.compile(rb"[A-Za-z_\x80-\xff][\w$\x80-\xff]*+|[()]")
_HEAD = re.compile(rb"CREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE|RULE)\b", re.IGNORECASE)


def may_nest(text: bytes, start: int) -> bool:
    """Tell whether the statement that starts there, without comments in it, may hold such semicolons."""
    return _HEAD.match(text, start) is not None


class Nesting:
    """How deep a statement is nested; fed with what stands outside of quotes and comments.

    Much as in psql: parentheses hide semicolons in what may have them there; in functions and procedures
    ``BEGIN ATOMIC`` and the ``CASE`` in it do up to their ``END``.
    """

    def __init__(self) -> None:
        self._begun: list[bytes] | None = []  # the first words, until it is known what they make
        self._function = self._rule = False
        self._parentheses = self._blocks = 0
        self._last = b""

    def feed(self, text: bytes, start: int, end: int) -> None:
        """Take notice of the next part of the statement, which ends at the end of a word."""
        if self._begun is None and not (self._function or self._rule):
            return
        for token in _TOKEN.finditer(text, start, end):
            self._take(token[0].upper())

    def _take(self, token: bytes) -> None:
        if token == b"(":
            self._parentheses += 1
        elif token == b")":
            self._parentheses = max(0, self._parentheses - 1)
        elif self._begun is not None:
            self._begin(token)
        elif self._function:
            self._block(token)

    def _block(self, word: bytes) -> None:
        if word == b"CASE" and self._blocks:
            self._blocks += 1
        elif word == b"END" and self._blocks:
            self._blocks -= 1
        elif word == b"ATOMIC" and self._last == b"BEGIN":
            self._blocks = 1
        self._last = word

    def _begin(self, word: bytes) -> None:
        assert self._begun is not None
        self._begun.append(word)
        words = b" ".join(self._begun)
        if word in {b"FUNCTION", b"PROCEDURE", b"RULE"} and words in {
            b"CREATE " + word,
            b"CREATE OR REPLACE " + word,
        }:
            self._function, self._rule, self._begun = word != b"RULE", word == b"RULE", None
        elif words not in {b"CREATE", b"CREATE OR", b"CREATE OR REPLACE"}:
            self._begun = None

    @property
    def closed(self) -> bool:
        """Tell whether a semicolon here ends the statement."""
        return not ((self._function or self._rule) and (self._parentheses or self._blocks))
