"""What a run tells while it goes on, and how long its scenarios took."""

import pytest

from rdscheck.cli.progress import _place
from rdscheck.cli.running import durations


@pytest.mark.parametrize(
    ("nodeid", "place"),
    [
        ("s3/test_export.py::test_a[pg15]", ("s3/test_export.py", "15")),
        ("s3/test_export.py::test_a[pg15.4-csv]", ("s3/test_export.py", "15.4")),
        ("x/test_y.py::test_a[copy-pg17]", ("x/test_y.py", "17")),
        ("x/test_y.py::test_a[pg_read_file-pg17-pgcrypto]", ("x/test_y.py", "17")),
        ("x/test_y.py::test_a[pg13x]", ("x/test_y.py", "")),
        ("x/test_y.py::test_a", ("x/test_y.py", "")),
    ],
)
def test_a_claim_is_counted_for_its_scenario_and_version(nodeid: str, place: tuple[str, str]) -> None:
    assert _place(nodeid) == place


def test_the_slowest_scenarios_come_first() -> None:
    seconds = {
        ("a/quick", "9.6"): 0.5,
        ("a/quick", "17"): 0.25,
        ("b/slow", "17"): 90.04,
        ("c/never", "17"): 0.0,
    }
    columns, rows = durations(seconds, 2)
    assert columns == ["seconds", "pg9.6", "pg17"]
    assert rows == [["b/slow", "0.0", "90.0"], ["a/quick", "0.5", "0.2"]]
    assert [row[0] for row in durations(seconds, 0)[1]] == ["b/slow", "a/quick", "c/never"]
