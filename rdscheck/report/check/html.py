"""A check as one HTML file that needs nothing else: no script, no font, no picture."""

from rdscheck.assess.checked import Checks, State, counts
from rdscheck.assess.finding import Severity
from rdscheck.report.check import words
from rdscheck.report.check.rollup import rollup
from rdscheck.report.page import page


def html(checks: Checks) -> str:
    """Return the report of checks."""
    return page(
        "check.html.j2",
        checks=checks,
        rows=rollup(checks) if len(checks.checks) > 1 else (),
        places={check.name: number for number, check in enumerate(checks.checks, 1)},
        words=words,
        severities=list(Severity),
        suppressed=State.SUPPRESSED,
        baseline=State.BASELINE,
        counts=counts,
    )
