"""Lines of text for terminals: 80 columns where words allow it, with styles."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rich.cells import cell_len

from rdscheck.report.text import one_line

WIDTH = 80


@dataclass(frozen=True)
class Line:
    """One line of text, and a style for terminals."""

    text: str = ""
    style: str = ""


def wrapped(
    line: str, first: str = "", rest: str | None = None, style: str = "", keep: int = 0
) -> Iterator[Line]:
    """Yield a text wrapped at spaces; a word that is too long for a line stands on its own, whole.

    The first ``keep`` characters stay as they are.
    """
    indent, current = first, line[:keep]
    used = cell_len(current)
    following = first if rest is None else rest
    for word in re.split(r"\s+", one_line(line[keep:])):
        length = cell_len(word)
        if current and len(indent) + used + 1 + length > WIDTH:
            yield Line(indent + current, style)
            indent, current, used = following, "", 0
        glue = " " if current and word != ":" else ""
        current = f"{current}{glue}{word}"
        used += len(glue) + length
    yield Line(indent + current, style)
