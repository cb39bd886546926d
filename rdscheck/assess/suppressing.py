"""What the user accepts, each with a reason, kept in a TOML file: findings, and what could not be checked.

[[suppress]]
rule = "extension-*"          # glob of rule ids
subject = "extension foo"     # glob of subjects; left out: any
database = "shop"             # glob of databases; left out: any
reason = "foo is replaced by bar in release 12"
expires = 2027-01-31          # ISO date, inclusive; left out: never

[[unchecked]]
what = "kinds of passwords*"  # glob of what could not be checked; database and expires as above
reason = "nobody may read pg_authid on RDS"
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import cache
from pathlib import Path

from rdscheck.assess.facts import NotSeen
from rdscheck.assess.finding import Finding
from rdscheck.assess.toml import read_toml
from rdscheck.errors import UsageError

#: The file that is read when none is given, in the working directory.
DEFAULT = "rdscheck.toml"
TABLE = "suppress"
GAPS = "unchecked"
#: Fields by table; the first must be there, and the reason.
_KNOWN = {
    TABLE: ("rule", "subject", "database", "reason", "expires"),
    GAPS: ("what", "database", "reason", "expires"),
}
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
        return _over(self.expires, today)

    @property
    def name(self) -> str:
        """Return what remarks call it."""
        about = f"{self.rule}, {self.subject}" if self.subject != "*" else self.rule
        return f"suppression {self.number} ({about})"


@dataclass(frozen=True)
class Gap:
    """Something that could not be checked and that the user accepts; ``number`` counts from 1 in its file."""

    what: str
    reason: str
    database: str = "*"
    expires: str = ""  # ISO date: its last day
    number: int = 0

    def covers(self, what: str, database: str) -> bool:
        """Tell whether it speaks of something, whatever the day."""
        return _matches(self.what, what) and _matches(self.database, database)

    def expired(self, today: dt.date) -> bool:
        """Tell whether its last day is over."""
        return _over(self.expires, today)

    @property
    def name(self) -> str:
        """Return what remarks call it."""
        return f"unchecked {self.number} ({self.what})"


@dataclass(frozen=True)
class Accepted:
    """All that the user accepts."""

    findings: tuple[Suppression, ...] = ()
    gaps: tuple[Gap, ...] = ()


def _over(expires: str, today: dt.date) -> bool:
    return bool(expires) and dt.date.fromisoformat(expires) < today


def _matches(glob: str, text: str) -> bool:
    return _compiled(glob).match(text) is not None


@cache
def _compiled(glob: str) -> re.Pattern[str]:
    return re.compile(translate(glob))


def read_accepted(path: Path) -> Accepted:
    """Return what a file accepts; raises ``UsageError`` that says where it is wrong."""
    data = read_toml(path)
    findings = (
        Suppression(
            row["rule"],
            row["reason"],
            row.get("subject", "*"),
            row.get("database", "*"),
            row.get("expires", ""),
            number,
        )
        for number, row in _rows(data, TABLE, path)
    )
    gaps = (
        Gap(row["what"], row["reason"], row.get("database", "*"), row.get("expires", ""), number)
        for number, row in _rows(data, GAPS, path)
    )
    return Accepted(tuple(findings), tuple(gaps))


def _rows(data: dict[str, object], table: str, path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    rows = data.get(table, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UsageError(f"{path}: {table} is no list of tables", hint=_HINT)
    for number, row in enumerate(rows, 1):
        yield number, _read(row, table, f"{path}, {table} {number}")


def _read(row: dict[str, object], table: str, where: str) -> dict[str, str]:
    known = _KNOWN[table]
    if unknown := sorted(set(row) - set(known)):
        raise UsageError(f"{where}: {', '.join(unknown)} is not known", hint=_HINT)
    texts: dict[str, str] = {}
    for name, value in row.items():
        # TOML has dates of its own; they and the text of one are the same here.
        if name == "expires" and isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            texts[name] = value.isoformat()
        elif isinstance(value, str):
            texts[name] = value
        else:
            raise UsageError(f"{where}: {name} is no text", hint=_HINT)
    for name in (known[0], "reason"):
        if not texts.get(name, "").strip():
            raise UsageError(f"{where}: {name} is missing", hint=_HINT)
    if texts.get("expires"):
        try:
            texts["expires"] = dt.date.fromisoformat(texts["expires"]).isoformat()
        except ValueError:
            told = texts["expires"]
            raise UsageError(f"{where}: expires is no date: {told}", hint="the form is 2027-01-31") from None
    return texts


def suppression_of(
    finding: Finding, suppressions: Iterable[Suppression], today: dt.date
) -> Suppression | None:
    """Return the first suppression that holds for a finding today."""
    return next((one for one in suppressions if one.covers(finding) and not one.expired(today)), None)


def gap_of(seen: NotSeen, gaps: Iterable[Gap], today: dt.date) -> Gap | None:
    """Return the first accepted gap that holds for something not seen today."""
    return next(
        (one for one in gaps if one.covers(seen.what, seen.database) and not one.expired(today)), None
    )


def remarks(
    accepted: Accepted, findings: Sequence[Finding], unseen: Sequence[tuple[str, str]], today: dt.date
) -> tuple[str, ...]:
    """Return what the user should know of what is accepted: what expired, what accepts nothing.

    ``unseen`` are what could not be checked, and its databases.
    """
    told = []
    for one in accepted.findings:
        if one.expired(today):
            told.append(f"{one.name} expired on {one.expires} and suppresses nothing any more")
        elif not any(one.covers(finding) for finding in findings):
            told.append(f"{one.name} is not used: no finding is like that")
    for gap in accepted.gaps:
        if gap.expired(today):
            told.append(f"{gap.name} expired on {gap.expires} and accepts nothing any more")
        elif not any(gap.covers(what, database) for what, database in unseen):
            told.append(f"{gap.name} is not used: nothing like that was left unchecked")
    return tuple(told)
