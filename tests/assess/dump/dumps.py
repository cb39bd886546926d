"""Dumps made of text, and facts compared."""

import io
from dataclasses import fields, replace
from typing import Any

from rdscheck.assess.dump.pieces import Piece
from rdscheck.assess.dump.reading import read_dump
from rdscheck.assess.dump.splitting import Splitter
from rdscheck.assess.facts import Fact, Facts

MARK = "SET client_encoding = 'UTF8';\n"


def read(text: str | bytes) -> Facts:
    """Return the facts of a dump's text, which one statement more makes a dump whatever it holds."""
    data = text.encode() if isinstance(text, str) else text
    return read_dump(io.BytesIO(data), "the dump")


def facts_of(text: str, where: str) -> list[Any]:
    """Return one list of the facts of a dump."""
    found: list[Any] = getattr(read(text), where)
    return found


def only(text: str, where: str) -> Any:
    """Return the one fact of a list."""
    (found,) = facts_of(text, where)
    return found


def split(text: str | bytes, chunk: int = 1 << 20, **others: Any) -> list[Piece]:
    """Return the pieces of a dump."""
    data = text.encode() if isinstance(text, str) else text
    return list(Splitter(io.BytesIO(data).read, chunk=chunk, **others))


def comparable(facts: Facts, *without: str, lines: bool = False) -> dict[str, list[str]]:
    """Return the lists of facts for comparison: without order, and without lines unless asked for."""
    found = {}
    for one in fields(facts):
        value = getattr(facts, one.name)
        if isinstance(value, list) and value and one.name not in without:
            found[one.name] = sorted(
                repr(replace(fact, line=0) if isinstance(fact, Fact) and not lines else fact)
                for fact in value
            )
    return found
