"""What a check found: findings, and what could not be checked."""

from dataclasses import dataclass
from enum import StrEnum

from rdscheck.assess.facts import NotSeen, Origin
from rdscheck.model import Certainty


class Severity(StrEnum):
    """How much a finding matters."""

    BLOCKER = "blocker"  # the restore, the upgrade or an operation of the application fails
    WARNING = "warning"  # works, but differently
    NOTE = "note"  # to be known

    @property
    def rank(self) -> int:
        """Return 0 for the worst."""
        return list(Severity).index(self)


@dataclass(frozen=True)
class Effort:
    """Hours of work a rule's findings cost: ``first`` once, ``each`` for every finding."""

    first: float
    each: float = 0.0

    def of(self, number: int) -> float:
        """Return the hours for a number of findings."""
        return self.first + self.each * number if number else 0.0


@dataclass(frozen=True)
class Finding:
    """One problem of one object.

    ``subject`` names the object as ``table public.orders``; with ``id`` and ``database`` it tells findings
    apart. ``fix`` is SQL where it can be, else a sentence; empty where nothing needs doing. ``line`` is
    that of the dump, 0 without one.
    """

    id: str
    group: str
    severity: Severity
    subject: str
    message: str
    why: str
    fix: str
    source: str
    date: str  # when the source was read, ISO
    certainty: Certainty
    database: str = ""
    line: int = 0
    fix_on: str = "source"  # where the fix is run: source, or target for what comes before the restore

    @property
    def key(self) -> tuple[str, str, str]:
        """Return what stays the same between two checks of the same database."""
        return self.id, self.database, self.subject

    @property
    def order(self) -> tuple[object, ...]:
        """Return the order in everything written: worst first."""
        return self.severity.rank, self.group, self.id, self.database, self.line, self.subject


@dataclass(frozen=True)
class Assessment:
    """The answer for one source: what was found, and what was not looked at."""

    origin: Origin
    target: str
    move: str
    findings: tuple[Finding, ...]
    not_checked: tuple[NotSeen, ...] = ()
