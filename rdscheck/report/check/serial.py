"""A check as JSON: ``schema/check.schema.json`` says its form."""

from dataclasses import asdict
from typing import Any

from rdscheck.assess.checked import Checked, Checks, Entry, Missed, Work, counts, exit_code
from rdscheck.assess.rehearsing.telling import Rehearsed
from rdscheck.report.check import words
from rdscheck.report.check.rollup import Row, rollup
from rdscheck.report.serial import encoded, published

SCHEMA = 1
KIND = "check"


def dump(checks: Checks) -> dict[str, Any]:
    """Return checks as plain lists and dicts; equal checks give equal answers."""
    return {
        "schema": SCHEMA,
        "kind": KIND,
        "rdscheck_version": checks.version,
        "complete": checks.complete,
        "anonymous": checks.anonymous,
        "fail_on": checks.threshold.value,
        "exit_code": int(exit_code(checks)),
        "verdict": words.overall(checks),
        "remarks": list(checks.remarks),
        "checks": [_check(one) for one in checks.checks],
        "rollup": [_row(one) for one in rollup(checks)],
        "findings": [_finding(check, entry) for check, entry in checks.entries],
        "not_checked": [_missed(check, one) for check in checks.checks for one in check.missed],
    }


def dumps(checks: Checks) -> str:
    """Return the text of the report."""
    return encoded(dump(checks))


def schema() -> dict[str, Any]:
    """Return the published JSON Schema of the report (draft 2020-12)."""
    return published(KIND)


def _check(check: Checked) -> dict[str, Any]:
    origin = check.origin
    return {
        "name": check.name,
        "target": check.target,
        "target_name": check.target_name,
        "move": check.move,
        "verdict": words.verdict(check),
        "trouble": check.trouble.value if check.trouble else "",
        "message": check.message,
        "origin": {
            "via": origin.via.value if origin else "",
            "version": origin.version if origin else "",
            "flavour": origin.flavour.value if origin else "",
            "format": origin.format if origin else "",
        },
        "counts": {severity.value: number for severity, number in counts(check.open).items()},
        "rules_asked": len(check.asked),
        "hours": [
            {"group": group, "hours": round(total, 2), "parts": [_work(one) for one in some]}
            for group, total, some in words.effort(check)
        ],
        "rehearsal": _rehearsal(check.rehearsal) if check.rehearsal else None,
    }


def _rehearsal(told: Rehearsed) -> dict[str, Any]:
    return {
        "statements": told.statements,
        "passes": told.passes,
        "refused": [asdict(one) for one in told.met],
        "unconfirmed": [asdict(one) for one in told.unconfirmed],
        "assumed_roles": list(told.assumed_roles),
        "options": list(told.options),
        "files": list(told.files),
        "not_run": list(told.not_run),
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "severity": row.severity.value,
        "rule": row.rule,
        "group": row.group,
        "checks": row.sources,
        "findings": row.findings,
        "where": dict(row.where),
    }


def _work(work: Work) -> dict[str, Any]:
    return {
        "rule": work.rule,
        "findings": work.number,
        "first": work.effort.first,
        "each": work.effort.each,
        "hours": round(work.hours, 2),
    }


def _finding(check: Checked, entry: Entry) -> dict[str, Any]:
    finding = entry.finding
    return {
        "check": check.name,
        "id": finding.id,
        "group": finding.group,
        "severity": finding.severity.value,
        "subject": finding.subject,
        "database": finding.database,
        "line": finding.line,
        "message": finding.message,
        "why": finding.why,
        "fix": finding.fix,
        "source": finding.source,
        "date": finding.date,
        "certainty": finding.certainty.value,
        "state": entry.state.value,
        "reason": entry.reason,
        "expires": entry.expires,
        "unmet": (unmet := words.unmet(entry, check)) is not None and not unmet.reason,
    }


def _missed(check: Checked, missed: Missed) -> dict[str, Any]:
    return {
        "check": check.name,
        "what": missed.what,
        "reason": missed.reason,
        "groups": list(missed.groups),
        "database": missed.database,
        "line": missed.line,
        "matters": missed.matters,
        "accepted": missed.accepted,
    }
