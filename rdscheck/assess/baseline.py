"""Baselines: the findings of an earlier check, so that only what is new counts."""

import json
from collections.abc import Iterable
from pathlib import Path

from rdscheck.assess.finding import Finding
from rdscheck.errors import RdscheckError, UsageError

SCHEMA = 1
KIND = "baseline"
_NAMES = ("source", "rule", "database", "subject")

#: Source, rule, database and subject of a finding.
Key = tuple[str, str, str, str]


def key(source: str, finding: Finding) -> Key:
    """Return what tells a finding of a source from all others, in two checks of the same thing."""
    return source, finding.id, finding.database, finding.subject


def dumps(keys: Iterable[Key]) -> str:
    """Return the text of a baseline; equal findings give equal bytes."""
    rows = [dict(zip(_NAMES, one, strict=True)) for one in sorted(set(keys))]
    return json.dumps({"schema": SCHEMA, "kind": KIND, "findings": rows}, indent=1) + "\n"


def loads(text: str, label: str = "the baseline") -> frozenset[Key]:
    """Return the keys of a baseline; raises ``UsageError`` for anything else."""
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise UsageError(f"{label} is no JSON: {error}") from error
    hint = "write one with --write-baseline"
    if not isinstance(data, dict) or data.get("kind") != KIND or data.get("schema") != SCHEMA:
        raise UsageError(f"{label} is no baseline of schema {SCHEMA}", hint=hint)
    found = set()
    for row in data.get("findings") or ():
        values = [row.get(name) for name in _NAMES] if isinstance(row, dict) else [None]
        texts = [value for value in values if isinstance(value, str)]
        if len(texts) != len(_NAMES):
            raise UsageError(f"{label} has a finding without {', '.join(_NAMES)}", hint=hint)
        source, rule, database, subject = texts
        found.add((source, rule, database, subject))
    return frozenset(found)


def read(path: Path) -> frozenset[Key]:
    """Return the keys of a baseline's file; raises ``UsageError``."""
    try:
        return loads(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error


def write(path: Path, keys: Iterable[Key]) -> None:
    """Write a baseline; raises ``RdscheckError`` where that fails."""
    try:
        path.write_text(dumps(keys), encoding="utf-8")
    except OSError as error:
        raise RdscheckError(f"cannot write {path}: {error.strerror}") from error


def remarks(kept: int, now: int) -> tuple[str, ...]:
    """Return what the user should know: how many of the ``kept`` findings are gone, ``now`` being there."""
    if kept <= now:
        return ()
    return (f"{kept - now} of the baseline's findings are gone: write it anew with --write-baseline",)
