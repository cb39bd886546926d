"""Engine versions in order, ranges of them as AWS's pages write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdscheck.catalog.numbering import base, covers, is_version, near, order_key
from rdscheck.catalog.store import shipped
from rdscheck.errors import RdscheckError

#: Numbers first, so that an order by them can be compared with the order of the texts.
parts = st.tuples(
    st.integers(9, 30),
    st.integers(0, 120),
    st.sampled_from([0, 20240101, 20260514]),
    st.integers(1, 12),
)


def text(version: tuple[int, int, int, int]) -> str:
    major, minor, date, rebuild = version
    again = f"-R{rebuild}" if rebuild > 1 else ""
    return f"{major}.{minor}{again}{f'-rds.{date}' if date else ''}"


@given(parts, parts)
def test_versions_order_as_their_numbers(
    one: tuple[int, int, int, int], other: tuple[int, int, int, int]
) -> None:
    assert (order_key(text(one)) < order_key(text(other))) == (one < other)
    assert is_version(text(one))
    assert base(text(one)) == f"{one[0]}.{one[1]}"


def test_rebuilds_and_builds_come_after_their_base() -> None:
    ordered = [
        "13",
        "13.9",
        "13.23",
        "13.23-R2",
        "13.23-R10",
        "13.23-rds.20260224",
        "13.23-rds.20260514",
        "14",
    ]
    assert sorted(set(ordered), key=order_key) == ordered


@pytest.mark.parametrize(
    "wrong", ["", "x", "15.", ".4", "15.4-R", "15.4-r2", "15-R2", "15.4 ", "\u0661\u0665", "15.4-rds.1"]
)
def test_another_text_is_no_version(wrong: str) -> None:
    assert not is_version(wrong)
    with pytest.raises(RdscheckError, match="is no engine version"):
        order_key(wrong)


@pytest.mark.parametrize(
    ("range_", "inside", "outside"),
    [
        ("11+", ["11", "11.4", "18.6"], ["10", "10.23"]),
        ("18", ["18", "18.1", "18.3-R2"], ["17.11", "19"]),
        ("11-14", ["11.1", "13.23-rds.20260514", "14.24"], ["10.1", "15", "15.1"]),
        (
            "12.20+|13.16+|14.13+|15.8+|16.4+|17+",
            ["12.20", "13.16", "15.10", "16.4-R2", "17.1", "18.6"],
            ["12.19", "12.19-R2", "13.15-R2", "14.12", "15.4", "16.3-R2", "11.22", "15"],
        ),
        (
            "15.2+|16.1+",
            ["15.2", "15.2-R2", "15.19", "16.1", "16.15", "17.1", "18.6"],
            ["15.1", "16.0", "14.24"],
        ),
        ("14.9-R2+|15.4-R2+", ["14.9-R2", "14.10", "15.4-R3", "16.1"], ["14.9", "15.4", "13.23"]),
        (
            "11.21|12.16|13.12|14.9|15.4 and older",
            ["10.1", "11.21", "11.1", "12.16", "15.4", "15.1"],
            ["11.22", "12.17", "13.12-R2", "15.4-R2", "16.1"],
        ),
        (
            "14.10-R2+|15.5-R2+ (2024-01 security rebuilds)",
            ["14.10-R2", "15.5-R2", "16.2"],
            ["14.10", "15.5"],
        ),
        ("15.4", ["15.4"], ["15.4-R2", "15.3", "15"]),
        ("", ["11.1", "18.6"], []),
    ],
)
def test_a_range_includes_what_it_says(range_: str, inside: list[str], outside: list[str]) -> None:
    assert [version for version in inside if not covers(range_, version)] == []
    assert [version for version in outside if covers(range_, version)] == []


@given(parts, parts, parts)
def test_ranges_of_minors_mean_their_numbers(
    low: tuple[int, int, int, int], high: tuple[int, int, int, int], version: tuple[int, int, int, int]
) -> None:
    low, high = sorted([low, high])
    shown = text(version)
    same_major = low[0] == high[0]
    here = version[0] == low[0] and version >= low
    assert covers(f"{text(low)}+|{text(high)}+", shown) == (here or version >= (low if same_major else high))
    assert covers(f"{low[0]}-{high[0]}", shown) == (low[0] <= version[0] <= high[0])
    assert covers(f"{low[0]}+", shown) == (version[0] >= low[0])
    up_to = {low[0]: low} | {high[0]: high}
    bound = up_to.get(version[0])
    older = version[0] < low[0] or (bound is not None and version <= bound)
    assert covers(f"{text(low)}|{text(high)} and older", shown) == older


@pytest.mark.parametrize("wrong", ["11~", "14-11", "|", "15.4-", "15.x+", "and older", "11+|", "up to 15"])
def test_a_range_nobody_can_read_is_an_error(wrong: str) -> None:
    with pytest.raises(RdscheckError, match="is no range of versions"):
        covers(wrong, "15.4")


def test_every_range_of_the_catalog_can_be_read() -> None:
    for row in shipped("parameters"):
        covers(row["pg_versions"], "15.4")


def test_near_ones_are_named_from_both_sides_and_at_the_ends() -> None:
    known = ["15.3", "15.4", "15.4-R2", "15.10", "15.19", "15.9"]
    assert near("15.5", known) == ["15.4", "15.4-R2", "15.9", "15.10"]
    assert near("15.2", known) == ["15.3", "15.4", "15.4-R2", "15.9"]
    assert near("15.99", known) == ["15.4-R2", "15.9", "15.10", "15.19"]
    assert near("15.99", ["15.3"]) == ["15.3"]
    assert near("15.99", []) == []


versions = st.lists(parts.map(text), unique=True, max_size=10)


@given(parts.map(text), versions)
def test_near_ones_are_ordered_known_and_as_many_as_there_are(wanted: str, known: list[str]) -> None:
    others = [version for version in known if version != wanted]
    found = near(wanted, known)
    assert found == sorted(set(found), key=order_key)
    assert set(found) <= set(others)
    assert len(found) == min(4, len(others))
