"""Where in a text a word stands, and how a value is written there so that it stays in its place.

A place is a chain from outside in: a password may stand in a connection string within an SQL literal. A
value is written for the innermost place first. Where no spelling keeps it in, it is refused.
"""

import json
import re
import string
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from pglast import keywords

from rdscheck.runbook.model import Kind


class Place(StrEnum):
    """What surrounds a word."""

    SQL = "an SQL statement"
    LITERAL = "an SQL literal"
    ESCAPED = "an SQL literal with escapes"
    IDENTIFIER = "a quoted identifier"
    PSQL = "a psql command"
    PSQL_LITERAL = "a quoted argument of a psql command"
    WORD = "a command line"
    SINGLE = "single quotes of a command line"
    DOUBLE = "double quotes of a command line"
    PLAIN = "a place that knows no quoting"
    COMMENT = "a comment"
    DSN = "a connection string"
    DSN_QUOTED = "a quoted value of a connection string"
    URL = "a connection URL"
    JSON = "a JSON string"
    JSON_BARE = "JSON"
    SHORTHAND = "a list of Name=value"
    YAML = "YAML"
    YAML_SINGLE = "single quotes of YAML"


class Refused(ValueError):
    """A value cannot be written where its word stands."""


@dataclass(frozen=True)
class Region:
    """A stretch of text that is all one place, without the quotes around it."""

    start: int
    end: int
    place: Place


#: Characters that mean nothing to any reader of a place, as long as no dash begins them and no two meet.
_PLAIN = re.compile(r"(?!-)(?!.*--)[\w./:@%+=,-]*", re.ASCII)
_NAME = re.compile(r"[a-z_][a-z0-9_]*|[0-9]+", re.ASCII)
_TOKEN = re.compile(r"(?!-)(?!.*--)[\w.:/@%+-]+", re.ASCII)
_MEMBER = re.compile(r"[\w.:/@%+*-]+", re.ASCII)

#: Words that are no names of their own in SQL; a value that is one of them is quoted.
_RESERVED = keywords.RESERVED_KEYWORDS | keywords.TYPE_FUNC_NAME_KEYWORDS | keywords.COL_NAME_KEYWORDS

#: What YAML 1.1 reads as no text.
_YAML_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def _plain(value: str) -> str:
    if not _PLAIN.fullmatch(value):
        raise Refused(Place.PLAIN.value)
    return value


def _identifier(value: str) -> str:
    if _NAME.fullmatch(value) and value not in _RESERVED:
        return value
    return '"' + value.replace('"', '""') + '"'


def _word(value: str) -> str:
    return value if value and _PLAIN.fullmatch(value) else "'" + value.replace("'", "'\\''") + "'"


def _double_quoted(value: str) -> str:
    # What a shell would expand goes into single quotes while it lasts: every reader of words knows those.
    return re.sub(r"[$`]+", r""" "'\g<0>'" """.strip(), re.sub(r'([\\"])', r"\\\1", value))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")


def _dsn(value: str) -> str:
    return value if _TOKEN.fullmatch(value) else "'" + _dsn_quoted(value) + "'"


def _dsn_quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def _psql(value: str) -> str:
    # A colon would name a variable of psql.
    return value if _TOKEN.fullmatch(value) and ":" not in value else "'" + _escaped(value) + "'"


def _shorthand(value: str) -> str:
    if not _MEMBER.fullmatch(value):
        raise Refused(Place.SHORTHAND.value)
    return value


def _bare(value: str) -> str:
    return value if value.isascii() and value.isdigit() else json.dumps(value, ensure_ascii=False)


def _json(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


def _yaml(value: str) -> str:
    plain = re.fullmatch(r"[A-Za-z][\w./-]*", value, re.ASCII) and value.lower() not in _YAML_WORDS
    return value if plain else json.dumps(value, ensure_ascii=False)


_WRITTEN: dict[Place, Callable[[str], str]] = {
    Place.SQL: _identifier,
    Place.LITERAL: lambda value: value.replace("'", "''"),
    Place.ESCAPED: _escaped,
    Place.IDENTIFIER: lambda value: value.replace('"', '""'),
    Place.PSQL: _psql,
    Place.PSQL_LITERAL: _escaped,
    Place.WORD: _word,
    Place.SINGLE: lambda value: value.replace("'", "'\\''"),
    Place.DOUBLE: _double_quoted,
    Place.PLAIN: _plain,
    Place.COMMENT: _plain,
    Place.DSN: _dsn,
    Place.DSN_QUOTED: _dsn_quoted,
    Place.URL: lambda value: quote(value, safe=""),
    Place.JSON: _json,
    Place.JSON_BARE: _bare,
    Place.SHORTHAND: _shorthand,
    Place.YAML: _yaml,
    Place.YAML_SINGLE: lambda value: value.replace("'", "''"),
}


def written(value: str, chain: tuple[Place, ...]) -> str:
    """Return a value as it is written at a place; raise ``Refused`` where nothing keeps it there."""
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise Refused("one line of text")
    for place in reversed(chain):
        value = _WRITTEN[place](value)
    return value


_SQL = re.compile(
    r"""(?P<comment>--[^\n]*)|(?P<block>/\*)"""
    r"""|(?P<escaped>(?<!\w)(?:[eE]|[uU]&)'(?:[^'\\]|''|\\.)*'?)"""
    r"""|(?P<literal>'(?:[^']|'')*'?)|(?P<identifier>"(?:[^"]|"")*"?)"""
    r"""|(?<![\w$])\$(?P<tag>[A-Za-z_]\w*|)\$"""
    r"""|(?P<psql>\\(?!copy\b)[a-zA-Z]\w*\+?)""",
    re.DOTALL,
)
_COMMENT_MARK = re.compile(r"/\*|\*/")
_PSQL_PART = re.compile(r"""'(?:[^'\\]|''|\\.)*'?|"(?:[^"]|"")*"?|`[^`]*`?""")


def _inner(text: str, start: int, end: int, place: Place, opening: int = 1) -> Region:
    mark = text[start + opening - 1]
    closed = end - 1 if end - start > opening and text[end - 1] == mark else end
    return Region(start + opening, closed, place)


def _sql(text: str) -> Iterator[Region]:
    at = 0
    while found := _SQL.search(text, at):
        start, at = found.span()
        kind = found.lastgroup
        if kind == "comment":
            yield Region(start, at, Place.COMMENT)
        elif kind == "block":
            at = _comment_end(text, start)
            yield Region(start, at, Place.COMMENT)
        elif kind == "escaped":
            yield _inner(text, start, at, Place.ESCAPED, found.group().index("'") + 1)
        elif kind == "literal":
            yield _inner(text, start, at, Place.LITERAL)
        elif kind == "identifier":
            yield _inner(text, start, at, Place.IDENTIFIER)
        elif kind == "tag":
            close = text.find(found.group(), at)
            body_end = len(text) if close < 0 else close
            yield Region(at, body_end, Place.PLAIN)
            at = len(text) if close < 0 else close + len(found.group())
        else:
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            yield from _psql_line(text, at, end)
            at = end


def _comment_end(text: str, start: int) -> int:
    depth = 0
    for found in _COMMENT_MARK.finditer(text, start):
        depth += 1 if found.group() == "/*" else -1
        if depth == 0:
            return found.end()
    return len(text)


def _psql_line(text: str, start: int, end: int) -> Iterator[Region]:
    at = start
    for found in _PSQL_PART.finditer(text, start, end):
        if at < found.start():
            yield Region(at, found.start(), Place.PSQL)
        place = {"'": Place.PSQL_LITERAL, '"': Place.IDENTIFIER}.get(found.group()[0], Place.PLAIN)
        yield _inner(text, found.start(), found.end(), place)
        at = found.end()
    if at < end:
        yield Region(at, end, Place.PSQL)


_SHELL = re.compile(
    r"""(?P<single>\$?'[^']*'?)|(?P<double>"(?:[^"\\$]|\\.|\$(?!\()|\$\((?:[^()]|\([^()]*\))*\)?)*"?)"""
    r"""|(?P<tick>`[^`]*`?)|(?P<comment>(?<![^\s;|&])\#[^\n]*)"""
    r"""|(?P<here><<-?[ \t]*(?P<q>['"]?)(?P<tag>\w+)(?P=q)[^\n]*\n)|(?P<pair>\\.)""",
    re.DOTALL,
)
_SUBSTITUTED = re.compile(r"\$\((?:[^()]|\([^()]*\))*\)?")


def _shell(text: str) -> Iterator[Region]:
    at = 0
    while found := _SHELL.search(text, at):
        start, at = found.span()
        kind = "here" if found.group("here") else found.lastgroup
        if kind == "single":
            special = found.group().startswith("$")
            yield _inner(text, start, at, Place.PLAIN if special else Place.SINGLE, 2 if special else 1)
        elif kind == "double":
            yield from _double(text, _inner(text, start, at, Place.DOUBLE))
        elif kind == "tick":
            yield _inner(text, start, at, Place.PLAIN)
        elif kind == "comment":
            yield Region(start, at, Place.COMMENT)
        elif kind == "here":
            # What follows << on its own line is still the command, but a word there is not worth a lexer.
            close = re.compile(rf"^\t*{found.group('tag')}$", re.MULTILINE).search(text, at)
            yield Region(start, close.start() if close else len(text), Place.PLAIN)
            end = close.start() if close else len(text)
            at = close.end() if close else end


def _double(text: str, region: Region) -> Iterator[Region]:
    at = region.start
    for found in _SUBSTITUTED.finditer(text, region.start, region.end):
        yield Region(at, found.start(), Place.DOUBLE)
        yield Region(found.start(), found.end(), Place.PLAIN)
        at = found.end()
    yield Region(at, region.end, Place.DOUBLE)


_JSON = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)
_YAML = re.compile(r"""(?<![^\s:\[{,-])"(?:[^"\\]|\\.)*"?|(?<![^\s:\[{,-])'(?:[^']|'')*'?|(?<!\S)\#[^\n]*""")


def _strings(text: str) -> Iterator[Region]:
    for found in _JSON.finditer(text):
        yield _inner(text, found.start(), found.end(), Place.JSON)


def _yaml_regions(text: str) -> Iterator[Region]:
    for found in _YAML.finditer(text):
        start, end = found.span()
        if found.group().startswith("#"):
            yield Region(start, end, Place.COMMENT)
        else:
            yield _inner(text, start, end, Place.JSON if text[start] == '"' else Place.YAML_SINGLE)


#: By kind of block: who parts it, and what the rest of it is.
_LEXERS: dict[Kind, tuple[Callable[[str], Iterator[Region]], Place]] = {
    Kind.SHELL: (_shell, Place.WORD),
    Kind.POLICY: (_strings, Place.JSON_BARE),
    Kind.YAML: (_yaml_regions, Place.YAML),
}

#: Words that only a connection string has before an equals sign.
DSN_WORDS = "host|hostaddr|port|dbname|user|password|sslmode|connect_timeout|application_name|passfile"
_DSN = re.compile(rf"(?<![\w-])(?:{DSN_WORDS})\s*=", re.IGNORECASE)
_STATEMENT = re.compile(
    r"\s*(?:select|insert|update|delete|merge|with|copy|create|alter|drop|grant|revoke|call|do|set|show|vacuum|"
    r"analyze|truncate|comment|begin)\b|\s*\\[a-z]",
    re.IGNORECASE,
)
_MEMBERS = re.compile(r"(?:^|[\s,{\[])[A-Z][a-z]\w*=")
#: How quoted text is read by what is inside of it: the pairs that stand for one character.
_PAIRS = {
    Place.LITERAL: re.compile(r"''"),
    Place.ESCAPED: re.compile(r"''|\\.", re.DOTALL),
    Place.DOUBLE: re.compile(r'\\[\\"$`\n]'),
    Place.PSQL_LITERAL: re.compile(r"''|\\.", re.DOTALL),
    Place.JSON: re.compile(r'\\["\\/]'),
}


class Map:
    """The places of one text."""

    def __init__(self, text: str, kind: Kind) -> None:
        lexer, self._rest = _LEXERS.get(kind, (_sql, Place.SQL))
        self.text = text
        self.regions = sorted(lexer(text), key=lambda region: region.start)
        self._starts = [region.start for region in self.regions]

    def region(self, at: int) -> Region:
        """Return what surrounds an offset: a region, or the stretch between two."""
        index = bisect_right(self._starts, at) - 1
        while index >= 0 and self.regions[index].start == at == self.regions[index].end:
            index -= 1
        if index >= 0 and at < self.regions[index].end:
            return self.regions[index]
        before = self.regions[index].end if index >= 0 else 0
        after = self.regions[index + 1].start if index + 1 < len(self.regions) else len(self.text)
        return Region(before, after, self._rest)

    def chain(self, start: int, end: int) -> tuple[Place, ...]:
        """Return the places a stretch stands in, from outside in."""
        region = self.region(start)
        if end > region.end:
            return (Place.PLAIN,)
        if region.place in {Place.COMMENT, Place.PLAIN}:
            return (region.place,)
        if region.place in {Place.WORD, Place.PSQL, Place.YAML}:
            # Between two quotes stand many words, and only a word's own text says what it is.
            first, last = _word_around(self.text, region, start)
            whole = (first, last) == (start, end)
            outer = Place.PLAIN if region.place is Place.YAML and not whole else region.place
            return (outer, *_within(self.text[first:last], start - first, region.place))
        if region.place in {Place.SQL, Place.JSON_BARE}:
            return (region.place,)
        content, offset = _read(self.text[region.start : region.end], start - region.start, region.place)
        return (region.place, *_within(content, offset, region.place))


#: A word longer than that is nothing a person writes; looking further would only cost time.
_FAR = 4000


def _word_around(text: str, region: Region, at: int) -> tuple[int, int]:
    first, last = at, at
    floor, ceiling = max(region.start, at - _FAR), min(region.end, at + _FAR)
    while first > floor and text[first - 1] not in string.whitespace:
        first -= 1
    while last < ceiling and text[last] not in string.whitespace:
        last += 1
    return first, last


def _read(content: str, offset: int, place: Place) -> tuple[str, int]:
    """Return quoted text as what reads it sees it, and where the offset is then."""
    pairs = _PAIRS.get(place)
    if pairs is None:
        return content, offset
    shift = sum(len(found.group()) - 1 for found in pairs.finditer(content) if found.end() <= offset)
    return pairs.sub(lambda found: found.group()[-1], content), offset - shift


def _within(content: str, offset: int, outer: Place) -> tuple[Place, ...]:
    """Return what the text of a quoted string is, seen from a place in it."""
    before = content[:offset]
    word = before[max((before.rfind(space) for space in " \t\n\"'"), default=-1) + 1 :]
    shell = outer in {Place.SINGLE, Place.DOUBLE, Place.WORD}
    if content.lstrip()[:1] in {"{", "["} and '"' in content:
        found = Map(content, Kind.POLICY)
        return found.chain(offset, offset)
    if outer is not Place.WORD and _STATEMENT.match(content):
        return Map(content, Kind.SQL).chain(offset, offset)
    if "://" in word:
        return () if word.startswith("s3://") else (Place.URL,)
    if _DSN.search(content):
        tail = re.search(r"=\s*('?)$", before)
        quoted = bool(tail and tail.group(1))
        return (Place.DSN_QUOTED,) if quoted else (Place.DSN,)
    if shell and _MEMBERS.search(before):
        return (Place.SHORTHAND,)
    return ()
