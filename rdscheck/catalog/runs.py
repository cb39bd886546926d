"""Extension lists, run-length coded: one row says from which to which engine version a fact holds.

AWS prints one column per engine version; most cells repeat their neighbour. A row
``rds,15,vector,0.8.0,15.10,15.14-R2`` stands for all lists from the first to the last
of these two, in the order of versions, and nothing in between is skipped.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from rdscheck.errors import RdscheckError


@dataclass(frozen=True)
class Cell:
    """One extension in the list of one engine version."""

    engine_version: str
    extension: str
    version: str
    source: str


@dataclass(frozen=True)
class Span:
    """The same cell in neighbouring lists, ``first`` and ``last`` included."""

    extension: str
    version: str
    first: str
    last: str
    source: str


def encode(cells: Iterable[Cell], lists: Sequence[str]) -> list[Span]:
    """Return the spans of cells; ``lists`` are the engine versions that have one, ascending.

    Raises ``RdscheckError`` for a cell of another engine version and for a second cell of the
    same extension in one list.
    """
    place = {version: number for number, version in enumerate(lists)}
    found: dict[tuple[str, int], Cell] = {}
    for cell in cells:
        if cell.engine_version not in place:
            raise RdscheckError(f"{cell.extension}: no list of extensions is called {cell.engine_version}")
        key = cell.extension, place[cell.engine_version]
        if key in found:
            raise RdscheckError(f"{cell.extension} stands twice in the list of {cell.engine_version}")
        found[key] = cell
    spans = []
    ordered = sorted(found.items())
    # Number minus rank is the same within a stretch without holes.
    stretches = groupby(
        enumerate(ordered),
        key=lambda it: (it[1][0][0], it[1][1].version, it[1][1].source, it[1][0][1] - it[0]),
    )
    for (extension, version, source, _), members in stretches:
        cells_here = [cell for _, (_, cell) in members]
        spans.append(
            Span(extension, version, cells_here[0].engine_version, cells_here[-1].engine_version, source)
        )
    return spans


def decode(spans: Iterable[Span], lists: Sequence[str]) -> Iterator[Cell]:
    """Yield the cells of spans, span by span.

    Raises ``RdscheckError`` for a span that begins or ends outside of ``lists`` or backwards.
    """
    place: Mapping[str, int] = {version: number for number, version in enumerate(lists)}
    for span in spans:
        first, last = place.get(span.first), place.get(span.last)
        if first is None or last is None or first > last:
            raise RdscheckError(f"{span.extension}: {span.first} to {span.last} is no stretch of versions")
        for version in lists[first : last + 1]:
            yield Cell(version, span.extension, span.version, span.source)
