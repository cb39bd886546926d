"""A runbook as one HTML file that needs nothing else: no script, no font, no picture."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from rdscheck.report.runbook import words
from rdscheck.report.text import visible
from rdscheck.runbook.model import Verdict
from rdscheck.runbook.running.results import Results

_TEMPLATES = Path(__file__).parents[1] / "templates"
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
    rendered = (
        _environment().get_template("runbook.html.j2").render(results=results, words=words, classes=_CLASSES)
    )
    return "\n".join(line.rstrip() for line in rendered.split("\n") if line.strip()) + "\n"


def _address(value: str) -> str:
    """Return an address that a link may lead to; anything else leads nowhere."""
    return value if value.startswith("https://") else "#"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value, keep="\n") if type(value) is str else value,
    )
    environment.filters["address"] = _address
    return environment
