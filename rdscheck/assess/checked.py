"""What a check tells in the end: findings with what the user decided about them, and what was not seen."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from rdscheck.assess.facts import Origin
from rdscheck.assess.finding import Effort, Finding, Severity
from rdscheck.assess.rehearsing.telling import Rehearsed
from rdscheck.assess.rule import Rule
from rdscheck.errors import ExitCode

#: What a name is followed by when two sources would have the same.
_SECOND = 2


class State(StrEnum):
    """What the user decided about a finding beforehand."""

    NEW = "new"  # nothing: it counts
    BASELINE = "baseline"  # known from an earlier check, kept in a file
    SUPPRESSED = "suppressed"  # accepted, with a reason


class Trouble(StrEnum):
    """Why there is no answer for a source."""

    UNREADABLE = "unreadable"  # no dump, no connection string
    UNREACHABLE = "unreachable"  # a server that does not answer or refuses, or a time limit
    INTERRUPTED = "interrupted"  # Ctrl-C


@dataclass(frozen=True)
class Entry:
    """A finding and its state; ``reason`` and ``expires`` (ISO, may be empty) are those of a suppression."""

    finding: Finding
    state: State = State.NEW
    reason: str = ""
    expires: str = ""


@dataclass(frozen=True)
class Missed:
    """Something that could not be looked at; ``matters`` where a rule at the threshold would have needed it.

    ``line`` is that of the dump, 0 without one; ``accepted`` is the user's reason why it may stay so.
    """

    what: str
    reason: str
    groups: tuple[str, ...] = ()
    database: str = ""
    line: int = 0
    matters: bool = True
    accepted: str = ""


@dataclass(frozen=True)
class Work:
    """The hours of one rule's findings: ``effort.first``, and ``effort.each`` for each of them."""

    rule: str
    group: str
    number: int
    effort: Effort

    @property
    def hours(self) -> float:
        """Return the hours."""
        return self.effort.of(self.number)


@dataclass(frozen=True)
class Checked:
    """The answer for one source.

    ``name`` tells sources apart and is what reports call it. ``asked`` are the ids of the rules that speak of
    this move. Where ``trouble`` is set, there is no answer, and ``message`` says why.
    """

    name: str
    target: str
    target_name: str
    origin: Origin | None = None
    move: str = ""
    entries: tuple[Entry, ...] = ()
    missed: tuple[Missed, ...] = ()
    asked: tuple[str, ...] = ()
    work: tuple[Work, ...] = ()
    trouble: Trouble | None = None
    message: str = ""
    rehearsal: Rehearsed | None = None

    def of(self, *states: State) -> list[Entry]:
        """Return the entries in these states, worst first."""
        return [one for one in self.entries if one.state in states]

    @property
    def open(self) -> list[Entry]:
        """Return what is not suppressed: new findings and those of the baseline."""
        return self.of(State.NEW, State.BASELINE)

    def reaching(self, threshold: Severity) -> list[Entry]:
        """Return the new findings at a severity or worse."""
        return [one for one in self.of(State.NEW) if one.finding.severity.rank <= threshold.rank]


@dataclass(frozen=True)
class Checks:
    """All answers of one command: the only input of every report.

    ``remarks`` are about suppressions and baseline: expired, unused. ``rules`` are those that were asked of
    any source, by id. ``complete`` is false after Ctrl-C.
    """

    checks: tuple[Checked, ...]
    threshold: Severity = Severity.BLOCKER
    remarks: tuple[str, ...] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict)
    complete: bool = True
    anonymous: bool = False
    version: str = ""
    fleet: bool = False

    @property
    def entries(self) -> Iterator[tuple[Checked, Entry]]:
        """Yield every entry with its check."""
        for check in self.checks:
            for entry in check.entries:
                yield check, entry


def counts(entries: Iterable[Entry]) -> dict[Severity, int]:
    """Return how many findings each severity has, zeros included."""
    found = dict.fromkeys(Severity, 0)
    for one in entries:
        found[one.finding.severity] += 1
    return found


def by_group(work: Iterable[Work]) -> dict[str, list[Work]]:
    """Return work by group of rules, in the order of the groups' names."""
    groups: dict[str, list[Work]] = {}
    for one in sorted(work, key=lambda one: (one.group, one.rule)):
        groups.setdefault(one.group, []).append(one)
    return groups


def exit_code(checks: Checks) -> ExitCode:
    """Return what the command ends with; what was found weighs more than what could not be read."""
    troubles = {one.trouble for one in checks.checks if one.trouble}
    if any(one.reaching(checks.threshold) for one in checks.checks):
        return ExitCode.FINDINGS
    if Trouble.UNREADABLE in troubles:
        return ExitCode.USAGE
    unseen = any(missed.matters for one in checks.checks for missed in one.missed)
    if troubles or unseen or not checks.complete or not checks.checks:
        return ExitCode.UNCHECKED
    return ExitCode.OK


def unique(name: str, taken: Collection[str]) -> str:
    """Return a name that is not taken: with a number behind it where it is."""
    number, found = _SECOND, name
    while found in taken:
        found = f"{name} ({number})"
        number += 1
    return found
