"""The formats of a runbook's report by name."""

from collections.abc import Callable, Mapping

from rdscheck.report.runbook.html import html
from rdscheck.report.runbook.junit import junit
from rdscheck.report.runbook.markdown import markdown
from rdscheck.report.runbook.serial import dumps
from rdscheck.report.runbook.text import text
from rdscheck.runbook.running.results import Results

FORMATS: Mapping[str, Callable[[Results], str]] = {
    "text": text,
    "json": dumps,
    "markdown": markdown,
    "html": html,
    "junit": junit,
}


def render(results: Results, form: str) -> str:
    """Return the text of a report in one of the formats."""
    return FORMATS[form](results)
