"""Everything one page needs on one version, opened and closed: lab, names, set-up files."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rdscheck.errors import RdscheckError, UsageError
from rdscheck.runbook.acting import Configuration, Lab
from rdscheck.runbook.binding.binder import Binder
from rdscheck.runbook.binding.premises import premises
from rdscheck.runbook.lab.lab import open_lab
from rdscheck.runbook.model import Kind, Page
from rdscheck.runbook.reading import read
from rdscheck.runbook.running.runner import Runner
from rdscheck.runbook.running.wording import error_of_text
from rdscheck.sandbox.engine import Engine

#: Set-up files have more time than a block: they may fill tables.
_SETUP_SECONDS = 300.0


@dataclass(frozen=True)
class Order:
    """A page that is to be run, and what was said of it."""

    page: Page
    configuration: Configuration = field(default_factory=Configuration)
    binds: Mapping[str, str] = field(default_factory=dict)
    lines: Collection[int] = ()  # of the blocks that are wanted; empty: all


@contextmanager
def opened(order: Order, version: str, engine: Engine) -> Iterator[Runner]:
    """Give what runs the blocks of a page; its sandbox ends with the block.

    Raises ``EngineUnavailable`` when the version cannot run here, ``UsageError`` for names and lines that
    do not fit the page, and ``RdscheckError`` when a set-up file fails.
    """
    page, configuration = order.page, order.configuration
    databases = [one.name for one in premises(page).databases]
    with open_lab(version, engine, configuration, page=page, databases=databases) as lab:
        names = Binder(page, configuration, order.binds, lab.value)
        runner = Runner(page, lab, names, configuration, order.lines)
        for path in configuration.setup:
            runner.notes += (set_up(lab, Path(path)),)
        yield runner


def checked(order: Order) -> Order:
    """Return the order as it is; raises ``UsageError`` for names and lines that do not fit the page."""
    Binder(order.page, order.configuration, order.binds)
    return order


def set_up(lab: Lab, path: Path) -> str:
    """Run the statements of a file as the master user, and return a note that says so."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the set-up file {path.name} cannot be read: {error}") from error
    fence = "`" * 3
    while fence in text:
        fence += "`"
    pieces = [
        piece for block in read(path.name, f"{fence}sql\n{text}\n{fence}\n").blocks for piece in block.pieces
    ]
    for piece in pieces:
        done = lab.run(Kind.SQL, piece.text, _SETUP_SECONDS)
        if done.not_run or done.status or done.ended:
            # The fence is the first line of what was read.
            told = done.not_run or error_of_text(done.output, done.ended, done.sqlstate, done.status)
            raise RdscheckError(
                f"the set-up file {path.name} fails at line {piece.line - 1}: {told}",
                hint="its statements are run by psql as the master user, in the database the page begins in",
            )
    plural = "" if len(pieces) == 1 else "s"
    return f"the set-up file {path.name} was run: {len(pieces)} statement{plural}"
