"""Statements named by their beginning, for subjects of findings."""

from collections import Counter
from collections.abc import Iterable, Iterator

_LENGTH = 60


def beginning(text: str) -> str:
    """Return the beginning of a statement in one line."""
    line = " ".join(text.split())
    return line if len(line) <= _LENGTH else f"{line[: _LENGTH - 1]}…"


def told_apart(subjects: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield subjects, given with their databases: one that was there before is followed by its number.

    Findings of one subject would be one, and a line of a dump would be lost.
    """
    seen: Counter[tuple[str, str]] = Counter()
    for database, subject in subjects:
        seen[database, subject] += 1
        number = seen[database, subject]
        yield subject if number == 1 else f"{subject} ({number})"
