"""A runbook as one HTML file that needs nothing else: no script, no font, no picture."""

from rdscheck.report.page import page
from rdscheck.report.runbook import words
from rdscheck.runbook.model import Verdict
from rdscheck.runbook.running.results import Results

_CLASSES = {
    Verdict.PASSED: "passed",
    Verdict.DIFFERS: "differs",
    Verdict.FAILED: "failed",
    Verdict.SIMULATED: "simulated",
    Verdict.NOT_RUNNABLE: "unrun",
    Verdict.NOT_A_COMMAND: "none",
}


def html(results: Results) -> str:
    """Return the report."""
    return page("runbook.html.j2", results=results, words=words, classes=_CLASSES)
