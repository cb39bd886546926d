"""A copy of a page with the outputs that were observed in the place of those that differ.

Only blocks that ran well and printed something else are changed: an error is never accepted as what a page
promises. A line that is the page's own but for what masks hide stays as the page has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rdscheck.runbook.acting import Configuration
from rdscheck.runbook.model import Judged, Ran, Verdict
from rdscheck.runbook.running.comparing import compare, merged
from rdscheck.runbook.running.masking import MASKS, Mask, configured

_FENCES = ("```", "~~~")


@dataclass(frozen=True)
class Accepted:
    """The text of the copy, the lines of blocks whose output was replaced, and of those that kept theirs."""

    text: str
    replaced: tuple[int, ...] = ()
    kept: tuple[int, ...] = ()


@dataclass(frozen=True)
class _Change:
    first: int  # lines of the page, both included
    last: int
    lines: tuple[str, ...]


def accepted(ran: Ran, configuration: Configuration) -> Accepted:
    """Return a copy of a page that was run, with observed outputs where they differ."""
    rules = (*configured(configuration.masks), *MASKS)
    source = ran.page.text.splitlines()
    said = "\n".join(piece.text for block in ran.page.blocks for piece in block.pieces)
    changes: list[_Change] = []
    replaced: list[int] = []
    kept: list[int] = []
    for judged in ran.judged:
        if judged.verdict is not Verdict.DIFFERS or any(one.status for one in judged.printed):
            continue  # what a refusal printed is none of the page's promises
        found = _changes(judged, source, rules, said)
        if any(mark in line for change in found for line in change.lines for mark in _FENCES):
            kept.append(judged.block.line)  # it would end the block early
            continue
        changes += found
        replaced.append(judged.block.line)
    for change in sorted(changes, key=lambda one: -one.first):
        source[change.first - 1 : change.last] = change.lines
    end = "\n" if ran.page.text.endswith("\n") else ""
    return Accepted("\n".join(source) + end, tuple(replaced), tuple(kept))


def _changes(judged: Judged, source: Sequence[str], rules: Sequence[Mask], said: str) -> list[_Change]:
    block = judged.block
    if block.shows:
        output = "\n".join(one.output for one in judged.printed)
        statement = "\n".join(one.piece.text for one in judged.printed)
        return [_change(source, block.line, block.text, merged(block.text, output, statement, rules, said))]
    found = []
    for one in judged.printed:
        piece = one.piece
        if piece.expected is None or not piece.expected_line:
            continue
        if compare(piece.expected, one.output, piece.text, rules=rules, said=said).equal:
            continue
        lines = merged(piece.expected, one.output, piece.text, rules, said)
        found.append(_change(source, piece.expected_line, piece.expected, lines))
    return found


def _change(source: Sequence[str], line: int, text: str, lines: Sequence[str]) -> _Change:
    shown = text.split("\n")
    while shown and not shown[-1].strip():
        shown.pop()
    at = source[line - 1] if line <= len(source) else ""
    first = shown[0] if shown else ""
    # What stands before the block's own text in each line: indentation, or the mark of a quotation.
    prefix = at[: -len(first)] if first and at.endswith(first) else at[: len(at) - len(at.lstrip())]
    return _Change(
        line, line + max(len(shown), 1) - 1, tuple(prefix + one if one.strip() else "" for one in lines)
    )
