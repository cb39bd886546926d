"""What a server says of its own settings, kept so that it can be asked while the server is down."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

import psycopg


@dataclass(frozen=True)
class Setting:
    """One row of ``pg_settings``; ``low`` and ``high`` are empty where there is no range."""

    name: str
    context: str
    kind: str  # bool, enum, integer, real, string
    unit: str
    low: str
    high: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Capabilities:
    """What a server knows: settings by lower-case name, and the libraries installed beside it."""

    settings: Mapping[str, Setting]
    libraries: frozenset[str]

    def also(self, other: "Capabilities") -> "Capabilities":
        """Return both together: a library that is loaded no more has told its settings before."""
        return Capabilities({**self.settings, **other.settings}, self.libraries | other.libraries)


def read(conn: "psycopg.Connection[tuple[Any, ...]]") -> Capabilities:
    """Ask a server, as a superuser."""
    rows = conn.execute(
        "SELECT name, context, vartype, coalesce(unit, ''), coalesce(min_val, ''), coalesce(max_val, ''),"
        " coalesce(enumvals, '{}') FROM pg_settings"
    ).fetchall()
    files = conn.execute(
        r"SELECT regexp_replace(name, '\.(so|dylib)$', '') FROM pg_ls_dir("
        r"(SELECT setting FROM pg_config WHERE name = 'PKGLIBDIR')) name WHERE name ~ '\.(so|dylib)$'"
    ).fetchall()
    settings = {
        name.lower(): Setting(name, context, kind, unit, low, high, tuple(words))
        for name, context, kind, unit, low, high, words in rows
    }
    return Capabilities(settings, frozenset(str(row[0]) for row in files))


def to_json(known: Capabilities) -> dict[str, Any]:
    """Return a plain dictionary for the run directory."""
    return {
        "settings": [astuple(one) for one in known.settings.values()],
        "libraries": sorted(known.libraries),
    }


def from_json(value: Mapping[str, Any]) -> Capabilities:
    """Read what ``to_json`` gave."""
    told = [
        Setting(name, context, kind, unit, low, high, tuple(words))
        for name, context, kind, unit, low, high, words in value["settings"]
    ]
    return Capabilities({one.name.lower(): one for one in told}, frozenset(value["libraries"]))
