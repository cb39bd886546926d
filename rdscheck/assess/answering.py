"""From what was seen of a source to what is told of it: suppressions, baseline, hours."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from rdscheck.assess import baseline
from rdscheck.assess.checked import Checked, Entry, Missed, State, Trouble, Work
from rdscheck.assess.facts import NotSeen, Unreadable
from rdscheck.assess.finding import Finding, Severity
from rdscheck.assess.live.connecting import SourceError
from rdscheck.assess.rule import Rule
from rdscheck.assess.source import Examined
from rdscheck.assess.suppressing import Accepted, gap_of, suppression_of
from rdscheck.assess.target import Target
from rdscheck.assess.unread import BODY, END, STATEMENT
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
    missed = [_missed(one, examined.asked, decisions) for one in assessment.not_checked]
    missed += _holes(examined, entries, decisions)
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


#: What is called what could not be read, by the rule that finds it.
_HOLES = {
    STATEMENT: NotSeen("statements that could not be parsed", ""),
    BODY: NotSeen("bodies that could not be parsed", "", ("functions",)),
    END: NotSeen("the rest of the dump", ""),
}


def _holes(examined: Examined, entries: Iterable[Entry], decisions: Decisions) -> Iterator[Missed]:
    """Yield what was not checked as it could not be read; what each is of stands with the findings.

    Whoever suppresses a finding accepts the hole. A baseline says that one is known, not what is in it.
    """
    suppressed = {one.finding.key: one.reason for one in entries if one.state is State.SUPPRESSED}
    found: dict[tuple[str, str, str], list[Unreadable]] = {}
    for one in examined.unread:
        reason = suppressed.get((one.rule, one.fact.database, one.subject), "")
        found.setdefault((one.rule, one.fact.database, reason), []).append(one.fact)
    for (rule, database, reason), facts in found.items():
        told = facts[0].message if len(facts) == 1 else f"{len(facts)} of them, the first: {facts[0].message}"
        missed = _missed(
            replace(_HOLES[rule], reason=told, database=database), examined.asked, decisions, facts[0].line
        )
        yield replace(missed, matters=False, accepted=reason) if reason else missed


def _missed(seen: NotSeen, asked: Collection[str], decisions: Decisions, line: int = 0) -> Missed:
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
