"""Changes of a text: stretches and what is written instead."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Edit:
    """A stretch of a text and what is written instead."""

    start: int
    end: int
    new: str
    name: str = ""  # the placeholder, where the whole stretch is one
    plain: str = ""  # its value as a program prints it, without quotes


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with the changes made; they do not overlap."""
    parts, at = [], 0
    for edit in sorted(edits):
        parts += [text[at : edit.start], edit.new]
        at = edit.end
    return "".join(parts) + text[at:]


def changes(text: str, edits: Iterable[Edit]) -> Iterator[tuple[str, str]]:
    """Return what now stands there and what stood there, each with the rest of the word it is part of."""
    ordered = sorted(edits)
    index = 0
    while index < len(ordered):
        first, last = ordered[index].start, ordered[index].end
        group = [ordered[index]]
        while first > 0 and _of_word(text[first - 1]):
            first -= 1
        while True:
            while last < len(text) and _of_word(text[last]):
                last += 1
            if index + 1 < len(ordered) and ordered[index + 1].start <= last:
                index += 1
                group.append(ordered[index])
                last = max(last, ordered[index].end)
            else:
                break
        index += 1
        yield (
            edited(text[first:last], (Edit(e.start - first, e.end - first, e.new) for e in group)),
            text[first:last],
        )


def alone(text: str) -> str:
    """Return a pattern for a text that is no part of a longer word, name with hyphens, or address."""
    before = r"(?<![\w-])" if text[:1].isalnum() or text[:1] == "_" else ""
    after = r"(?![\w-])" if text[-1:].isalnum() or text[-1:] == "_" else ""
    if text[:1] == "*":  # more stars are another password
        before, after = r"(?<!\*)", r"(?!\*)"
    if text[:1].isdigit():
        before += r"(?<!\d\.)"
    if text[-1:].isdigit():
        after += r"(?!\.\d)"
    return before + re.escape(text) + after


def _of_word(character: str) -> bool:
    return character.isalnum() or character in "_-"
