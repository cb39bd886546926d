"""A check as markdown: for a wiki page, a pull request or GitHub's step summary."""

from collections.abc import Iterator

from rdscheck.assess.checked import Checked, Checks, Entry, State, counts
from rdscheck.assess.finding import Severity
from rdscheck.report.check import words
from rdscheck.report.check.rollup import Row, rollup
from rdscheck.report.text import code, fence, joined, linked, md, row, rule


def markdown(checks: Checks) -> str:
    """Return the report of checks."""
    return joined(_lines(checks))


def _lines(checks: Checks) -> Iterator[str]:
    yield "# Readiness for RDS"
    yield ""
    yield f"**{md(words.overall(checks))}**"
    yield ""
    if not checks.complete:
        yield "**Interrupted: this is what was known by then.**"
        yield ""
    if len(checks.checks) > 1:
        yield from _summary(checks)
        yield from _rollup(rollup(checks))
    for remark in checks.remarks:
        yield f"- {md(remark)}"
    yield ""
    for check in checks.checks:
        yield from _check(check, alone=len(checks.checks) == 1)


def _summary(checks: Checks) -> Iterator[str]:
    columns = ["source", "target", *(one.value for one in Severity), "not checked", "hours", "answer"]
    yield row(columns)
    yield rule(len(columns))
    for check in checks.checks:
        count = counts(check.open)
        numbers = [*(str(count[one]) for one in Severity), str(len(check.missed))]
        numbers.append(f"{sum(one.hours for one in check.work):g}")
        yield row(
            [
                code(check.name),
                md(check.target),
                # No answer is not an answer of none.
                *(["?"] * len(numbers) if check.trouble else numbers),
                md(words.verdict(check)),
            ]
        )
    yield ""


def _rollup(rows: tuple[Row, ...]) -> Iterator[str]:
    if not rows:
        return
    yield "## Findings by rule"
    yield ""
    columns = ["severity", "rule", "sources", "findings", "where"]
    yield row(columns)
    yield rule(len(columns))
    for one in rows:
        where = ", ".join(f"{code(name)} ({number})" for name, number in one.named)
        more = f", … {one.more} more" if one.more else ""
        cells = [one.severity.value, code(one.rule), str(one.sources), str(one.findings), where + more]
        yield row(cells)
    yield ""


def _check(check: Checked, *, alone: bool) -> Iterator[str]:
    yield f"## {md(check.name)}"
    yield ""
    if not alone:
        yield f"**{md(words.verdict(check))}**"
        yield ""
    yield f"{md(words.origin(check))}."
    yield ""
    for severity in Severity:
        some = [one for one in check.open if one.finding.severity is severity]
        if some:
            yield f"### {words.PLURALS[severity]} ({len(some)}): {words.MEANS[severity]}"
            yield ""
            for id_, entries in words.by_rule(some):
                yield from _rule(id_, entries, check)
    if some := check.of(State.SUPPRESSED):
        yield f"### Suppressed ({len(some)})"
        yield ""
        for entry in some:
            finding = entry.finding
            yield f"- {finding.severity} {code(finding.id)}: {md(finding.subject)}, {md(words.state(entry))}"
        yield ""
    if check.rehearsal:
        yield "### Rehearsal"
        yield ""
        yield from (f"- {md(one)}" for one in (*words.rehearsal(check), *words.refusals(check)))
        yield ""
    yield from _effort(check)
    if check.missed:
        yield f"### Not checked ({len(check.missed)})"
        yield ""
        for missed in check.missed:
            yield f"- {md(words.missing(missed))}" + words.no_matter(missed)
        yield ""


def _rule(id_: str, entries: list[Entry], check: Checked) -> Iterator[str]:
    first = entries[0].finding
    yield f"#### {code(id_)} ({len(entries)})"
    yield ""
    certainty = "" if first.certainty == "documented" else f", {first.certainty}"
    yield f"{md(first.why)} Source: {linked(first.source)} ({md(first.date)}{certainty})."
    yield ""
    for entry in entries:
        finding = entry.finding
        place = words.where(entry, check)
        told = "".join(f" ({md(one)})" for one in (place, words.state(entry)) if one)
        yield f"- **{md(finding.subject)}**{told}: {md(finding.message)}"
        if finding.fix and (entry is entries[0] or finding.fix != first.fix):
            yield ""
            yield fence(finding.fix, "sql" if words.form(finding.fix) == "sql" else "text", indent=2)
            yield ""
    yield ""


def _effort(check: Checked) -> Iterator[str]:
    if not check.work:
        return
    yield f"### Work: {words.hours(sum(one.hours for one in check.work))}"
    yield ""
    yield row(["group", "hours", "once for a rule + for each finding"])
    yield rule(3)
    for group, total, some in words.effort(check):
        yield row([md(group), f"{total:g}", md("; ".join(words.work(one) for one in some))])
    yield ""
