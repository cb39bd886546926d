r"""A code block that holds two: the command that opens psql, and what is typed in there.

Pages show both in one fence: ``$ psql -h host`` and below it ``labdb=> SELECT 1;``. One runs as a command
line and the other as statements, so they become two blocks, each with its own lines.
"""

from collections.abc import Iterator
from dataclasses import replace

from rdscheck.runbook.reading import commands, kinds, transcripts
from rdscheck.runbook.reading.markdown import Part


def cut(part: Part) -> Iterator[Part]:
    """Return a code block as the blocks it holds, mostly itself alone."""
    while (rest := _rest(part)) is not None:
        number = rest
        lines = part.text.split("\n")
        yield _lines(part, lines, 0, number)
        end = _left(lines, number)
        yield _lines(part, lines, number, end)
        if end == len(lines):
            return
        part = _lines(part, lines, end, len(lines))
    yield part


def _lines(part: Part, lines: list[str], start: int, end: int) -> Part:
    return replace(part, text="\n".join(lines[start:end]), line=part.line + start, end=part.line + end - 1)


def _rest(part: Part) -> int | None:
    """Return the line of a block, from 0, from which on it is typed into psql; None if there is none."""
    if "psql" not in part.text:
        return None
    lines = part.text.split("\n")
    if not any(line.strip() for line in lines) or not commands.is_command(kinds.first_line(lines)):
        return None
    behind = commands.behind_psql(part.text)
    if behind is None:
        return None
    rest = lines[behind:]
    typed = transcripts.is_psql(rest) or kinds.begins_sql("\n".join(rest))
    return behind if typed else None


def _left(lines: list[str], start: int) -> int:
    r"""Return the line at which a shell's prompt stands again, behind ``\q`` or without it."""
    for at in range(start, len(lines)):
        if commands.prompt(lines[at]) is not None and commands.is_command(lines[at]):
            return at
    return len(lines)
