"""``rds_connect``: several tests share a database, each test's report has what it sent."""

import json

import pytest

from tests.plugin.test_plugin import run

pytestmark = pytest.mark.xdist_group("plugin")

TEST = '''
import psycopg
import pytest
from rdscheck import claim, scenario

pytestmark = scenario("tests/connect", title="Sharing", docs="https://example.org", since=13)

@pytest.fixture(scope="module")
def shared(rds_server):
    name = rds_server.create_database("shared")
    with rds_server.connect(name) as master:
        master.execute("CREATE TABLE t AS SELECT 7 AS i")
        master.execute(f"CREATE ROLE app_{name} LOGIN PASSWORD 'secret'")
    yield name
    rds_server.drop_database(name)
    with rds_server.connect() as master:
        master.execute(f"DROP ROLE app_{name}")

def test_one(rds_connect, shared):
    """The master user reads."""
    first, second = rds_connect(shared), rds_connect(shared)
    assert first.execute("SELECT i FROM t").fetchone() == second.execute("TABLE t").fetchone() == (7,)
    assert first.execute("SELECT current_user").fetchone() == ("postgres",)

def test_two(rds_connect, shared):
    """Another role does not."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        rds_connect(shared, f"app_{shared}", "secret").execute("SELECT i + 1 FROM t")

@claim(needs=("no such extension",))
def test_three(rds_connect, shared):
    """Something that is not there is needed."""
    raise AssertionError("it ran")
'''


def test_a_shared_database_is_recorded_by_test(pytester: pytest.Pytester, quick: tuple[str, int]) -> None:
    pytester.makepyfile(TEST)
    run(pytester, quick, "--rds-report=out").assert_outcomes(passed=2, skipped=1)
    found = json.loads((pytester.path / "out" / "results.json").read_text())["outcomes"]
    acts = {one["claim"]: [act for step in one["steps"] for act in step["acts"]] for one in found}
    assert acts["one"] == ["SELECT i FROM t", "TABLE t", "SELECT current_user"]
    assert acts["two"][0] == "SELECT i + 1 FROM t"
    assert "permission denied for table t" in acts["two"][1]
    (skipped,) = [one for one in found if one["claim"] == "three"]
    assert "no such extension is not installed" in skipped["reason"]
    assert "shared_" not in json.dumps(found)
