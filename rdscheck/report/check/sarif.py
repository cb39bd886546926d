"""A check as SARIF 2.1.0, for code scanning: a result per finding, at the dump's line where there is one."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from rdscheck.assess.checked import Checked, Checks, Entry, Missed, State, Trouble
from rdscheck.assess.facts import Via
from rdscheck.assess.finding import Severity
from rdscheck.assess.rehearsing.explaining import Cause
from rdscheck.assess.rehearsing.telling import REFUSED, Met
from rdscheck.assess.rule import Rule
from rdscheck.report.check import words
from rdscheck.report.serial import encoded
from rdscheck.report.text import code, md, visible

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.BLOCKER: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def sarif(checks: Checks) -> str:
    """Return the report of checks: a run of its own for each source."""
    runs = [_run(checks, one) for one in checks.checks]
    return encoded({"$schema": _SCHEMA, "version": "2.1.0", "runs": runs})


def _run(checks: Checks, check: Checked) -> dict[str, Any]:
    ids = sorted({one.finding.id for one in check.entries} | (set(check.asked) & set(checks.rules)))
    index = {id_: number for number, id_ in enumerate(ids)}
    compared = any(one.state is State.BASELINE for _, one in checks.entries)
    driver: dict[str, Any] = {
        "name": "rdscheck",
        "rules": [_rule(id_, checks.rules.get(id_)) for id_ in ids],
    }
    if checks.version:
        driver["version"] = checks.version
    missed = [_notification(check, one) for one in check.missed]
    missed += [{"level": "note", "message": {"text": visible(one)}} for one in words.rehearsal(check)]
    missed += [_met(check, one) for one in (check.rehearsal.met if check.rehearsal else ())]
    if check.trouble:
        missed.append({"level": "error", "message": {"text": visible(check.message)}})
    return {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"rdscheck/{check.target}/{_quoted(check.name)}/"},
        "columnKind": "unicodeCodePoints",
        "results": [_result(check, one, index, compared=compared) for one in check.entries],
        "invocations": [
            {
                "executionSuccessful": check.trouble is None and checks.complete,
                "toolExecutionNotifications": missed
                + [{"level": "note", "message": {"text": visible(one)}} for one in checks.remarks],
                **(
                    {"exitCodeDescription": words.verdict(check)}
                    if check.trouble is Trouble.UNREADABLE
                    else {}
                ),
            }
        ],
        "properties": {
            "verdict": words.verdict(check),
            "source": check.name,
            "target": check.target,
            "hours": {group: round(total, 2) for group, total, _ in words.effort(check)},
        },
    }


def _rule(id_: str, rule: Rule | None) -> dict[str, Any]:
    found: dict[str, Any] = {"id": id_}
    if rule is not None:
        known = f"Source: {rule.source} ({rule.date}, {rule.certainty})."
        found |= {
            "shortDescription": {"text": rule.problem},
            "fullDescription": {"text": rule.why},
            "help": {
                "text": f"{rule.problem}\n{rule.why}\n{rule.fix}\n{known}",
                "markdown": f"{md(rule.problem)}\n\n{md(rule.why)}\n\n{md(rule.fix)}\n\n{md(known)}",
            },
            "defaultConfiguration": {"level": _LEVELS[rule.severity]},
            "properties": {"tags": [rule.group], "certainty": rule.certainty.value},
        }
        if rule.source.startswith("https://"):
            found["helpUri"] = quote(rule.source, safe="/:?#@!$&'*+,=%~-._()")
    return found


def _result(check: Checked, entry: Entry, index: dict[str, int], *, compared: bool) -> dict[str, Any]:
    """Return a result; ``compared`` tells that some are known from a baseline, so that the others are new."""
    finding = entry.finding
    text = f"{finding.message}\nFix: {finding.fix}" if finding.fix else finding.message
    found: dict[str, Any] = {
        "ruleId": finding.id,
        "ruleIndex": index[finding.id],
        "level": _LEVELS[finding.severity],
        # Braces would be placeholders for arguments, brackets links.
        "message": {"text": _message(text), "markdown": f"{md(finding.message)} {code(finding.fix)}".strip()},
        "locations": [_location(check, finding.line, finding.database, finding.subject)],
        "partialFingerprints": {
            "rdscheck/v1": _quoted(f"{finding.id}/{finding.database}/{finding.subject}", "/ ")
        },
        "properties": {
            "severity": finding.severity.value,
            "database": finding.database,
            "source": finding.source,
        },
    }
    if unmet := words.unmet(entry, check):
        found["properties"]["rehearsal"] = "not shown" if unmet.reason else "not met"
        told = f"not show it: {unmet.reason}" if unmet.reason else "not meet it"
        for form, between in (("text", "\n"), ("markdown", " ")):
            found["message"][form] += f"{between}A rehearsed restore did {told}."
    if entry.state is State.SUPPRESSED:
        reason = f"{entry.reason} (until {entry.expires})" if entry.expires else entry.reason
        found["suppressions"] = [{"kind": "external", "status": "accepted", "justification": visible(reason)}]
    if compared and entry.state is not State.SUPPRESSED:
        found["baselineState"] = "unchanged" if entry.state is State.BASELINE else "new"
    return found


def _message(text: str) -> str:
    return (
        visible(text, keep="\n").replace("{", "{{").replace("}", "}}").replace("[", "\\[").replace("]", "\\]")
    )


def _location(check: Checked, line: int, database: str, subject: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    if check.origin is not None and check.origin.via is Via.DUMP:
        physical: dict[str, Any] = {"artifactLocation": {"uri": address(check.origin.label)}}
        if number := words.line(line, check):
            physical["region"] = {"startLine": number}
        found["physicalLocation"] = physical
    logical = [part for part in (database, subject) if part]
    if logical:
        found["logicalLocations"] = [{"fullyQualifiedName": visible("/".join(logical))}]
    return found


def address(label: str) -> str:
    """Return a file's name as a URI reference: relative stays relative."""
    path = Path(label).as_posix()
    told = _quoted(path, "/-._~")
    return f"file://{told}" if path.startswith("/") else told


def _notification(check: Checked, missed: Missed) -> dict[str, Any]:
    found: dict[str, Any] = {
        "level": "warning" if missed.matters else "note",
        "message": {"text": visible(words.missing(missed))},
    }
    if location := _location(check, missed.line, missed.database):
        found["locations"] = [location]
    return found


def _met(check: Checked, met: Met) -> dict[str, Any]:
    """Return a notification of what the rehearsed restore met; what no rule explains is a result, too."""
    hidden = met.cause == Cause.UNEXPLAINED and REFUSED not in check.asked
    found = {
        "level": "warning" if hidden else "note",
        "message": {"text": visible(f"{met.statement}: {words.refusal(met)}")},
    }
    location = _location(check, met.line, "")
    return found | ({"locations": [location]} if location else {})


def _quoted(text: str, safe: str = "") -> str:
    # Names of files may hold bytes that are no text.
    return quote(text.encode("utf-8", "backslashreplace"), safe=safe)
