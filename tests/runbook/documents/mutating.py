"""Mistakes planted into the text of a page, line for line."""

import re

from tests.runbook.documents.faults import Fault
from tests.runbook.documents.pages import Truth

_FENCE = re.compile(r"\s*(?:```|~~~)")


def planted(text: str, fault: Fault) -> tuple[str, int]:
    """Return a page with the mistake in it, and the line of the block that was left out, or 0."""
    assert text.count(fault.old) >= 1, f"{fault.id}: there is no {fault.old!r}"
    if fault.new is not None:
        changed = text.replace(fault.old, fault.new, 1)
        assert changed.count("\n") == text.count("\n"), f"{fault.id}: lines moved"
        return changed, 0
    lines = text.split("\n")
    at = text[: text.index(fault.old)].count("\n")
    first = max(number for number in range(at) if _FENCE.match(lines[number]))
    last = next(number for number in range(at, len(lines)) if _FENCE.match(lines[number]))
    lines[first : last + 1] = [""] * (last + 1 - first)
    return "\n".join(lines), first + 2


def line_of(text: str, snippet: str, blocks: tuple[Truth, ...]) -> int:
    """Return the line of the first block with a text in it."""
    lines = text.split("\n")
    starts = [one.line for one in blocks]
    for start in starts:
        end = start
        fenced = _FENCE.match(lines[start - 2]) is not None
        while fenced and not _FENCE.match(lines[end - 1]):
            end += 1
        if snippet in "\n" + "\n".join(lines[start - 1 : end if fenced else start]) + "\n":
            return start
    raise AssertionError(f"no block has {snippet!r}")
