"""The DECLARE sections of a PL/pgSQL body, found by its tokens."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from pglast import parser

_END_OF_TYPE = frozenset({"ASCII_59", "COLON_EQUALS", "ASCII_61", "DEFAULT", "NOT", "COLLATE"})
_VALUE = frozenset({"COLON_EQUALS", "ASCII_61", "DEFAULT"})
_NO_TYPE = frozenset({"alias", "cursor", "no", "scroll", "exception"})
_COMMENTS = frozenset({"SQL_COMMENT", "C_COMMENT"})
_KEPT = frozenset({"record", "refcursor"})


class Token(NamedTuple):
    """A token with its place in the text, in characters; ``name`` is the parser's."""

    name: str
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """Return an identifier as the server has it: folded, without quotes."""
        if self.text.startswith('"'):
            return self.text[1:-1].replace('""', '"')
        return self.text.lower()


@dataclass(frozen=True, slots=True)
class Declaration:
    """A variable: where its type stands in the body, and its default."""

    name: str
    start: int
    end: int
    kept: bool  # of a type that the parser has to see
    default: str = ""
    default_at: int = 0


@dataclass(slots=True)
class Declarations:
    """All that a body declares."""

    body: str
    variables: list[Declaration] = field(default_factory=list)
    aliases: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> set[str]:
        """Return the names of all variables."""
        return {one.name for one in self.variables}

    def rewritten(self, rows: set[str]) -> str:
        """Return the body with types that the parser knows: rows are records, all others text."""
        parts, done = [], 0
        for one in self.variables:
            if one.kept and one.name not in rows:
                continue
            lines = self.body.count("\n", one.start, one.end)
            parts += [self.body[done : one.start], "record" if one.name in rows else "text", "\n" * lines]
            done = one.end
        return "".join(parts) + self.body[done:]


def tokens(text: str) -> list[Token]:
    """Return the tokens of a text without comments; none for a text that has an end too few."""
    try:
        found = parser.scan(text)
    except (parser.ParseError, UnicodeEncodeError):
        return []
    return [
        Token(name, text[start : end + 1], start, end + 1)
        for start, end, name, _kind in found
        if name not in _COMMENTS
    ]


def declarations(body: str) -> Declarations:
    """Return what a body declares; nothing where it cannot be cut into tokens."""
    found = Declarations(body)
    inside: list[Token] | None = None
    for token in tokens(body):
        if token.name == "DECLARE":
            inside = []
        elif inside is None:
            continue
        elif token.name == "BEGIN_P" and not inside:
            inside = None
        elif token.name == "ASCII_59":
            _declare(found, inside, token)
            inside = []
        else:
            inside.append(token)
    return found


def _declare(found: Declarations, inside: list[Token], end: Token) -> None:
    if len(inside) < 2:
        return
    name, rest = inside[0].word, inside[1:]
    if rest[0].word == "constant":
        rest = rest[1:]
    if not rest:
        return
    if rest[0].word in _NO_TYPE:
        if rest[0].word == "alias" and len(rest) > 2:
            found.aliases[name] = rest[2].word
        return
    depth, stop = 0, len(rest)
    for index, token in enumerate(rest):
        depth += {"ASCII_40": 1, "ASCII_91": 1, "ASCII_41": -1, "ASCII_93": -1}.get(token.name, 0)
        if depth == 0 and index and token.name in _END_OF_TYPE:
            stop = index
            break
    value = next((n for n in range(stop, len(rest)) if rest[n].name in _VALUE), len(rest))
    default = found.body[rest[value].end : end.start] if value < len(rest) else ""
    found.variables.append(
        Declaration(
            name,
            rest[0].start,
            rest[stop - 1].end,
            kept=rest[stop - 1].word in _KEPT,
            default=default,
            default_at=rest[value].end if default else 0,
        )
    )


def loop_variables(body: str) -> list[str]:
    """Return the names between FOR or FOREACH and IN or SLICE."""
    return list(dict.fromkeys(_loop_variables(tokens(body))))


def _loop_variables(found: list[Token]) -> Iterator[str]:
    for index, token in enumerate(found):
        if token.name != "FOR" and token.word != "foreach":
            continue
        names: list[str] = []
        for one in found[index + 1 : index + 200]:
            if one.name == "IN_P" or one.word == "slice":
                yield from names
                break
            if one.name != "ASCII_44":
                names.append(one.word)
