"""SQL as a tree: pglast's JSON, read and walked without recursion, at any depth."""

import json
import re
from collections.abc import Iterator
from typing import Any

from pglast import parser

#: A node of the tree: ``{"SelectStmt": {...}}``, as ``pglast.parser.parse_sql_json`` writes it.
Node = dict[str, Any]

_TOKEN = re.compile(r'[{}\[\]]|"(?:[^"\\]|\\.)*"|[^\s{}\[\],:"]+')

#: For comments within comments the parser takes a time that grows with the square of their number.
_MOST_COMMENTS = 20_000


class Unparsable(Exception):
    """A text that is not SQL; the message is the parser's, without quoted parts of the text."""


def parsed(sql: str) -> list[Node]:
    """Return the statements of a text, each as ``{"stmt": {tag: fields}, "stmt_location": …}``.

    Raises ``Unparsable``. The grammar is that of PostgreSQL 18.
    """
    return list(loaded(_asked(parser.parse_sql_json, sql)).get("stmts", ()))


def parsed_plpgsql(create: str) -> Any:
    """Return what a statement's PL/pgSQL is parsed to; raises ``Unparsable``."""
    return loaded(_asked(parser.parse_plpgsql_json, create))


def loaded(text: str) -> Any:
    """Return JSON of any depth."""
    try:
        return json.loads(text)
    except RecursionError:
        return _deep(text)


def _asked(parse: Any, text: str) -> str:
    if "\0" in text:
        raise Unparsable("the text holds a null character")
    if text.count("/*") > _MOST_COMMENTS:
        raise Unparsable("the text has too many comments to be parsed")
    try:
        return str(parse(text))
    except parser.ParseError as error:
        raise Unparsable(message(str(error.args[0]))) from None
    except UnicodeEncodeError:
        raise Unparsable("the text holds half a surrogate pair") from None


def message(text: str) -> str:
    """Return a parser's message; what it quotes of the text is kept only where that is a word or a sign.

    A literal may hold a password.
    """
    head, near, rest = text.partition(' at or near "')
    if near and re.fullmatch(r'[A-Za-z_][\w.]{0,62}"|[^\w\s\'"$]{1,3}"', rest) is None:
        return f"{head} at or near a literal"
    return text


def _deep(text: str) -> Any:
    """Read JSON with a stack of our own; the text is the parser's, so it is well formed."""
    top: list[Any] = []
    stack: list[Any] = [top]
    keys: list[str | None] = [None]
    for match in _TOKEN.finditer(text):
        word = match.group()
        if word in {"}", "]"}:
            stack.pop()
            keys.pop()
            continue
        inside = stack[-1]
        if isinstance(inside, dict) and keys[-1] is None:
            keys[-1] = json.loads(word)
            continue
        value = {} if word == "{" else [] if word == "[" else json.loads(word)
        if isinstance(inside, dict):
            inside[keys[-1]] = value
            keys[-1] = None
        else:
            inside.append(value)
        if word in {"{", "["}:
            stack.append(value)
            keys.append(None)
    return top[0]


def strings(nodes: Any) -> list[str]:
    """Return the parts of a name: the texts of a list of ``String`` nodes; others give nothing."""
    found = []
    for one in nodes or ():
        text = one.get("String", {}).get("sval") if isinstance(one, dict) else None
        if text is not None:
            found.append(text)
    return found


def options(nodes: Any) -> Iterator[tuple[str, Node]]:
    """Return name and value of a list of ``DefElem`` nodes."""
    for one in nodes or ():
        element = one.get("DefElem", {})
        yield element.get("defname", ""), element.get("arg", {})
