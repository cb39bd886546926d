"""The placeholders of a page: which words of its blocks stand for the reader's own."""

import re

from rdscheck.runbook.binding.fitting import Role
from rdscheck.runbook.binding.made import LOOKED_AT, Made, made, pieces
from rdscheck.runbook.binding.occurrences import scan
from rdscheck.runbook.model import Page, Placeholder

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
            here: set[str] = set()
            for found in scan(text, block.kind, known):
                roles[found.text] = roles.get(found.text) or found.role
                here.add(found.text)
            for word in here:
                seen.setdefault(word, set()).update(_lines(lines, word, line, end))
    return tuple(Placeholder(text, roles[text].value, tuple(sorted(at))) for text, at in _ordered(seen))


def _lines(lines: list[str], word: str, first: int, last: int) -> set[int]:
    # The text of a piece may be joined from several lines: the page's own lines say which.
    pattern = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])" if word[:1].isalnum() else re.escape(word))
    found = {
        number
        for number in range(first, last + 1)
        if number <= len(lines) and pattern.search(lines[number - 1])
    }
    return found or {first}


def _ordered(seen: dict[str, set[int]]) -> list[tuple[str, set[int]]]:
    return sorted(seen.items(), key=lambda item: (min(item[1]), item[0]))
