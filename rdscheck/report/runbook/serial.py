"""A runbook as JSON: ``schema/runbook.schema.json`` says its form."""

from typing import Any

from rdscheck.report.runbook import words
from rdscheck.report.serial import encoded, published
from rdscheck.runbook.model import Judged, Ran
from rdscheck.runbook.running.results import Results, counts, exit_code

SCHEMA = 1
KIND = "runbook"


def dump(results: Results) -> dict[str, Any]:
    """Return results as plain lists and dicts; equal runs give equal answers."""
    return {
        "schema": SCHEMA,
        "kind": KIND,
        "rdscheck_version": results.rdscheck_version,
        "complete": results.complete,
        "fail_on": "differs" if results.fail_on_differs else "failed",
        "exit_code": int(exit_code(results)),
        "verdict": words.overall(results),
        "pages": [_page(one, on_differs=results.fail_on_differs) for one in results.runs],
        "blocks": [_block(ran, one) for ran in results.runs for one in ran.judged],
        "not_run": [{"version": version, "reason": reason} for version, reason in results.not_run],
    }


def dumps(results: Results) -> str:
    """Return the text of the report."""
    return encoded(dump(results))


def schema() -> dict[str, Any]:
    """Return the published JSON Schema of the report (draft 2020-12)."""
    return published(KIND)


def _page(ran: Ran, *, on_differs: bool) -> dict[str, Any]:
    return {
        "document": ran.page.name,
        "title": ran.page.title,
        "version": ran.version,
        "server": ran.server,
        "verdict": words.verdict(ran, on_differs=on_differs),
        "counts": {verdict.value: number for verdict, number in counts(ran).items()},
        "placeholders": [
            {"text": one.text, "role": one.role, "lines": list(one.lines), "value": one.value, "by": one.by}
            for one in ran.placeholders
        ],
        "expected": words.expectations(ran),
        "known": [
            {"line": one.line, "text": one.text, "key": one.key, "source": one.source}
            for one in words.of_prose(ran)
        ],
        "notes": list(ran.notes),
    }


def _block(ran: Ran, judged: Judged) -> dict[str, Any]:
    block = judged.block
    return {
        "document": ran.page.name,
        "version": ran.version,
        "number": block.number,
        "line": block.line,
        "end": block.end,
        "kind": block.kind.value,
        "headings": list(block.headings),
        "text": block.text,
        "shows": block.shows,
        "verdict": judged.verdict.value,
        "as_expected": judged.as_expected,
        "expected": judged.expected.value if judged.expected else "",
        "reason": judged.reason,
        "detail": judged.detail,
        "basis": judged.basis.value if judged.basis else "",
        "remarks": list(judged.remarks),
        "masks": list(judged.masks),
        "diff": judged.diff,
        "known": [{"text": one.text, "key": one.key, "source": one.source} for one in words.of_block(judged)],
        "pieces": [
            {
                "line": one.piece.line,
                "text": one.piece.text,
                "output": one.output,
                "status": one.status,
                "sqlstate": one.sqlstate,
                "ended": one.ended,
            }
            for one in judged.printed
        ],
    }
