"""Syntax of older versions that the parser of PostgreSQL 18 refuses, written anew with the same meaning."""

import re
from collections.abc import Callable

from pglast import parser

_OIDS = re.compile(r"\bWITH\s+OIDS\b", re.IGNORECASE)
_ATTRIBUTES = re.compile(
    r"\bWITH\s*\(\s*(?:isstrict|iscachable)\s*(?:,\s*(?:isstrict|iscachable)\s*)?\)", re.IGNORECASE
)
_UNENCRYPTED = re.compile(r"\b(?:UNENCRYPTED)(?=\s+PASSWORD\b)", re.IGNORECASE)
_SUPERUSER = re.compile(r"\b(NO)?CREATEUSER\b", re.IGNORECASE)
_SET_OIDS = re.compile(r"\bSET\s+WITH\s+OIDS\b", re.IGNORECASE)


def rewritten(statement: str) -> str:
    """Return a statement as 18 has it; one without such syntax comes back as it is.

    * ``WITH OIDS`` of tables (until 11) becomes the storage parameter of that name, of COPY nothing;
    * ``WITH (isstrict, iscachable)`` of functions (until 10) becomes nothing;
    * ``UNENCRYPTED PASSWORD`` (until 9.6) becomes ``PASSWORD``, ``CREATEUSER`` (until 9.6) ``SUPERUSER``;
    * a postfix operator (until 13) gets a right side: what is asked of the tree is the same.
    """
    for change in (_oids, _attributes, _roles, _postfix):
        statement = change(statement)
    return statement


_STRINGS = re.compile(
    r"""(?<![\w$])[eEbBxXnN]'(?:[^'\\]|\\.|'')*+'|"[^"]*+"|(?P<tag>\$(?:[^\W\d]\w*+)?\$).*?(?P=tag)"""
    r"""|--[^\n]*+|/\*.*?\*/|(?P<plain>'(?:[^'\\]|\\.|'')*+')""",
    re.DOTALL,
)


def escaped(statement: str) -> str:
    """Return a statement in which backslashes escape as they do without ``standard_conforming_strings``."""
    if "\\" not in statement:
        return statement

    def mark(match: re.Match[str]) -> str:
        # The space keeps the mark apart from a word before it.
        return f" E{match[0]}" if match["plain"] and "\\" in match["plain"] else match[0]

    return _STRINGS.sub(mark, statement)


def _outside(pattern: re.Pattern[str], put: str | Callable[[re.Match[str]], str], statement: str) -> str:
    """Replace outside of strings and quoted names; what they hold keeps its length and place."""
    blank = _QUOTED.sub(lambda match: "\0" * len(match[0]), statement)
    found = list(pattern.finditer(blank))
    for match in reversed(found):
        new = put if isinstance(put, str) else put(match)
        statement = statement[: match.start()] + new + statement[match.end() :]
    return statement


_QUOTED = re.compile(
    r"""[eE]'(?:[^'\\]|\\.|'')*+'|'(?:[^']|'')*+'|"[^"]*+"|(?P<tag>\$(?:[^\W\d]\w*+)?\$).*?(?P=tag)""",
    re.DOTALL,
)


def _oids(statement: str) -> str:
    kind = statement[:5].upper()
    if kind.startswith("COPY"):
        return _outside(_OIDS, "", statement)
    statement = _outside(_SET_OIDS, "SET (oids=true)", statement)
    return _outside(_OIDS, "WITH (oids=true)", statement)


def _attributes(statement: str) -> str:
    return _outside(_ATTRIBUTES, "", statement)


def _roles(statement: str) -> str:
    statement = _outside(_UNENCRYPTED, "", statement)
    return _outside(_SUPERUSER, lambda match: f"{match[1] or ''}SUPERUSER", statement)


_AFTER_POSTFIX = frozenset(
    {"ASCII_41", "ASCII_44", "ASCII_59", "ASCII_93", "AS", "FROM", "WHERE", "THEN", "END_P"}
)

#: Before these an operator has no left side either; a dot stands before the one in ``OPERATOR(schema.name)``.
_BEFORE_PREFIX = frozenset({"", "ASCII_40", "ASCII_44", "ASCII_46", "ASCII_91", "Op", "SELECT"})


def _postfix(statement: str) -> str:
    """Put NULL behind an operator with nothing at its right."""
    try:
        tokens = parser.scan(statement)
    except parser.ParseError:
        return statement
    places = []
    for at, token in enumerate(tokens):
        following = tokens[at + 1].name if at + 1 < len(tokens) else "ASCII_59"
        before = tokens[at - 1].name if at else ""
        alone = token.name == "Op" and before not in _BEFORE_PREFIX
        if following in _AFTER_POSTFIX and (alone or _ends_operator(tokens, at)):
            places.append(token.end + 1)
    for place in reversed(places):
        statement = f"{statement[:place]} NULL{statement[place:]}"
    return statement


_NAME_OF_OPERATOR = frozenset({"Op", "IDENT", "ASCII_46"})


def _ends_operator(tokens: list[parser.Token], at: int) -> bool:
    """Tell whether the token at a place ends ``OPERATOR(schema.name)``."""
    if tokens[at].name != "ASCII_41":
        return False
    opening = at - 1
    while opening > 0 and tokens[opening].name in _NAME_OF_OPERATOR:
        opening -= 1
    return opening > 0 and tokens[opening - 1].name == "OPERATOR" and tokens[opening].name == "ASCII_40"
