"""Printing: data to standard output, everything else to standard error."""

import io
import json
import sys
from typing import Any

from rich.console import Console as RichConsole
from rich.control import Control
from rich.segment import ControlType
from rich.table import Table
from rich.text import Text

from rdscheck.report.text import visible


def _shown(text: str) -> str:
    """Return text that does nothing to a terminal: names of databases and files are anybody's."""
    return visible(text, keep="\n\t")


class Console:
    """Where a command prints. Colour only on a terminal, and not with NO_COLOR."""

    def __init__(self) -> None:
        self.out = RichConsole(highlight=False, soft_wrap=True)
        self.err = RichConsole(stderr=True, highlight=False, soft_wrap=True)
        self._progress = False

    @property
    def interactive(self) -> bool:
        """Tell whether progress may be drawn."""
        return self.err.is_terminal and not self.err.is_dumb_terminal

    def data(self, text: str) -> None:
        """Print a line of the answer."""
        self._clear()
        print(text, file=sys.stdout)

    def document(self, text: str, encoding: str | None = None) -> None:
        """Print a whole report; one that says its encoding itself is written in that.

        What the encoding cannot express is written as an escape.
        """
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding=encoding, errors="backslashreplace")
        self.data(text.removesuffix("\n"))

    def json(self, value: Any) -> None:
        """Print the answer for programs."""
        self.data(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False))

    def note(self, text: str) -> None:
        """Print progress or a remark."""
        self._clear()
        self.err.print(Text(_shown(text)))

    def progress(self, text: str) -> None:
        """Show what is done at the moment, on a terminal only: whatever comes next takes its place."""
        if self.interactive:
            shown = Text(_shown(text))
            shown.truncate(max(1, self.err.width - 1), overflow="ellipsis")
            self._clear()
            self.err.print(shown, end="")
            self._progress = True

    def _clear(self) -> None:
        if self._progress:
            self.err.control(Control((ControlType.CARRIAGE_RETURN,), (ControlType.ERASE_IN_LINE, 2)))
            self._progress = False

    def styled(self, text: str, style: str) -> None:
        """Print a line of the answer for a terminal."""
        self._clear()
        self.out.print(Text(text, style=style))

    def error(self, message: str, hint: str | None = None) -> None:
        """Print a mistake in one line, and the next step."""
        self._clear()
        line = Text("rdscheck: ", style="bold red")
        line.append(_shown(message), style="default")
        self.err.print(line)
        if hint:
            self.err.print(Text(f"  next: {_shown(hint)}"))

    def table(self, columns: list[str], rows: list[list[str]]) -> None:
        """Print rows: aligned for people, separated by tabs for programs."""
        if not self.out.is_terminal:
            for row in rows:
                self.data("\t".join(row))
            return
        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in columns:
            table.add_column(column, overflow="fold")
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        self.out.print(table)
