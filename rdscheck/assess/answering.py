"""From what was seen of a source to what is told of it: suppressions, baseline, hours."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from rdscheck.assess import baseline
from rdscheck.assess.checked import Checked, Entry, Missed, State, Trouble, Work
from rdscheck.assess.facts import NotSeen
from rdscheck.assess.finding import Finding, Severity
from rdscheck.assess.live.connecting import SourceError
from rdscheck.assess.rule import Rule
from rdscheck.assess.source import Examined
from rdscheck.assess.suppressing import Accepted, gap_of, suppression_of
from rdscheck.assess.target import Target
from rdscheck.errors import RdscheckError, UsageError


@dataclass(frozen=True)
class Decisions:
    """What the user decided beforehand; ``today`` is the day on which suppressions must hold."""

    rules: Mapping[str, Rule]
    threshold: Severity = Severity.BLOCKER
    accepted: Accepted = field(default_factory=Accepted)
    known: Collection[baseline.Key] = field(default_factory=frozenset)
    today: dt.date = dt.date.max


def answer(name: str, target: Target, examined: Examined, decisions: Decisions) -> Checked:
    """Return what is told of a source that was seen."""
    assessment = examined.assessment
    entries = tuple(_entry(name, one, decisions) for one in assessment.findings)
    missed = [_missed(one, 0, examined.asked, decisions) for one in assessment.not_checked]
    missed += [_missed(one, line, examined.asked, decisions) for one, line in examined.unreadable]
    return Checked(
        name=name,
        target=str(target),
        target_name=target.name,
        origin=assessment.origin,
        move=str(assessment.move),
        entries=entries,
        missed=tuple(missed),
        asked=examined.asked,
        work=tuple(_work(entries, decisions.rules)),
        rehearsal=examined.rehearsal,
    )


def failed(name: str, target: Target, error: RdscheckError) -> Checked:
    """Return what is told of a source that could not be seen."""
    trouble = Trouble.UNREACHABLE
    if isinstance(error, UsageError) and not isinstance(error, SourceError):
        trouble = Trouble.UNREADABLE
    return broken(name, target, trouble, str(error))


def broken(name: str, target: Target, trouble: Trouble, message: str) -> Checked:
    """Return what is told of a source that there is no answer for."""
    return Checked(name, str(target), target.name, trouble=trouble, message=message)


def _entry(name: str, finding: Finding, decisions: Decisions) -> Entry:
    if one := suppression_of(finding, decisions.accepted.findings, decisions.today):
        return Entry(finding, State.SUPPRESSED, one.reason, one.expires)
    if baseline.key(name, finding) in decisions.known:
        return Entry(finding, State.BASELINE)
    return Entry(finding)


def _missed(seen: NotSeen, line: int, asked: Collection[str], decisions: Decisions) -> Missed:
    matters = not seen.groups or any(
        decisions.rules[id_].group in seen.groups
        and decisions.rules[id_].severity.rank <= decisions.threshold.rank
        for id_ in asked
    )
    gap = gap_of(seen, decisions.accepted.gaps, decisions.today)
    accepted = gap.reason if gap else ""
    return Missed(seen.what, seen.reason, seen.groups, seen.database, line, matters and gap is None, accepted)


def _work(entries: Iterable[Entry], rules: Mapping[str, Rule]) -> Iterable[Work]:
    numbers = Counter(one.finding.id for one in entries if one.state is not State.SUPPRESSED)
    for id_, number in sorted(numbers.items()):
        effort = rules[id_].effort
        if effort.of(number):
            yield Work(id_, rules[id_].group, number, effort)
