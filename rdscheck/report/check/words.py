"""What every format says in words: the answer, counts, hours and how they arise."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby

from rdscheck.assess.checked import Checked, Checks, Entry, Missed, State, Work, by_group, counts
from rdscheck.assess.facts import Origin, Via
from rdscheck.assess.finding import Severity
from rdscheck.assess.rehearsing.explaining import Cause
from rdscheck.assess.rehearsing.telling import Met, Unmet

#: What the severities mean, for readers.
MEANS = {
    Severity.BLOCKER: "the restore, the upgrade or an operation of the application fails",
    Severity.WARNING: "works, but differently",
    Severity.NOTE: "to be known",
}
PLURALS = {Severity.BLOCKER: "Blockers", Severity.WARNING: "Warnings", Severity.NOTE: "Notes"}
#: Forms of dumps that are no text.
ARCHIVES = frozenset({"custom", "directory", "tar"})
_MOVES = {"restore": "by restoring a dump", "upgrade": "by an upgrade in place"}


def number(count: int, noun: str) -> str:
    """Return ``1 blocker`` or ``2 blockers``."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def tally(entries: Iterable[Entry]) -> str:
    """Return ``2 blockers, 1 warning, 0 notes``."""
    return ", ".join(number(count, severity) for severity, count in counts(entries).items())


def verdict(check: Checked) -> str:
    """Answer "can it move?" in one line, as far as was seen."""
    if check.trouble:
        return f"Not known whether it can move to {check.target_name}: {check.message}"
    count = counts(check.open)
    known = counts(check.of(State.BASELINE))[Severity.BLOCKER]
    rest = f"; {number(count[Severity.WARNING], 'warning')}, {number(count[Severity.NOTE], 'note')}"
    gaps = ""
    if missed := [one for one in check.missed if one.matters]:
        gaps = f"; {number(len(missed), 'thing')} could not be checked"
    if blockers := count[Severity.BLOCKER]:
        old = f" ({known} of them in the baseline)" if known else ""
        return f"Cannot move to {check.target_name} as it is: {number(blockers, 'blocker')}{old}{rest}{gaps}."
    accepted = counts(check.of(State.SUPPRESSED))[Severity.BLOCKER]
    but = f", {number(accepted, 'blocker')} suppressed" if accepted else ""
    seen = "Can move" if not gaps else "Nothing seen that keeps it from moving"
    return f"{seen} to {check.target_name}, as far as seen: no blocker{but}{rest}{gaps}."


def overall(checks: Checks) -> str:
    """Answer for all sources together, in one line."""
    if len(checks.checks) == 1:
        return verdict(checks.checks[0])
    total = len(checks.checks)
    unknown = sum(bool(one.trouble) for one in checks.checks)
    others = [one for one in checks.checks if not one.trouble]
    free = [one for one in others if not counts(one.open)[Severity.BLOCKER]]
    blocked = len(others) - len(free)
    partly = sum(any(missed.matters for missed in one.missed) for one in free)
    parts = [f"{len(free) - partly} of {number(total, 'source')} can move, as far as seen"]
    parts += [f"{blocked} cannot as they are"] if blocked else []
    parts += [f"{partly} could not be checked as a whole"] if partly else []
    parts += [f"{unknown} could not be checked"] if unknown else []
    return "; ".join(parts) + "."


def origin(check: Checked) -> str:
    """Return what was looked at, in one line."""
    one = check.origin
    if one is None:
        return f"to {check.target_name}"
    kind = _kind(one)
    how = _MOVES.get(check.move, check.move)
    return f"{kind}, to {check.target_name} {how}"


def _kind(one: Origin) -> str:
    version = one.version or (f"{one.major:g}" if one.major else "")
    server = f"PostgreSQL {version}" if version else "PostgreSQL of unknown version"
    if one.via is Via.LIVE:
        named = {"rds": "RDS for ", "aurora": "Aurora "}.get(one.flavour, "")
        return f"live database, {named}{server}"
    form = f"{one.format} dump" if one.format else "dump"
    return f"{form} of {server}"


def by_rule(entries: Sequence[Entry]) -> list[tuple[str, list[Entry]]]:
    """Return entries by rule, in their order."""
    ordered = sorted(entries, key=lambda one: one.finding.order)
    return [(id_, list(some)) for id_, some in groupby(ordered, key=lambda one: one.finding.id)]


def hours(value: float) -> str:
    """Return hours as people write them: ``4 h``, ``0.25 h``."""
    return f"{round(value, 2):g} h"


def work(one: Work) -> str:
    """Return how the hours of one rule arise: ``extension-not-offered: 4 + 3 x 4``."""
    each = f" + {one.number} x {one.effort.each:g}" if one.effort.each else ""
    return f"{one.rule}: {one.effort.first:g}{each}"


def effort(check: Checked) -> list[tuple[str, float, list[Work]]]:
    """Return each group's hours with the rules they come from."""
    groups = by_group(check.work).items()
    return [(group, sum(one.hours for one in some), some) for group, some in groups]


_STATEMENT_ENDS = re.compile(r";[ \t]*(?:--.*)?$", re.MULTILINE)


def form(fix: str) -> str:
    """Return ``sql`` for statements, which are copied as they are, and ``words`` for a sentence."""
    return "sql" if fix.startswith("--") or _STATEMENT_ENDS.search(fix) else "words"


def parts(check: Checked) -> list[tuple[str, str]]:
    """Return the parts of a report on a source that are there, by name, with what leads to them."""
    count = counts(check.open)
    found = [(one.value, f"{PLURALS[one]} ({count[one]})") for one in Severity if count[one]]
    if some := check.of(State.SUPPRESSED):
        found.append(("suppressed", f"Suppressed ({len(some)})"))
    found += [("rehearsal", "Rehearsal")] if check.rehearsal else []
    if check.work:
        found.append(("work", f"Work: {hours(sum(one.hours for one in check.work))}"))
    return found + ([("missed", f"Not checked ({len(check.missed)})")] if check.missed else [])


def where(entry: Entry, check: Checked) -> str:
    """Return the database and line of a finding, and that it was not met, where they tell something."""
    finding = entry.finding
    parts = [f"database {finding.database}"] if finding.database else []
    if finding.line and check.origin:
        script = "" if line(finding.line, check) else " of what pg_restore writes"
        parts.append(f"line {finding.line}{script}")
    if one := unmet(entry, check):
        parts.append(
            f"not shown by the rehearsal: {one.reason}" if one.reason else "not met in the rehearsal"
        )
    return ", ".join(parts)


def line(number: int, check: Checked) -> int:
    """Return the line of a file at which something stands: 0 in an archive, which has no lines."""
    origin = check.origin
    return number if origin and origin.via is Via.DUMP and origin.format not in ARCHIVES else 0


def unmet(entry: Entry, check: Checked) -> Unmet | None:
    """Return that a rehearsed restore went through where this was to stop it."""
    told = check.rehearsal.unconfirmed if check.rehearsal else ()
    return next((one for one in told if one.is_of(entry.finding)), None)


def state(entry: Entry) -> str:
    """Return what the user decided about a finding; nothing for a new one."""
    if entry.state is State.SUPPRESSED:
        until = f" (until {entry.expires})" if entry.expires else ""
        return f"suppressed{until}: {entry.reason}"
    return "in the baseline" if entry.state is State.BASELINE else ""


def missing(missed: Missed) -> str:
    """Return what could not be checked, and why, in one line."""
    place = [f"database {missed.database}"] if missed.database else []
    place += [f"line {missed.line}"] if missed.line else []
    told = f" ({', '.join(place)})" if place else ""
    groups = f" [rules about {', '.join(missed.groups)}]" if missed.groups else ""
    accepted = f"; accepted: {missed.accepted}" if missed.accepted else ""
    return f"{missed.what}{told}: {missed.reason}{groups}{accepted}"


def no_matter(missed: Missed) -> str:
    """Return why something that could not be checked does not count; nothing where it does."""
    return "" if missed.matters or missed.accepted else " (no rule that counts here needs it)"


#: Causes of refusals in the order of a report, and what each means.
_CAUSES = {
    Cause.UNEXPLAINED: "that no rule explains",
    Cause.FINDING: "foretold",
    Cause.FOLLOWS: "following from those",
    Cause.SANDBOX: "that tell nothing of the target",
    Cause.HARMLESS: "harmless",
}


def rehearsal(check: Checked) -> list[str]:
    """Return what a rehearsed restore showed, a sentence or entry a line; nothing without one."""
    told = check.rehearsal
    if told is None:
        return []
    causes = Counter(one.cause for one in told.met)
    kinds = [f"{causes[cause]} {means}" for cause, means in _CAUSES.items() if causes[cause]]
    refusals = f"{len(told.met)} refused: {', '.join(kinds)}" if told.met else "none refused"
    lines = [f"The master user restored {number(told.statements, 'statement')} of the schema: {refusals}."]
    way = f" by pg_restore {' '.join((*told.options, '-L'))}" if told.options else ""
    lines.append(
        f"Without what was refused the restore goes through{way}."
        if told.passes
        else "Even without what was refused the restore does not go through."
    )
    if told.assumed_roles:
        lines.append(f"Roles the dump expects to be there, made for it: {', '.join(told.assumed_roles)}.")
    lines += [
        f"Not shown by a restore ({one.reason}): {one.id}: {one.subject}."
        if one.reason
        else f"Not met, though foretold: {one.id}: {one.subject}."
        for one in told.unconfirmed
    ]
    lines += [f"Not rehearsed: {one}." for one in told.not_run]
    lines += [f"Written: {one}" for one in told.files]
    return lines


def refusals(check: Checked) -> list[str]:
    """Return the refusals of a rehearsal one by one, in the order of the dump."""
    return [f"{_place(one)}: {refusal(one)}" for one in (check.rehearsal.met if check.rehearsal else ())]


def refusal(one: Met) -> str:
    """Return what the server said, and where that comes from."""
    return f"{one.message} ({cause(one)})"


def cause(one: Met) -> str:
    """Return where a refusal comes from."""
    return one.because or _CAUSES[Cause(one.cause)]


def _place(one: Met) -> str:
    return f"line {one.line}" if one.line else one.statement
