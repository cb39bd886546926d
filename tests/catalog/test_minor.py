"""``--pg 15.4``: the lists of that engine version, on the server that is installed of its major."""

import json
from typing import Any

import pytest

from rdscheck.catalog.extensions import listed
from rdscheck.catalog.numbering import base

pytestmark = pytest.mark.xdist_group("plugin")

TINY = """
from rdscheck import claim, scenario
pytestmark = scenario("area/thing", title="A thing", docs="https://a.org/")

def test_runs(rds, rds_server, rds_version):
    assert rds_server.version == rds_version
    assert str(rds_server.major) == rds_version.split(".")[0]
    assert rds.execute("SELECT 1").fetchone() == (1,)

@claim(since=99)
def test_later(rds): assert False
@claim(until=9)
def test_earlier(rds): assert False
"""


def test_a_minor_runs_beside_its_major_and_the_report_says_whose_lists_they_are(
    pytester: pytest.Pytester, quick: tuple[str, int]
) -> None:
    engine, major = quick
    first, *_, last = listed(major)
    pytester.makepyfile(TINY)
    result = pytester.runpytest_subprocess(
        f"--rds-engine={engine}", f"--rds-pg={major},{first},{first}", "--rds-report=out", timeout=120
    )
    result.assert_outcomes(passed=2, skipped=4)
    results: dict[str, Any] = json.loads((pytester.path / "out" / "results.json").read_text())
    told = {one["version"]: one for one in results["environments"]}
    assert list(told) == [str(major), first]
    assert told[first]["emulates"] == f"RDS for PostgreSQL {first}"
    assert told[str(major)]["emulates"] == f"RDS for PostgreSQL {last}"
    assert {one["claim"] for one in results["outcomes"]} == {"runs", "later", "earlier"}
    for name, emulated in ((first, first), (str(major), last)):
        head = (pytester.path / "out" / f"pg{name}.md").read_text().split("\n## ", 1)[0]
        server = told[name]["server"]
        assert f"Lists of RDS for PostgreSQL {emulated}, on a PostgreSQL {server} server." in head
        assert (f"That server is not PostgreSQL {base(emulated)}" in head) == (base(emulated) != server)
    matrix = (pytester.path / "out" / "matrix.md").read_text()
    assert matrix.index(f"PostgreSQL {major}]") < matrix.index(f"PostgreSQL {first}]")


def test_two_minors_run_in_numeric_order(pytester: pytest.Pytester, quick: tuple[str, int]) -> None:
    engine, major = quick
    known = listed(major)
    early = next(version for version in known if len(base(version).split(".")[1]) == 1)
    late = next((version for version in known if len(base(version).split(".")[1]) == 2), "")
    if not late:
        pytest.skip(f"PostgreSQL {major} has no minor of two digits yet")
    pytester.makepyfile(TINY)
    result = pytester.runpytest_subprocess(
        f"--rds-engine={engine}", f"--rds-pg={late},{early}", "--rds-report=out", timeout=120
    )
    result.assert_outcomes(passed=2, skipped=4)
    results = json.loads((pytester.path / "out" / "results.json").read_text())
    assert [one["version"] for one in results["environments"]] == [early, late]


def test_a_server_of_the_users_own_emulates_nothing(
    pytester: pytest.Pytester, quick: tuple[str, int]
) -> None:
    pytester.makepyfile(
        inner="def test_it(rds): pass",
        test_outer="""
        import json, subprocess, sys
        def test_outer(rds_db):
            command = [sys.executable, "-m", "pytest", "inner.py", "--rds-report=own"]
            done = subprocess.run([*command, "--rds-dsn", rds_db.dsn()], capture_output=True, text=True)
            assert done.returncode == 0, done.stdout
            (told,) = json.load(open("own/results.json"))["environments"]
            assert told["emulates"] == ""
        """,
    )
    result = pytester.runpytest_subprocess(
        f"--rds-engine={quick[0]}", f"--rds-pg={quick[1]}", "test_outer.py", timeout=120
    )
    result.assert_outcomes(passed=1)
    page = (pytester.path / "own" / f"pg{quick[1]}.md").read_text()
    assert "Lists of" not in page
