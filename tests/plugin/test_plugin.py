"""The plugin in somebody else's project: options, fixtures, one server for all workers, reports."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import told

pytestmark = pytest.mark.xdist_group("plugin")

TEST = """
import pytest

@pytest.mark.rds
def test_export(rds, rds_s3):
    rds_s3.put("here.txt", b"x")
    assert rds_s3.keys() == ["here.txt"]
    assert rds.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)
"""


def run(pytester: pytest.Pytester, engine: tuple[str, int], *arguments: str) -> pytest.RunResult:
    name, major = engine
    return pytester.runpytest_subprocess(
        f"--rds-engine={name}", f"--rds-pg={major}", "--rds-s3=moto", *arguments, timeout=120
    )


def outcomes(directory: Path) -> dict[str, dict[str, Any]]:
    found = json.loads((directory / "results.json").read_text())
    return {one["claim"]: one for one in found["outcomes"]}


def test_five_lines_are_enough(pytester: pytest.Pytester, some_engine: tuple[str, int]) -> None:
    pytester.makepyfile(TEST)
    run(pytester, some_engine, "-m", "rds").assert_outcomes(passed=1)


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a home of our own that the server's account may enter; pytest's directories it may not."""
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        monkeypatch.setenv("RDSCHECK_HOME", directory)
        yield Path(directory)


def test_nothing_is_left_after_a_run(pytester: pytest.Pytester, quick: tuple[str, int], home: Path) -> None:
    pytester.makepyfile(TEST)
    run(pytester, quick).assert_outcomes(passed=1)
    assert list((home / "runs").iterdir()) == []


def test_a_server_is_kept_and_used_again(
    pytester: pytest.Pytester, quick: tuple[str, int], home: Path
) -> None:
    pytester.makepyfile(
        """
        def test_where(rds_db):
            with open("seen", "a") as file:
                file.write(f"{rds_db.server.info.port}\\n")
            with rds_db.server.admin() as admin:
                left = admin.execute("SELECT count(*) FROM pg_database WHERE datname LIKE 'rdscheck%'")
                print("databases", left.fetchone()[0])
        """
    )
    for _ in range(2):
        result = run(pytester, quick, "--rds-reuse", "-s")
        result.assert_outcomes(passed=1)
        result.stdout.fnmatch_lines(["*databases 1"])
    ports = (pytester.path / "seen").read_text().split()
    assert ports[0] == ports[1]
    run(pytester, quick, "--rds-keep").assert_outcomes(passed=1)
    result = run(pytester, quick, "--rds-keep", "-s")
    result.stdout.fnmatch_lines(["*databases 2"])
    listed = subprocess.run(
        [sys.executable, "-m", "rdscheck", "ps"], capture_output=True, text=True, check=True
    ).stdout
    assert ports[0] in listed
    ended = subprocess.run(
        [sys.executable, "-m", "rdscheck", "down"], capture_output=True, text=True, check=True
    )
    assert "ended" in ended.stderr
    assert list((home / "runs").iterdir()) == []


def test_a_project_that_uses_nothing_pays_nothing(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile("def test_plain(): pass")
    home = pytester.path / "home"
    monkeypatch.setenv("RDSCHECK_HOME", str(home))
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
    assert not home.exists()


def test_the_mark_is_registered(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess("--markers")
    result.stdout.fnmatch_lines(["@pytest.mark.rds: *"])


def test_the_options_teach(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_subprocess("--help")
    for option in ["pg", "engine", "s3", "report", "reuse", "keep", "dsn", "required", "scenario"]:
        result.stdout.fnmatch_lines([f"*--rds-{option}*"])


def test_workers_share_one_server(pytester: pytest.Pytester, quick: tuple[str, int]) -> None:
    pytester.makepyfile(
        """
        import os, pytest
        @pytest.mark.parametrize("n", range(6))
        def test_where(rds, rds_db, n):
            with open("seen", "a") as file:
                file.write(f"{os.environ['PYTEST_XDIST_WORKER']} {rds_db.server.info.port} {rds_db.name}\\n")
        """
    )
    run(pytester, quick, "-n", "2", "--dist", "load").assert_outcomes(passed=6)
    seen = [line.split() for line in (pytester.path / "seen").read_text().splitlines()]
    assert {worker for worker, _, _ in seen} == {"gw0", "gw1"}
    assert len({port for _, port, _ in seen}) == 1
    assert len({name for _, _, name in seen}) == 6


def test_a_crashed_worker_leaves_nothing_and_is_not_green(
    pytester: pytest.Pytester, quick: tuple[str, int]
) -> None:
    pytester.makepyfile(
        """
        import os, signal
        def test_crash(rds, rds_server):
            open("run", "w").write(rds_server.info.data_dir or rds_server.info.container)
            os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    result = run(pytester, quick, "-n", "1", "--rds-report", "out")
    assert result.ret != 0
    assert json.loads((pytester.path / "out" / "results.json").read_text())["complete"] is False
    where = (pytester.path / "run").read_text()
    if quick[0] == "local":
        assert not Path(where).exists()


def test_every_status_is_told_apart(pytester: pytest.Pytester, quick: tuple[str, int]) -> None:
    pytester.makepyfile(
        """
        import psycopg, pytest
        from rdscheck import Basis, RdscheckError, claim, deviation, rests_on, scenario
        pytestmark = scenario("area/thing", title="A thing", docs="https://a.org/", basis=Basis.STAND_IN)

        def test_good(rds): "It holds."
        def test_broken(rds): assert 1 == 2, "one is not two"
        def test_refused(rds): rds.execute("CREATE ROLE evil SUPERUSER")
        def test_lost(rds):
            with pytest.raises(psycopg.Error):
                rds.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            rds.execute("SELECT 1")
        def test_ours(rds): raise RdscheckError("the backend is down", hint="start it")
        def test_bug(rds): {}["missing"]
        def test_skipped(rds): pytest.skip("no such thing here")
        @claim(since=99)
        def test_later(rds): assert False
        @claim(until=9)
        def test_earlier(rds): assert False
        @claim(basis=Basis.REAL)
        def test_real(rds): pass
        @pytest.fixture
        def broken(rds): raise OSError("disk")
        def test_setup(broken): pass
        @pytest.fixture
        def untidy(rds):
            yield
            raise OSError("cannot tidy")
        def test_teardown(untidy): pass
        def test_both(untidy): assert False, "the claim itself"
        """
    )
    run(pytester, quick, "--rds-report", "out")
    found = outcomes(pytester.path / "out")
    assert {claim: one["status"] for claim, one in found.items()} == {
        "good": "passed",
        "broken": "failed",
        "refused": "failed",
        "lost": "errored",
        "ours": "errored",
        "bug": "errored",
        "skipped": "skipped",
        "later": "skipped",
        "earlier": "skipped",
        "real": "passed",
        "setup": "errored",
        "teardown": "errored",
        "both": "failed",
    }
    assert found["good"]["title"] == "It holds."
    assert found["good"]["basis"] == "stand-in"
    assert found["real"]["basis"] == "real"
    assert found["skipped"]["reason"] == "no such thing here"
    assert found["later"]["reason"] == "applies from PostgreSQL 99 on"
    assert found["both"]["reason"].startswith("the claim itself")
    assert found["ours"]["reason"] == "the backend is down (start it)"
    assert "SQLSTATE 42501" in found["refused"]["reason"]


def test_an_ability_the_server_lacks_skips_with_the_servers_reason(
    pytester: pytest.Pytester, quick: tuple[str, int]
) -> None:
    pytester.makepyfile(
        """
        from rdscheck import scenario
        pytestmark = scenario("area/thing", title="t", docs="d", needs=("no_such_extension",))
        def test_it(rds): assert False
        """
    )
    run(pytester, quick, "--rds-report", "out").assert_outcomes(skipped=1)
    assert "no_such_extension is not installed" in outcomes(pytester.path / "out")["it"]["reason"]


def test_a_known_difference_that_goes_away_fails(pytester: pytest.Pytester, quick: tuple[str, int]) -> None:
    pytester.makeconftest(
        """
        from rdscheck import deviations
        from rdscheck.model import Deviation
        deviations.DEVIATIONS["k"] = Deviation("k", "s", "r", "o", "known", "e")
        """
    )
    pytester.makepyfile(
        """
        from rdscheck import deviation, scenario
        pytestmark = scenario("area/thing", title="t", docs="d")
        @deviation("k")
        def test_still(rds): assert False
        @deviation("k")
        def test_gone(rds): pass
        @deviation("k", raises=ValueError)
        def test_other(rds): assert False, "something else broke"
        """
    )
    run(pytester, quick, "--rds-report", "out")
    found = outcomes(pytester.path / "out")
    assert {claim: one["status"] for claim, one in found.items()} == {
        "still": "deviated",
        "gone": "failed",
        "other": "failed",
    }
    assert found["gone"]["reason"] == "a known difference is gone: k"


def test_an_unknown_key_stops_collection(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from rdscheck import rests_on
        @rests_on("no-such-key")
        def test_it(rds): pass
        """
    )
    result = pytester.runpytest_subprocess("--rds-pg=17")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*no deviation has the key 'no-such-key'*"])


def test_without_an_engine_tests_are_skipped_with_the_reason(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(TEST)
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")
    result = pytester.runpytest_subprocess("--rds-engine=docker", "--rds-pg=17", "-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*PostgreSQL 17: no Docker engine answers*"])


def test_with_required_a_missing_engine_is_an_error(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(TEST)
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")
    result = pytester.runpytest_subprocess("--rds-engine=docker", "--rds-pg=17", "--rds-required")
    result.assert_outcomes(errors=1)


@pytest.mark.parametrize(
    ("pg", "told"),
    [
        ("12", "unknown PostgreSQL version '12'"),
        ("15.99", "near it are"),
        ("15.", "unknown PostgreSQL version"),
    ],
)
def test_a_version_that_makes_no_sense_is_refused(pytester: pytest.Pytester, pg: str, told: str) -> None:
    pytester.makepyfile(TEST)
    result = pytester.runpytest_subprocess(f"--rds-pg={pg}")
    assert result.ret != 0
    assert told in result.stdout.str() + result.stderr.str()


def test_reports_show_wished_names_and_no_secrets(pytester: pytest.Pytester, quick: tuple[str, int]) -> None:
    pytester.makepyfile(
        """
        def test_names(rds, rds_db, rds_s3, step):
            role = rds_db.create_role("reporting_role")
            with step("1. Tell the names"):
                rds.execute(f"SELECT '{rds_s3.bucket}', current_database() = '{rds_db.name}', '{role}'")
                rds.execute(f"ALTER ROLE {role} PASSWORD 'hush''hush'")
            open("names", "w").write(f"{rds_s3.bucket} {rds_db.name} {role}")
        """
    )
    run(pytester, quick, "--rds-report", "out").assert_outcomes(passed=1)
    page = told(pytester.path / "out", quick[1])
    for random in (pytester.path / "names").read_text().split():
        assert random not in page
    assert "SELECT 'my-bucket', current_database() = 'labdb', 'reporting_role'" in page
    assert "hush" not in page


def test_a_server_of_the_users_own_is_used_as_it_is(
    pytester: pytest.Pytester, quick: tuple[str, int]
) -> None:
    pytester.makepyfile(
        inner="""
        def test_it(rds, rds_db):
            assert rds.execute("SELECT current_user").fetchone() == ("postgres",)
            assert rds_db.server.info.engine == "dsn"
        def test_admin(rds_admin): pass
        """,
        test_outer="""
        import pytest, subprocess, sys
        def test_outer(rds_db):
            command = [sys.executable, "-m", "pytest", "inner.py", "--rds-dsn", rds_db.dsn()]
            done = subprocess.run(command, capture_output=True, text=True)
            assert "1 passed, 1 error" in done.stdout, done.stdout
            assert "rdsadmin cannot be used on a server given by --rds-dsn" in done.stdout
            assert rds_db.server.info.master_password not in done.stdout
        """,
    )
    run(pytester, quick, "test_outer.py").assert_outcomes(passed=1)


def test_a_dsn_nobody_answers_is_told_in_one_line(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TEST)
    result = pytester.runpytest_subprocess("--rds-dsn=postgresql://u:hush@127.0.0.1:9/db")
    assert result.ret != 0
    said = result.stdout.str() + result.stderr.str()
    assert "--rds-dsn" in said
    assert "hush" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize("extra", [[], ["-n", "2"]], ids=["order", "workers"])
def test_equal_results_give_equal_bytes(
    pytester: pytest.Pytester, quick: tuple[str, int], extra: list[str]
) -> None:
    pytester.makepyfile(
        test_a="""
        def test_one(rds, step):
            with step('s'):
                rds.execute('SELECT 1')
        def test_two(rds): pass
        """,
        test_b="def test_three(rds_db): pass\n",
    )
    run(pytester, quick, "--rds-report", "plain", "test_a.py", "test_b.py").assert_outcomes(passed=3)
    run(pytester, quick, "--rds-report", "other", *extra, "test_b.py", "test_a.py").assert_outcomes(passed=3)
    plain, other = pytester.path / "plain", pytester.path / "other"
    for path in (path for path in plain.rglob("*") if path.is_file()):
        assert path.read_bytes() == (other / path.relative_to(plain)).read_bytes()
