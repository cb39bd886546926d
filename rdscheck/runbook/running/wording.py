"""One sentence for what went wrong."""

import re

from rdscheck.runbook.model import Printed

_ERROR = re.compile(r"(?:^|: )(?:ERROR|FATAL|PANIC): +(.*)", re.MULTILINE)
_SHOWN_ERROR = re.compile(
    r"\b(?:ERROR|FATAL|PANIC):|\berror:|\bError\b|An error occurred|permission denied|does not exist"
)
_PROMPT = re.compile(r"\s+")
_FOOTER = re.compile(r"\(\d+ rows?\)")
_LONGEST = 300


def error_of(printed: Printed) -> str:
    """Return the error of a piece in one line: the server's own words where there are some."""
    return error_of_text(printed.output, printed.ended, printed.sqlstate, printed.status)


def error_of_text(output: str, ended: str, sqlstate: str, status: int) -> str:
    """Return the error in what was printed, in one line."""
    if ended:
        return f"ended by the {ended}" if "limit" in ended else f"ended by {ended}"
    if found := _ERROR.search(output):
        state = f" (SQLSTATE {sqlstate})" if sqlstate else ""
        return f"{_one_line(found[1])}{state}"
    lines = [line for line in output.splitlines() if line.strip()]
    if not lines:
        return f"it ended with status {status} and printed nothing"
    told = next((line for line in lines if re.search("error|denied|cannot|invalid", line, re.I)), lines[-1])
    return _one_line(told)


def fails_as_shown(text: str) -> bool:
    """Tell whether an output of the page is that of a refusal."""
    return _SHOWN_ERROR.search(text) is not None


def differing(diff: str) -> str:
    """Return the first difference of a diff as a sentence."""
    lines = [line for line in diff.splitlines() if not _FOOTER.fullmatch(line[1:])] or diff.splitlines()
    page = next((line[1:] for line in lines if line.startswith("-")), None)
    printed = next((line[1:] for line in lines if line.startswith("+")), None)
    if page is not None and printed is not None:
        return f'the page has "{_one_line(page)}", printed was "{_one_line(printed)}"'
    if page is not None:
        return f'the page has "{_one_line(page)}", which was not printed'
    return f'"{_one_line(printed or "")}" was printed, which the page does not have'


def _one_line(text: str) -> str:
    line = _PROMPT.sub(" ", text).strip()
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + "…"
