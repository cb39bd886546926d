"""A check as one HTML file that needs nothing else: no script, no font, no picture."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from rdscheck.assess.checked import Checks, State, counts
from rdscheck.assess.finding import Severity
from rdscheck.report.check import words
from rdscheck.report.check.rollup import rollup
from rdscheck.report.text import visible

_TEMPLATES = Path(__file__).parents[1] / "templates"


def html(checks: Checks) -> str:
    """Return the report of checks."""
    rendered = (
        _environment()
        .get_template("check.html.j2")
        .render(
            checks=checks,
            rows=rollup(checks) if len(checks.checks) > 1 else (),
            places={check.name: number for number, check in enumerate(checks.checks, 1)},
            words=words,
            severities=list(Severity),
            suppressed=State.SUPPRESSED,
            baseline=State.BASELINE,
            counts=counts,
        )
    )
    return "\n".join(line for line in rendered.split("\n") if line.strip()) + "\n"


def _seen(value: object) -> str:
    return visible(str(value), keep="\n")


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
        finalize=lambda value: _seen(value) if type(value) is str else value,
    )
    environment.filters["address"] = _address
    return environment
