"""Set-up files: SQL that is run as the master user before the first block of a page."""

from pathlib import Path

from rdscheck.errors import RdscheckError, UsageError
from rdscheck.runbook.acting import Lab
from rdscheck.runbook.model import Kind
from rdscheck.runbook.reading import read
from rdscheck.runbook.running.wording import error_of_text

#: Set-up files have more time than a block: they may fill tables.
_SECONDS = 300.0


def text_of(path: Path) -> str:
    """Return the text of a set-up file; raises ``UsageError`` when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the set-up file {path.name} cannot be read: {error}") from error


def set_up(lab: Lab, path: Path) -> str:
    """Run the statements of a file, and return a note that says so; raises ``RdscheckError`` if one fails."""
    text = text_of(path)
    fence = "`" * 3
    while fence in text:
        fence += "`"
    page = read(path.name, f"{fence}sql\n{text}\n{fence}\n")
    pieces = [piece for block in page.blocks for piece in block.pieces]
    for piece in pieces:
        done = lab.run(Kind.SQL, piece.text, _SECONDS)
        if done.not_run or done.status or done.ended:
            told = done.not_run or error_of_text(done.output, done.ended, done.sqlstate, done.status)
            # The fence was the first line of what was read.
            raise RdscheckError(
                f"the set-up file {path.name} fails at line {piece.line - 1}: {told}",
                hint="its statements are run by psql as the master user, in the database the page begins in",
            )
    plural = "" if len(pieces) == 1 else "s"
    return f"the set-up file {path.name} was run: {len(pieces)} statement{plural}"
