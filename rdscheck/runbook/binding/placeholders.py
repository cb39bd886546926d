"""The placeholders of a page: which words of its blocks stand for the reader's own."""

import re
from collections.abc import Iterator

from rdscheck.runbook.binding.edits import alone
from rdscheck.runbook.binding.fitting import Role
from rdscheck.runbook.binding.made import LOOKED_AT, Made, made, pieces
from rdscheck.runbook.binding.occurrences import Occurrence, scan
from rdscheck.runbook.model import Page, Placeholder

#: Words of one joined command whose lines are looked for; nobody reads a list of more.
_MANY = 200

__all__ = ["Role", "find"]


def find(page: Page, known: Made | None = None) -> tuple[Placeholder, ...]:
    """Return what stands for the reader's own in the blocks of a page that run, in the order it comes.

    A word counts once, with all its lines. Its role is the first one that its surroundings tell.
    """
    known = known or made(page)
    lines = page.text.split("\n")
    seen: dict[str, set[int]] = {}
    roles: dict[str, Role] = {}
    for block in page.blocks:
        if block.kind not in LOOKED_AT:
            continue
        parts = pieces(block)
        for index, (text, line) in enumerate(parts):
            end = parts[index + 1][1] - 1 if index + 1 < len(parts) else block.end
            found = scan(text, block.kind, known)
            for one in found:
                roles[one.text] = roles.get(one.text) or one.role
            for word, at in _lines(lines[line - 1 : end], text, found):
                seen.setdefault(word, set()).add(line + at)
    return tuple(Placeholder(text, roles[text].value, tuple(sorted(at))) for text, at in _ordered(seen))


def _lines(lines: list[str], text: str, found: list[Occurrence]) -> Iterator[tuple[str, int]]:
    """Return each word with the number of its line, from 0 at the first one of the text."""
    own = text.split("\n")
    if len(lines) <= 1 or [line.strip() for line in lines[: len(own)]] == [line.strip() for line in own]:
        at = number = 0
        for one in found:
            number += text.count("\n", at, one.start)
            at = one.start
            yield one.text, number
        return
    # The text of a piece may be joined from several lines: the page's own lines say which.
    for word in list(dict.fromkeys(one.text for one in found))[:_MANY]:
        pattern = re.compile(alone(word))
        there = [number for number, line in enumerate(lines) if pattern.search(line)]
        yield from ((word, number) for number in there or [0])


def _ordered(seen: dict[str, set[int]]) -> list[tuple[str, set[int]]]:
    return sorted(seen.items(), key=lambda item: (min(item[1]), item[0]))
