"""Placeholders of the claims: ``{db}``, ``{me}``, ``{master}``, ``{role:KIND}``, ``{new:NAME}``.

In SQL they become quoted identifiers, with ``!l`` before the brace quoted literals (``{me!l}``), with
``!p`` literals that are absolute paths; in expected texts and rows they become the bare name.
``{new:NAME}`` is a name for something the claim creates itself that belongs to the whole server (a
role, a database, a tablespace, a slot): it is unique, and cleaned up. ``{{`` and ``}}`` are braces.
"""

import re
from collections.abc import Callable, Iterator

from psycopg import sql

from rdscheck.claims.roles import KINDS
from rdscheck.errors import UsageError

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_NAME = re.compile(r"(db|me|it|master|role:([a-z]+)|new:([a-z][a-z0-9_]*))(![lp])?")

#: What gives the real name of a placeholder, for example of ``role:ordinary``.
Resolve = Callable[[str], str]


def _parts(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield (literal text, placeholder or "", how it is wanted: "", "!l" or "!p")."""
    end = 0
    for match in _TOKEN.finditer(text):
        before, end = text[end : match.start()], match.end()
        token = match.group()
        if token in {"{{", "}}"}:
            yield before + token[0], "", ""
            continue
        name = _NAME.fullmatch(match.group(1) or "")
        if name is None or (name.group(2) and name.group(2) not in KINDS):
            raise UsageError(
                f"{token!r} is no placeholder", hint="see rdscheck/claims/names.py; {{ and }} are braces"
            )
        yield before, name.group(1), name.group(4) or ""
    yield text[end:], "", ""


def check(text: str) -> None:
    """Raise ``UsageError`` for a placeholder nobody knows."""
    for _ in _parts(text):
        pass


def statement(text: str, resolve: Resolve) -> sql.Composed:
    """Return SQL whose placeholders are quoted names."""
    parts: list[sql.Composable] = []
    for plain, name, how in _parts(text):
        # Written in a file of claims, not by a user.
        parts.append(sql.SQL(plain))
        if name:
            real = resolve(name)
            path = f"/{real}" if how == "!p" else real
            parts.append(sql.Literal(path) if how else sql.Identifier(real))
    return sql.Composed(parts)


def filled(text: str, resolve: Resolve) -> str:
    """Return a text with bare names in place of its placeholders."""
    return "".join(plain + (resolve(name) if name else "") for plain, name, _ in _parts(text))
