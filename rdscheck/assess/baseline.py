"""Baselines: the findings of an earlier check, so that only what is new counts."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rdscheck.assess.finding import Finding
from rdscheck.assess.whole import write_whole
from rdscheck.errors import RdscheckError, UsageError

SCHEMA = 1
KIND = "baseline"
_NAMES = ("source", "rule", "database", "subject")

#: Source, rule, database and subject of a finding.
Key = tuple[str, str, str, str]


def key(source: str, finding: Finding) -> Key:
    """Return what tells a finding of a source from all others, in two checks of the same thing."""
    return source, finding.id, finding.database, finding.subject


@dataclass(frozen=True)
class Baseline:
    """Findings known before; ``targets`` (engine and major) are those they stood in the way of, if told."""

    keys: frozenset[Key] = frozenset()
    targets: frozenset[str] = frozenset()

    def check(self, targets: Iterable[str], label: str) -> None:
        """Raise ``UsageError`` where it knows nothing of a target: there the same name is another finding."""
        other = sorted(set(targets) - self.targets)
        if self.targets and other:
            raise UsageError(
                f"--baseline {label} is of a check for {', '.join(sorted(self.targets))},"
                f" and not for {', '.join(other)}",
                hint="write one for each target with --write-baseline",
            )


def dumps(keys: Iterable[Key], targets: Iterable[str] = ()) -> str:
    """Return the text of a baseline; equal findings give equal bytes."""
    rows = [dict(zip(_NAMES, one, strict=True)) for one in sorted(set(keys))]
    told = {"schema": SCHEMA, "kind": KIND, "targets": sorted(set(targets)), "findings": rows}
    return json.dumps(told, indent=1) + "\n"


def loads(text: str, label: str = "the baseline") -> Baseline:
    """Return a baseline; raises ``UsageError`` for anything else."""
    hint = "write one with --write-baseline"
    try:
        data = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise UsageError(f"{label} is no JSON: {error}", hint=hint) from error
    if not isinstance(data, dict) or data.get("kind") != KIND or data.get("schema") != SCHEMA:
        raise UsageError(f"{label} is no baseline of schema {SCHEMA}", hint=hint)
    rows, targets = data.get("findings", []), data.get("targets", [])
    if not isinstance(rows, list):
        raise UsageError(f"{label} has no list of findings", hint=hint)
    if not isinstance(targets, list) or not all(isinstance(one, str) for one in targets):
        raise UsageError(f"{label} has no list of targets", hint=hint)
    found = set()
    for row in rows:
        values = [row.get(name) for name in _NAMES] if isinstance(row, dict) else [None]
        texts = [value for value in values if isinstance(value, str)]
        if len(texts) != len(_NAMES):
            raise UsageError(f"{label} has a finding without {', '.join(_NAMES)}", hint=hint)
        source, rule, database, subject = texts
        found.add((source, rule, database, subject))
    return Baseline(frozenset(found), frozenset(targets))


def read(path: Path) -> Baseline:
    """Return the baseline in a file; raises ``UsageError``."""
    try:
        return loads(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        told = error.strerror if isinstance(error, OSError) else error
        raise UsageError(
            f"--baseline {path} cannot be read: {told}", hint="write one with --write-baseline"
        ) from error


def write(path: Path, keys: Iterable[Key], targets: Iterable[str]) -> None:
    """Write a baseline; raises ``RdscheckError`` where that fails."""
    try:
        write_whole(path, dumps(keys, targets).encode())
    except OSError as error:
        raise RdscheckError(f"cannot write {path}: {error.strerror}") from error


def remarks(kept: int, now: int) -> tuple[str, ...]:
    """Return what the user should know: how many of the ``kept`` findings are gone, ``now`` being there."""
    if kept <= now:
        return ()
    return (f"{kept - now} of the baseline's findings are gone: write it anew with --write-baseline",)
