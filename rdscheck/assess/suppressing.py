"""Suppressions: findings that the user accepts, each with a reason, kept in a TOML file.

[[suppress]]
rule = "extension-*"          # glob of rule ids
subject = "extension foo"     # glob of subjects; left out: any
database = "shop"             # glob of databases; left out: any
reason = "foo is replaced by bar in release 12"
expires = 2027-01-31          # ISO date, inclusive; left out: never
"""

import datetime as dt
import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from pathlib import Path

from rdscheck.assess.finding import Finding
from rdscheck.errors import UsageError

#: The file that is read when none is given, in the working directory.
DEFAULT = "rdscheck.toml"
TABLE = "suppress"
_KNOWN = ("rule", "subject", "database", "reason", "expires")
_HINT = 'one [[suppress]] each, with rule, reason and, if wanted, subject, database, expires = "2027-01-31"'


@dataclass(frozen=True)
class Suppression:
    """Findings of rules and subjects that the user accepts; ``number`` counts from 1 in its file."""

    rule: str
    reason: str
    subject: str = "*"
    database: str = "*"
    expires: str = ""  # ISO date: its last day
    number: int = 0

    def covers(self, finding: Finding) -> bool:
        """Tell whether it speaks of a finding, whatever the day."""
        return (
            _matches(self.rule, finding.id)
            and _matches(self.subject, finding.subject)
            and _matches(self.database, finding.database)
        )

    def expired(self, today: dt.date) -> bool:
        """Tell whether its last day is over."""
        return bool(self.expires) and dt.date.fromisoformat(self.expires) < today


def _matches(glob: str, text: str) -> bool:
    return _compiled(glob).match(text) is not None


@cache
def _compiled(glob: str) -> re.Pattern[str]:
    return re.compile(translate(glob))


def read_suppressions(path: Path) -> tuple[Suppression, ...]:
    """Return the suppressions of a file; raises ``UsageError`` that says where it is wrong."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no TOML: {error}") from error
    rows = data.get(TABLE, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UsageError(f"{path}: {TABLE} is no list of tables", hint=_HINT)
    return tuple(_read(row, number, path) for number, row in enumerate(rows, 1))


def _read(row: dict[str, object], number: int, path: Path) -> Suppression:
    where = f"{path}, suppression {number}"
    if unknown := sorted(set(row) - set(_KNOWN)):
        raise UsageError(f"{where}: {', '.join(unknown)} is not known", hint=_HINT)
    expires = row.pop("expires", "")
    if isinstance(expires, dt.date) and not isinstance(expires, dt.datetime):
        expires = expires.isoformat()
    texts = {name: value for name, value in (row | {"expires": expires}).items() if isinstance(value, str)}
    if wrong := sorted((set(row) | {"expires"}) - set(texts)):
        raise UsageError(f"{where}: {', '.join(wrong)} is no text", hint=_HINT)
    for name in ("rule", "reason"):
        if not texts.get(name, "").strip():
            raise UsageError(f"{where}: {name} is missing", hint=_HINT)
    if texts["expires"]:
        try:
            texts["expires"] = dt.date.fromisoformat(texts["expires"]).isoformat()
        except ValueError:
            raise UsageError(
                f"{where}: expires is no date: {texts['expires']}", hint="the form is 2027-01-31"
            ) from None
    return Suppression(**texts, number=number)


def suppression_of(
    finding: Finding, suppressions: Iterable[Suppression], today: dt.date
) -> Suppression | None:
    """Return the first suppression that holds for a finding today."""
    return next((one for one in suppressions if one.covers(finding) and not one.expired(today)), None)


def remarks(
    suppressions: Sequence[Suppression], findings: Sequence[Finding], today: dt.date
) -> tuple[str, ...]:
    """Return what the user should know of suppressions: which expired, which suppress nothing."""
    told = []
    for one in suppressions:
        name = f"suppression {one.number} ({one.rule}"
        name += f", {one.subject})" if one.subject != "*" else ")"
        if one.expired(today):
            told.append(f"{name} expired on {one.expires} and suppresses nothing any more")
        elif not any(one.covers(finding) for finding in findings):
            told.append(f"{name} is not used: no finding is like that")
    return tuple(told)
