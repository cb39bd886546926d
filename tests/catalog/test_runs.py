"""Run-length coded lists: there and back, nothing lost, nothing added."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdscheck.catalog.runs import Cell, Span, decode, encode
from rdscheck.errors import RdscheckError

LISTS = ["15.2", "15.3", "15.3-R2", "15.4", "15.10"]
cells = st.dictionaries(
    st.tuples(st.sampled_from(LISTS), st.sampled_from(["hstore", "vector", "cube"])),
    st.tuples(st.sampled_from(["1.0", "1.1"]), st.sampled_from(["page", "notes"])),
).map(lambda found: [Cell(*key, *value) for key, value in found.items()])


@given(cells)
def test_cells_survive_the_trip(original: list[Cell]) -> None:
    spans = encode(original, LISTS)
    back = list(decode(spans, LISTS))
    assert sorted(back, key=repr) == sorted(original, key=repr)
    assert encode(reversed(back), LISTS) == spans


@given(cells)
def test_neighbouring_spans_differ(original: list[Cell]) -> None:
    spans = encode(original, LISTS)
    for one, other in pairwise(spans):
        touching = one.extension == other.extension and LISTS.index(one.last) + 1 == LISTS.index(other.first)
        assert not touching or (one.version, one.source) != (other.version, other.source)


def test_a_hole_ends_a_span() -> None:
    original = [Cell(version, "cube", "1", "p") for version in ("15.2", "15.3", "15.10")]
    assert encode(original, LISTS) == [
        Span("cube", "1", "15.2", "15.3", "p"),
        Span("cube", "1", "15.10", "15.10", "p"),
    ]


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(RdscheckError, match=r"no list of extensions is called 15\.9"):
        encode([Cell("15.9", "cube", "1", "p")], LISTS)
    with pytest.raises(RdscheckError, match="cube stands twice"):
        encode([Cell("15.2", "cube", "1", "p"), Cell("15.2", "cube", "2", "p")], LISTS)
    for first, last in (("15.4", "15.2"), ("15.1", "15.2"), ("15.2", "15.99")):
        with pytest.raises(RdscheckError, match="is no stretch of versions"):
            list(decode([Span("cube", "1", first, last, "p")], LISTS))
