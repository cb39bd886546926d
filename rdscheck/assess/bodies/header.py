"""What stands in a function's definition besides a body in quotes: defaults, and a body of SQL itself."""

import re
from dataclasses import dataclass, field

from rdscheck.assess.bodies.declarations import tokens
from rdscheck.assess.bodies.tree import Node, Unparsable, options, parsed

_ATOMIC = re.compile(r"\s*(BEGIN\s+ATOMIC|RETURN)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Header:
    """The parts of a definition."""

    text: str = ""
    defaults: list[Node] = field(default_factory=list)  # of parameters
    atomic: Node | None = None  # what stands between BEGIN ATOMIC and END, or behind RETURN
    begins: int = 0  # offset in bytes of that
    body: str = ""  # in quotes
    language: str = ""


def header_of(create: str, body: str = "") -> Header:
    """Return the parts of a definition; raises ``Unparsable``.

    ``body`` alone is taken as the one of the definition where that is missing.
    """
    text = create or f"CREATE FUNCTION f() RETURNS int LANGUAGE sql {body}"
    for one in parsed(text):
        if fields := one.get("stmt", {}).get("CreateFunctionStmt"):
            return _header(text, fields)
    return Header()


def parameters(create: str) -> list[str]:
    """Return the names of parameters, ``$2`` where the second has none; none where there is no definition."""
    try:
        statements = parsed(create)
    except Unparsable:
        return []
    listed: list[Node] = next(
        (
            fields.get("parameters", [])
            for one in statements
            if (fields := one.get("stmt", {}).get("CreateFunctionStmt"))
        ),
        [],
    )
    return [
        one.get("FunctionParameter", {}).get("name") or f"${place}"
        for place, one in enumerate(listed, start=1)
    ]


def is_atomic(body: str) -> bool:
    """Tell whether the text of a body is one of SQL itself, as ``pg_get_function_sqlbody`` gives it."""
    return _ATOMIC.match(body) is not None


def _header(text: str, fields: Node) -> Header:
    given = dict(options(fields.get("options")))
    quoted = given.get("as", {}).get("List", {}).get("items") or [{}]
    atomic = fields.get("sql_body")
    return Header(
        text=text,
        defaults=[
            default
            for one in fields.get("parameters", ())
            if (default := one.get("FunctionParameter", {}).get("defexpr"))
        ],
        atomic=atomic,
        begins=_begins(text) if atomic else 0,
        body=quoted[0].get("String", {}).get("sval", "") if len(quoted) == 1 else "",
        language=given.get("language", {}).get("String", {}).get("sval", ""),
    )


def _begins(text: str) -> int:
    """Return where the body begins: at BEGIN ATOMIC, or at the last RETURN there is."""
    found, start = tokens(text), 0
    for token, after in zip(found, [*found[1:], None], strict=True):
        if token.name == "BEGIN_P" and after and after.name == "ATOMIC":
            start = token.start
            break
        if token.name == "RETURN":
            start = token.start
    return len(text[:start].encode())
