"""Where reports go: standard output, a file, GitHub's summary."""

import os
from pathlib import Path

from rdscheck.assess.checked import Checks
from rdscheck.assess.whole import write_whole
from rdscheck.cli.console import Console
from rdscheck.errors import RdscheckError, UsageError
from rdscheck.report.check.github import SUMMARY_BYTES, summary
from rdscheck.report.check.text import lines
from rdscheck.report.check.write import render

_SUMMARY = "GITHUB_STEP_SUMMARY"


def check_output(path: Path | None, option: str = "-o") -> None:
    """Find out before the work, not after it, that what an option names cannot be written."""
    if path is None:
        return
    if path.is_dir() or not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
        raise UsageError(f"{option} {path}: not writable", hint="give a file in a directory you may write to")


def check_directory(path: Path, option: str) -> None:
    """Find out before the work that a directory, there or not yet, cannot be written to."""
    there = next(one for one in (path.absolute(), *path.absolute().parents) if one.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise UsageError(f"{option} {path}: not writable", hint="give a directory you may write to")


def show(checks: Checks, form: str, output: Path | None, console: Console) -> None:
    """Print the report, or write it to ``output``; raises ``RdscheckError`` where that fails."""
    if output:
        write_file(output, render(checks, form))
        console.note(f"report: {output}")
    elif form == "text" and console.out.is_terminal:
        for line in lines(checks):
            console.styled(line.text, line.style)
    else:
        console.document(render(checks, form), None if form == "text" else "utf-8")
    if form == "github" and (path := os.environ.get(_SUMMARY)):
        _append_summary(Path(path), checks)


def write_file(path: Path, text: str) -> None:
    """Write a report whole or not at all; raises ``RdscheckError`` where that fails."""
    try:
        write_whole(path, text.encode())
    except OSError as error:
        raise RdscheckError(f"cannot write {path}: {error.strerror}") from error


def _append_summary(path: Path, checks: Checks) -> None:
    try:
        used = path.stat().st_size if path.exists() else 0
        with path.open("a", encoding="utf-8") as file:
            file.write(summary(checks, max(0, SUMMARY_BYTES - used)))
    except OSError as error:
        raise RdscheckError(f"cannot write the summary {path}: {error.strerror}") from error
