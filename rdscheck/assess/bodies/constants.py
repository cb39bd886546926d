"""Texts that a statement puts together itself, as ``'a' || 'b'`` or ``format('…', x)``, with holes."""

import re
from collections.abc import Iterator
from typing import Any

from pglast.keywords import COL_NAME_KEYWORDS, RESERVED_KEYWORDS, TYPE_FUNC_NAME_KEYWORDS

from rdscheck.assess.bodies.tree import Node, strings

#: What stands for a part that is not constant: a letter to PostgreSQL, so that it can be (part of) a name.
HOLE = "\ue000"

_DEEPEST = 40
_AROUND = ("TypeCast", "NamedArgExpr", "CollateClause")
_SPEC = re.compile(r"%(?:(\d+)\$)?(-?)(?:(\d+)|\*(?:\d+\$)?)?([sIL%])")
_CATALOG = "pg_catalog"
_SIMPLE = re.compile(r"[a-z_][a-z0-9_]*")
_KEYWORDS = RESERVED_KEYWORDS | COL_NAME_KEYWORDS | TYPE_FUNC_NAME_KEYWORDS


def text_of(node: Any, depth: int = 0) -> str | None:
    """Return the text an expression makes, with ``HOLE`` for each unknown part; None where all is unknown."""
    parts = [_piece(one, depth) for one in _operands(node)]
    if all(part is None for part in parts):
        return None
    return "".join(HOLE if part is None else part for part in parts)


def shown(text: str) -> str:
    """Return a text for people: a hole is a question mark."""
    return text.replace(HOLE, "?")


def function_name(fields: Node) -> str:
    """Return the name of a called function of the system, without schema; empty for others."""
    *schema, name = strings(fields.get("funcname")) or [""]
    return name if schema in ([], [_CATALOG]) else ""


def _operands(node: Any) -> Iterator[Any]:
    """Give the operands of ``||`` from left to right; a chain is as deep as it is long."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        fields = one.get("A_Expr") if isinstance(one, dict) else None
        if fields and strings(fields.get("name"))[-1:] == ["||"]:
            waiting += [fields.get("rexpr"), fields.get("lexpr")]
        else:
            yield one


def _piece(node: Any, depth: int) -> str | None:
    if not isinstance(node, dict) or depth > _DEEPEST:
        return None
    if "A_Const" in node:
        return _constant(node["A_Const"])
    if "FuncCall" in node:
        return _called(node["FuncCall"], depth + 1)
    around = next((node[one] for one in _AROUND if one in node), None)
    return text_of(around.get("arg"), depth + 1) if around else None


def _constant(fields: Node) -> str | None:
    if fields.get("isnull"):
        return ""  # as format() and concat() take it
    for kind, key in (("sval", "sval"), ("ival", "ival"), ("fval", "fval")):
        if kind in fields:
            return str(fields[kind].get(key, 0 if kind == "ival" else ""))
    return None


def _called(fields: Node, depth: int) -> str | None:
    name, arguments = function_name(fields), list(fields.get("args", ()))
    if name == "format" and arguments:
        template = text_of(arguments[0], depth)
        rest = None if fields.get("func_variadic") else [text_of(one, depth) for one in arguments[1:]]
        return None if template is None else _formatted(template, rest)
    if name == "concat":
        return "".join(HOLE if part is None else part for part in (text_of(one, depth) for one in arguments))
    if name in {"quote_ident", "quote_literal", "quote_nullable"} and len(arguments) == 1:
        return _quoted("I" if name == "quote_ident" else "L", text_of(arguments[0], depth))
    return None


def _quoted(kind: str, value: str | None) -> str:
    if kind == "L":
        text = (HOLE if value is None else value).replace("'", "''")
        return "E'" + text.replace("\\", "\\\\") + "'" if "\\" in text else f"'{text}'"
    if kind == "I" and value is not None and (value in _KEYWORDS or not _SIMPLE.fullmatch(value)):
        return '"' + value.replace('"', '""') + '"'
    return HOLE if value is None else value


def _formatted(template: str, arguments: list[str | None] | None) -> str:
    """Do what ``format`` does; None as arguments are those of VARIADIC, which are not known."""
    following = 0

    def put(match: re.Match[str]) -> str:
        nonlocal following
        position, _left, _width, kind = match.groups()
        if kind == "%":
            return "%"
        index = int(position) - 1 if position else following
        following = index + 1
        known = arguments is not None and 0 <= index < len(arguments)
        return _quoted(kind, arguments[index] if known and arguments is not None else None)

    return _SPEC.sub(put, template)
