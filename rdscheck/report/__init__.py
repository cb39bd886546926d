"""Reports: pure functions from a ``Run`` to JSON and markdown, and the one place that writes them."""

from rdscheck.report.markdown import matrix, version_page
from rdscheck.report.serial import dump, dumps, load, loads, schema
from rdscheck.report.summary import exit_code, verdict
from rdscheck.report.write import page_name, render, write

__all__ = [
    "dump",
    "dumps",
    "exit_code",
    "load",
    "loads",
    "matrix",
    "page_name",
    "render",
    "schema",
    "verdict",
    "version_page",
    "write",
]
