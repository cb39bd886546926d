"""The formats of a check by name."""

from collections.abc import Callable, Mapping

from rdscheck.assess.checked import Checks
from rdscheck.report.check.github import github
from rdscheck.report.check.html import html
from rdscheck.report.check.junit import junit
from rdscheck.report.check.markdown import markdown
from rdscheck.report.check.sarif import sarif
from rdscheck.report.check.serial import dumps
from rdscheck.report.check.text import text

FORMATS: Mapping[str, Callable[[Checks], str]] = {
    "text": text,
    "json": dumps,
    "markdown": markdown,
    "html": html,
    "sarif": sarif,
    "junit": junit,
    "github": github,
}


def render(checks: Checks, form: str) -> str:
    """Return the text of a report in one of the formats."""
    return FORMATS[form](checks)
