"""Steps done in the console, told in prose."""

from collections.abc import Mapping, Sequence

from rdscheck.runbook.model import Piece
from rdscheck.runbook.reading.markdown import Part


def acts(_parts: Sequence[Part]) -> Mapping[int, tuple[Piece, ...]]:
    """Return the acts that a page's prose tells, by the place of the prose among the parts."""
    return {}
