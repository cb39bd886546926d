"""Judge the corpus on servers, and count what was right."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from rdscheck.assess.facts import Facts
from rdscheck.assess.finding import Finding, Severity
from rdscheck.assess.judge import judge
from rdscheck.assess.rule import rules
from rdscheck.assess.target import read_target
from rdscheck.sandbox.server import Server
from tests.assess.making import Made, Workshop, foreign, read
from tests.assess.sources.plain import Plain
from tests.assess.sources.workshop import PlainWorkshop
from tests.corpus.entries import Entry

#: What the sandbox's server has of its own, playing the service where an entry says that it is none.
OWN = re.compile(r"role (rdsadmin|rds_\w+|postgres)|database (rdsadmin|postgres|template[01])")


#: The oldest major the service still takes new instances of.
_OLDEST = 13


@dataclass(frozen=True)
class Seen:
    """An entry from one side, on one major (0: the text of a dump)."""

    entry: Entry
    side: str
    major: int
    findings: frozenset[tuple[str, str]] = frozenset()
    notes: frozenset[tuple[str, str]] = frozenset()

    @property
    def right(self) -> set[tuple[str, str]]:
        """Return what was expected and found."""
        return self.entry.expects(self.side) & (self.findings | self.notes)

    @property
    def missed(self) -> set[tuple[str, str]]:
        """Return what was expected and not found."""
        return self.entry.expects(self.side) - (self.findings | self.notes)

    @property
    def false_alarms(self) -> set[tuple[str, str]]:
        """Return what was found at warning or above, and not expected."""
        return set(self.findings - self.entry.expects(self.side))


@dataclass
class Count:
    """How many findings were right, missed, and false alarms."""

    right: int = 0
    missed: int = 0
    false: int = 0

    @property
    def precision(self) -> float:
        """Return which part of what was found is right, 1 where nothing was found."""
        return self.right / (self.right + self.false) if self.right + self.false else 1.0

    @property
    def recall(self) -> float:
        """Return which part of what is there was found, 1 where nothing is there."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


@dataclass
class Run:
    """All that was seen, what could not be, and why."""

    seen: list[Seen] = field(default_factory=list)
    skipped: list[tuple[Entry, int, str]] = field(default_factory=list)
    wrong: list[tuple[Entry, int, str]] = field(default_factory=list)

    def count(self, side: str = "", group: str = "") -> Count:
        """Count findings of a side and a group of rules, of all where that is empty."""
        counted = Count()
        for one in self.seen:
            if side in {"", one.side}:
                counted.right += _of(group, one.right)
                counted.missed += _of(group, one.missed)
                counted.false += _of(group, one.false_alarms)
        return counted

    def groups(self) -> list[str]:
        """Return the groups of rules that were expected or found."""
        named = Counter(
            _group(rule) for one in self.seen for rule, _ in one.entry.expects(one.side) | one.findings
        )
        return sorted(named)

    def differences(self) -> list[tuple[Seen, str, str, str]]:
        """Return what only one side says of the same database: with the side, the rule and the subject."""
        found = []
        both = {(one.entry.name, one.major, one.side): one for one in self.seen if one.major}
        for (name, major, side), one in both.items():
            other = both.get((name, major, "dump" if side == "live" else "live"))
            if other is not None:
                alone = (one.findings | one.notes) - (other.findings | other.notes)
                found += [(one, side, rule, subject) for rule, subject in sorted(alone)]
        return found


def _of(group: str, found: Iterable[tuple[str, str]]) -> int:
    return sum(1 for rule, _ in found if group in {"", _group(rule)})


def _group(rule: str) -> str:
    return rules()[rule].group


def look(run: Run, server: Server | Plain, corpus: Sequence[Entry]) -> None:
    """Make the databases of a corpus on a server, all at once, and see them from both sides."""
    workshop = Workshop(server) if isinstance(server, Server) else PlainWorkshop(server)
    todo: list[tuple[Entry, Made]] = []
    for entry in corpus:
        if entry.form == "dump":
            continue
        if why := why_not(entry, server):
            run.skipped.append((entry, server.major, why))
            continue
        dumped = "dump" in entry.sides
        todo.append((entry, Made(entry.sql, entry.clean, whole=entry.form == "whole", dumped=dumped)))
    everything = [made for _, made in todo]
    workshop.make(everything)
    try:
        well = [(entry, made) for entry, made in todo if not made.error]
        live = workshop.live([made for _, made in well])
        workshop.dump([made for _, made in well])
        for (entry, made), facts in zip(well, live, strict=True):
            run.seen.append(_judged(entry, "live", server.major, facts, made, everything))
            if made.dumped and not made.error:
                run.seen.append(_judged(entry, "dump", server.major, read(made.text), made, everything))
    finally:
        said = workshop.clean(everything)
    run.wrong += [(entry, server.major, made.error) for entry, made in todo if made.error]
    run.wrong += [(todo[0][0], server.major, f"cleaning: {one}") for one in said]


def look_at_dumps(run: Run, corpus: Sequence[Entry]) -> None:
    """Read the entries that are dumps by themselves."""
    for entry in corpus:
        if entry.form == "dump":
            run.seen.append(_judged(entry, "dump", 0, read(entry.sql), Made(""), ()))


def why_not(entry: Entry, server: Server | Plain) -> str:
    """Return why an entry cannot be made on a server, empty where it can."""
    if entry.form == "instance" and isinstance(server, Plain):
        return "of a server that is none of the service, other databases are seen with --all-databases"
    if server.major < entry.since:
        return f"made on PostgreSQL {entry.since} or later"
    if entry.until and server.major > entry.until:
        return f"made on PostgreSQL {entry.until} or earlier"
    return next((server.why_not(one) for one in entry.needs if not server.has(one)), "")


def _judged(entry: Entry, side: str, major: int, facts: Facts, made: Made, beside: Iterable[Made]) -> Seen:
    facts.origin = replace(facts.origin, flavour=entry.source)
    target = entry.target or f"rds-{max(major, _OLDEST)}"
    assessment = judge(facts, read_target(target), entry.move)
    own = [one for one in assessment.findings if not _elsewhere(one, made, beside)]
    return Seen(
        entry,
        side,
        major,
        frozenset((one.id, made.shown(one.subject)) for one in own if one.severity is not Severity.NOTE),
        frozenset((one.id, made.shown(one.subject)) for one in own if one.severity is Severity.NOTE),
    )


def _elsewhere(finding: Finding, made: Made, beside: Iterable[Made]) -> bool:
    """Tell whether a finding is about another entry, or about the sandbox."""
    return bool(made.sql and OWN.fullmatch(finding.subject)) or foreign(finding.subject, made, beside)
