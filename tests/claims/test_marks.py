"""What a claim says of itself: title, source, certainty and needs reach the outcome."""

import json
from pathlib import Path

import pytest

from rdscheck import claim
from rdscheck.errors import UsageError

pytestmark = pytest.mark.xdist_group("plugin")

MODULE = """
from rdscheck import claim, scenario

pytestmark = scenario("area/procedure", title="T", docs="https://docs.example/page")


@claim(title="It is so", source="https://docs.example/own", certainty="observed", basis="emulated")
def test_told(rds):
    assert rds.execute("SELECT 1").fetchone() == (1,)


@claim(needs=("no_such_thing",))
def test_needy(rds):
    raise AssertionError("it was to be skipped")


@claim(needs=lambda major: () if major else ("no_such_thing",), basis=lambda major: "stand-in")
def test_by_version(rds):
    pass
"""


def test_marks_reach_the_outcome(pytester: pytest.Pytester, quick: tuple[str, int]) -> None:
    pytester.makepyfile(
        MODULE.replace('lambda major: "stand-in"', "lambda major: __import__('rdscheck').Basis.STAND_IN")
    )
    engine, major = quick
    result = pytester.runpytest_subprocess(
        f"--rds-engine={engine}", f"--rds-pg={major}", "--rds-report=out", timeout=120
    )
    result.assert_outcomes(passed=2, skipped=1)
    found = {
        one["claim"]: one
        for one in json.loads(Path(pytester.path / "out/results.json").read_text())["outcomes"]
    }
    told = found["told"]
    assert (told["title"], told["source"]) == ("It is so", "https://docs.example/own")
    assert (told["certainty"], told["basis"]) == ("observed", "emulated")
    assert (found["needy"]["status"], found["needy"]["certainty"]) == ("skipped", "")
    assert "no_such_thing is not installed" in found["needy"]["reason"]
    assert (found["by_version"]["basis"], found["by_version"]["status"]) == ("stand-in", "passed")


def test_what_nobody_knows_is_refused() -> None:
    with pytest.raises(UsageError, match="certainty 'sure' is none of documented, observed"):
        claim(certainty="sure")
    with pytest.raises(UsageError, match="is no web address"):
        claim(source="a book")
