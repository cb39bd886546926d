"""A check as text: grouped by severity and rule, at most 80 columns wide where words allow it."""

from collections.abc import Iterator

from rich.cells import cell_len

from rdscheck.assess.checked import Checked, Checks, Entry, State
from rdscheck.assess.finding import Severity
from rdscheck.report.check import words
from rdscheck.report.check.rollup import rollup
from rdscheck.report.lines import WIDTH, Line, wrapped
from rdscheck.report.text import one_line, visible

_STYLES = {Severity.BLOCKER: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_MOST = 20  # findings of one rule that are shown one by one


def text(checks: Checks) -> str:
    """Return the report of checks."""
    return "".join(f"{one.text}\n" for one in lines(checks))


def lines(checks: Checks) -> list[Line]:
    """Return the report line by line, with styles."""
    found = []
    if len(checks.checks) != 1:
        found += [*wrapped(words.overall(checks), style="bold"), Line(), *_rollup(checks)]
    for check in checks.checks:
        found += _check(check)
    if checks.remarks:
        found.append(Line("Remarks", "bold"))
        for remark in checks.remarks:
            found += wrapped(f"- {remark}", "  ", "    ")
        found.append(Line())
    if not checks.complete:
        found += wrapped("Interrupted: this is what was known by then.", style="bold red")
    return found[:-1] if found and not found[-1].text else found


def _rollup(checks: Checks) -> Iterator[Line]:
    rows = rollup(checks)
    if not rows:
        return
    yield Line("Findings by rule: sources, findings", "bold")
    for row in rows:
        head = f"{row.severity.value:<7} {row.sources:>4} {row.findings:>5}  {row.rule}"
        named = ", ".join(f"{one_line(name)} ({number})" for name, number in row.named)
        more = f", … {row.more} more" if row.more else ""
        yield from wrapped(f"{head}: {named}{more}", "  ", " " * 22, keep=len(head))
    yield Line()


def _check(check: Checked) -> Iterator[Line]:
    blocked = check.trouble or any(one.finding.severity is Severity.BLOCKER for one in check.open)
    unsure = any(one.matters for one in check.missed)
    style = "bold red" if blocked else "bold yellow" if unsure else "bold green"
    yield from wrapped(words.verdict(check), style=style)
    yield from wrapped(f"{check.name}: {words.origin(check)}")
    yield Line()
    for severity in Severity:
        some = [one for one in check.open if one.finding.severity is severity]
        if some:
            title = f"{words.PLURALS[severity]} ({len(some)}): {words.MEANS[severity]}"
            yield from wrapped(title, rest="  ", style=_STYLES[severity])
            yield Line()
            yield from _rules(check, some)
    if some := check.of(State.SUPPRESSED):
        yield Line(f"Suppressed ({len(some)})", "bold")
        for entry in some:
            finding = entry.finding
            line = f"- {finding.severity} {finding.id}: {one_line(finding.subject)}, {words.state(entry)}"
            yield from wrapped(line, "  ", "    ")
        yield Line()
    if check.rehearsal:
        yield Line("Rehearsal", "bold")
        for told in words.rehearsal(check):
            yield from wrapped(told, "  ", "    ")
        for refusal in words.refusals(check)[:_MOST]:
            yield from wrapped(f"- {refusal}", "    ", "      ")
        if (more := len(check.rehearsal.met) - _MOST) > 0:
            yield Line(f"    … and {more} more (all of them in the other formats)")
        yield Line()
    if check.work:
        yield from _effort(check)
    if check.missed:
        yield Line(f"Not checked ({len(check.missed)})", "bold")
        for missed in check.missed:
            yield from wrapped(f"- {words.missing(missed)}{words.no_matter(missed)}", "  ", "    ")
        yield Line()


def _rules(check: Checked, entries: list[Entry]) -> Iterator[Line]:
    for id_, some in words.by_rule(entries):
        first = some[0].finding
        yield Line(f"  {id_} ({len(some)})", "bold")
        for entry in some[:_MOST]:
            finding = entry.finding
            place = words.where(entry, check)
            known = " [baseline]" if entry.state is State.BASELINE else ""
            subject = f"- {one_line(finding.subject)}{f' ({place})' if place else ''}{known}"
            yield from wrapped(subject, "    ", "      ")
            yield from wrapped(finding.message, "      ")
            if finding.fix and (entry is some[0] or finding.fix != first.fix):
                yield from _fix(finding.fix)
        if len(some) > _MOST:
            yield Line(f"    … and {len(some) - _MOST} more (all of them in the other formats)")
        yield from wrapped(f"why: {first.why}", "    ", "         ")
        certainty = "" if first.certainty == "documented" else f", {first.certainty}"
        yield Line(f"    source: {visible(first.source)} ({first.date}{certainty})")
        yield Line()


def _fix(fix: str) -> Iterator[Line]:
    # Statements are to be copied: their own lines stay as they are.
    for number, line in enumerate(fix.splitlines()):
        mark = "fix: " if not number else "     "
        if cell_len(line) + 11 <= WIDTH or words.form(fix) == "sql":
            yield Line(f"      {mark}{visible(line)}", "green")
        else:
            yield from (Line(one.text, "green") for one in wrapped(mark + line, "      ", "           "))


def _effort(check: Checked) -> Iterator[Line]:
    total = sum(one.hours for one in check.work)
    yield Line(f"Work: {words.hours(total)}, once for a rule + for each finding", "bold")
    for group, sum_, some in words.effort(check):
        parts = "; ".join(words.work(one) for one in some)
        yield from wrapped(f"{group}: {words.hours(sum_)} ({parts})", "  ", "    ")
    yield Line()
