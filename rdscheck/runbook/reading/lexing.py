r"""Where statements end, by psql's rules.

A statement ends at a semicolon outside of quotes, comments, parentheses and a function's bodies between
``BEGIN`` and ``END``; a backslash outside of quotes begins a psql command, which ends with its line. The
rules are those of psql's scanner (src/fe_utils/psqlscan.l), and each text is gone through once.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<line>--[^\n]*+)
    | (?P<block>/\*)
    | (?P<escaped>[eE]'(?:[^'\\]|\\.|'')*+(?P<escaped_end>')?)
    | (?P<string>'(?:[^']|'')*+(?P<string_end>')?)
    | (?P<name>"(?:[^"]|"")*+(?P<name_end>")?)
    | (?P<dollar>\$(?:[^\W\d]\w*+)?\$)
    | (?P<word>[^\W\d][\w$]*+)
    | (?P<number>\$?\d[\w.]*+)
    | (?P<literal>\\;)
    | (?P<psql>\\[^\n]*+)
    | (?P<other>.)
    """,
    re.DOTALL | re.VERBOSE,
)
_COMMENT = re.compile(r"/\*|\*/")

#: psql commands that send what was typed before them. https://www.postgresql.org/docs/current/app-psql.html
SENDING = frozenset(
    {
        "g",
        "gx",
        "gset",
        "gdesc",
        "gexec",
        "watch",
        "crosstabview",
        "parse",
        "bind",
        "bind_named",
        "sendpipeline",
    }
)
_SENDS = re.compile(r"\\([A-Za-z_]+)")


@dataclass(frozen=True)
class End:
    """Where something that began ends: behind its last character."""

    at: int
    complete: bool  # by its semicolon or line end; else the text ends within it
    quoted: bool = False  # the text ends within quotes or a comment


def skip_between(text: str, at: int) -> int:
    """Return where the next statement begins: behind white space, comments and lone semicolons."""
    while token := _TOKEN.match(text, at):
        if token["block"]:
            end = _comment(text, token.end())
            at = len(text) if end is None else end
        elif token["space"] or token["line"] or token[0] == ";":
            at = token.end()
        else:
            break
    return at


def statement_end(text: str, at: int, stops: Sequence[int] = ()) -> End:
    r"""Return the end of the statement that begins there, its semicolon or ``\g`` included.

    ``stops`` are places, ascending, at which it ends anyway unless they are within quotes.
    """
    if text.startswith("\\", at):
        return End(_line_end(text, at), complete=True)
    state = _Statement()
    while token := _TOKEN.match(text, at):
        if token["space"] and (stop := _stop(token, stops)) is not None:
            return End(stop, complete=False)
        behind = _behind(text, token)
        if behind is None:
            return End(len(text), complete=False, quoted=True)
        at = behind
        if state.ended_by(token):
            return End(at, complete=True)
    return End(len(text), complete=False)


def _stop(space: re.Match[str], stops: Sequence[int]) -> int | None:
    """Return the first stop that a stretch of white space leads to."""
    found = bisect_right(stops, space.start())
    return stops[found] if found < len(stops) and stops[found] <= space.end() else None


def _behind(text: str, token: re.Match[str]) -> int | None:
    """Return where a token ends, with all that its quotes hold; None if the text ends before."""
    if token["block"]:
        return _comment(text, token.end())
    if token["dollar"]:
        found = text.find(token[0], token.end())
        return None if found < 0 else found + len(token[0])
    is_open = any(token[kind] and not token[kind + "_end"] for kind in ("escaped", "string", "name"))
    return None if is_open else token.end()


class _Statement:
    """How deep a statement is in parentheses and in the body of a function."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._parentheses = self._blocks = 0

    def ended_by(self, token: re.Match[str]) -> bool:
        """Take notice of a token; tell whether the statement ends with it."""
        if token["psql"]:
            sends = _SENDS.match(token[0])
            return bool(sends and sends[1] in SENDING)
        if token["word"]:
            self._word(token[0].lower())
        return bool(token["other"]) and self._ends(token[0])

    def _word(self, word: str) -> None:
        if len(self._words) < 4:
            self._words.append(word)
        if not self._routine():
            return
        if word == "begin" or (word == "case" and self._blocks):
            self._blocks += 1
        elif word == "end" and self._blocks:
            self._blocks -= 1

    def _routine(self) -> bool:
        words = [word for word in self._words if word not in {"or", "replace"}]
        return words[:1] == ["create"] and words[1:2] in (["function"], ["procedure"])

    def _ends(self, character: str) -> bool:
        if character == "(":
            self._parentheses += 1
        elif character == ")":
            self._parentheses = max(0, self._parentheses - 1)
        return character == ";" and not self._parentheses and not self._blocks


def _comment(text: str, at: int) -> int | None:
    depth = 1
    while depth:
        found = _COMMENT.search(text, at)
        if found is None:
            return None
        depth += 1 if found[0] == "/*" else -1
        at = found.end()
    return at


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found
