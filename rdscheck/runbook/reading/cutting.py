r"""A code block that holds several: command lines, and what is typed into psql between them.

Pages show both in one fence: ``$ psql -h host`` and below it ``labdb=> SELECT 1;``. One runs as a command
line and the other as statements, so they become blocks of their own, each with its own lines.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from rdscheck.runbook.reading import commands, kinds, transcripts
from rdscheck.runbook.reading.markdown import Part


def cut(part: Part) -> Iterator[Part]:
    """Return a code block as the blocks it holds, mostly itself alone."""
    lines = part.text.split("\n")
    places = _places(lines) if part.text.strip() else []
    for start, end in pairwise([0, *places, len(lines)]):
        yield replace(part, text="\n".join(lines[start:end]), line=part.line + start, end=part.line + end - 1)


def _places(lines: list[str]) -> list[int]:
    """Return the lines, from 0, at which something else begins to be typed."""
    turns = [(at, shell) for at, line in enumerate(lines) if (shell := _is_shell(line)) is not None]
    found = [at for (_, before), (at, shell) in pairwise(turns) if shell is not before]
    return list(_moved(lines, found)) if any("psql" in line for line in lines) else found


def _moved(lines: list[str], found: list[int]) -> Iterator[int]:
    """Return the places, those behind the command that opens psql moved up to it.

    What psql says as it begins, and what is typed into it without a prompt, is not the shell's any more.
    """
    shell = commands.is_command(kinds.first_line(lines))
    behind = _behind_psql(lines, 0, found[0] if found else len(lines)) if shell else None
    for start, end in pairwise([*found, len(lines)]):
        yield start if behind is None else behind
        behind = _behind_psql(lines, start, end) if _is_shell(lines[start]) else None
    if behind is not None and kinds.begins_sql("\n".join(lines[behind:])):
        yield behind


def _behind_psql(lines: list[str], start: int, end: int) -> int | None:
    """Return the line behind the command that opens psql, if there is one and something follows it."""
    behind = commands.behind_psql("\n".join(lines[start:end]))
    return None if behind is None or start + behind >= end else start + behind


def _is_shell(line: str) -> bool | None:
    """Tell whether a line has the prompt of a shell or of psql; None if it has neither."""
    if commands.prompt(line) is not None and commands.is_command(line):
        return True
    return False if transcripts.is_typed(line) else None
