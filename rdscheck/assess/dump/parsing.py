"""Statements parsed, many at once where they let themselves."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pglast import parser
from pglast.error import Error

from rdscheck.assess.dump.old import rewritten

#: A statement with more than this outside of strings makes a tree too large to hold.
_LARGEST = 2 << 20
_STRINGS = re.compile(r"""'(?:[^'\\]|\\.|'')*+'|(?P<tag>\$(?:[^\W\d]\w*+)?\$).*?(?P=tag)""", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A statement's node by its kind, or why there is none; ``text`` is what was parsed."""

    text: str
    kind: str = ""
    node: Any = None
    message: str = ""


def parse(texts: Sequence[str]) -> list[Parsed]:
    """Parse statements, each text being one."""
    try:
        trees = _trees(";\n".join(texts))
    except (Error, ValueError, RecursionError):
        trees = []
    if len(trees) == len(texts):
        return [_parsed(text, tree) for text, tree in zip(texts, trees, strict=True)]
    return [_one(text) for text in texts]


def _trees(text: str) -> list[Any]:
    if "\0" in text:
        raise ValueError("a NUL byte is in the text")
    found: list[Any] = json.loads(parser.parse_sql_json(text)).get("stmts", [])
    return found


def _parsed(text: str, tree: Any) -> Parsed:
    ((kind, node),) = tree["stmt"].items()
    return Parsed(text, kind, node)


def _one(text: str) -> Parsed:
    if len(text) > _LARGEST and len(_STRINGS.sub("", text)) > _LARGEST:
        return Parsed(text, message="the statement is too large to be parsed")
    try:
        trees = _trees(text)
    except (Error, ValueError, RecursionError) as error:
        return _again(text, _message(error))
    if len(trees) != 1:
        return Parsed(text, message="this is not one statement")
    return _parsed(text, trees[0])


def _again(text: str, message: str) -> Parsed:
    new = rewritten(text)
    if new != text:
        try:
            trees = _trees(new)
        except (Error, ValueError, RecursionError):
            trees = []
        if len(trees) == 1:
            return _parsed(text, trees[0])
    return Parsed(text, message=message)


def _message(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return "the statement is nested too deeply to be read"
    return str(error.args[0]) if error.args else type(error).__name__
