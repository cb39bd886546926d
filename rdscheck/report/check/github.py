"""A check as GitHub's workflow commands: an annotation for each finding, at the dump's line."""

from collections.abc import Iterator

from rdscheck.assess.checked import Checked, Checks, Entry, State
from rdscheck.assess.facts import Via
from rdscheck.assess.finding import Severity
from rdscheck.assess.rehearsing.explaining import Cause
from rdscheck.assess.rehearsing.telling import REFUSED
from rdscheck.report.check import words
from rdscheck.report.check.markdown import markdown
from rdscheck.report.text import visible

_COMMANDS = {Severity.BLOCKER: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
#: GitHub refuses a summary of more than 1 MiB for a step.
SUMMARY_BYTES = 1 << 20
_CUT = "\n\n… cut here: a step's summary has an end. The other formats hold everything.\n"


def github(checks: Checks) -> str:
    """Return the annotations, one a line; suppressed findings and those of the baseline are mere notices."""
    return "".join(f"{line}\n" for line in _lines(checks))


def summary(checks: Checks, room: int = SUMMARY_BYTES) -> str:
    """Return markdown for the step's summary, at most ``room`` bytes of it."""
    text = markdown(checks)
    if len(text.encode()) <= room:
        return text
    lines, used = [], len(_CUT.encode())
    for line in text.splitlines(keepends=True):
        used += len(line.encode())
        if used > room:
            break
        lines.append(line)
    return "".join(lines) + _CUT


def _lines(checks: Checks) -> Iterator[str]:
    for check in checks.checks:
        for entry in check.entries:
            yield _annotation(check, entry)
        for missed in check.missed:
            level = "warning" if missed.matters else "notice"
            line = words.line(missed.line, check)
            place = {"file": _file(check), "line": str(line)} if line else {}
            yield command(level, words.missing(missed), title=f"not checked: {missed.what}", **place)
        yield from _rehearsal(check)
        if check.trouble:
            yield command("error", check.message, title=f"{check.name} could not be checked")
        yield command("notice", f"{words.verdict(check)}{_work(check)}", title=check.name)
    for remark in checks.remarks:
        yield command("notice", remark, title="suppressions and baseline")
    if not checks.complete:
        yield command("error", "this is what was known by then", title="interrupted")


def _rehearsal(check: Checked) -> Iterator[str]:
    """Yield what the restore met; what no rule explains is shown by its finding where that is asked for."""
    if told := words.rehearsal(check):
        yield command("notice", "\n".join(told), title=f"rehearsal of {check.name}")
    for one in check.rehearsal.met if check.rehearsal else ():
        line = words.line(one.line, check)
        place = {"file": _file(check), "line": str(line)} if line else {}
        if one.cause == Cause.UNEXPLAINED and REFUSED not in check.asked:
            yield command(
                "warning", words.refusal(one), title=f"the restore refuses: {one.statement}", **place
            )


def _work(check: Checked) -> str:
    return f" Work: {words.hours(sum(one.hours for one in check.work))}." if check.work else ""


def _annotation(check: Checked, entry: Entry) -> str:
    finding = entry.finding
    level = _COMMANDS[finding.severity] if entry.state is State.NEW else "notice"
    parts = [finding.message]
    parts += [f"({told})" for told in (words.state(entry), words.where(entry, check)) if told]
    parts += [f"Fix: {finding.fix}"] if finding.fix else []
    parts += [f"Source: {finding.source}"]
    place = {"file": _file(check)} if _file(check) else {}
    place |= {"line": str(line)} if (line := words.line(finding.line, check)) else {}
    title = f"{finding.severity} {finding.id}: {finding.subject}"
    return command(level, "\n".join(parts), title=title, **place)


def _file(check: Checked) -> str:
    return check.origin.label if check.origin and check.origin.via is Via.DUMP else ""


def command(name: str, message: str, **properties: str) -> str:
    """Return a workflow command; nothing in its parts ends it, or begins another."""
    told = ",".join(f"{key}={_property(value)}" for key, value in sorted(properties.items()) if value)
    return f"::{name}{' ' if told else ''}{told}::{_data(message)}"


def _data(text: str) -> str:
    return visible(text, keep="\n").replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
