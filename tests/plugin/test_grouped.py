"""Databases on a server with a parameter group that tests share."""

import pytest

from tests.conftest import told
from tests.sandbox.places import place


def test_workers_share_a_server_with_a_group(pytester: pytest.Pytester) -> None:
    """Two workers and two groups: two servers besides the usual one, a database for each test."""
    engine, major = place("local")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("value", ["1024", "2048"])
        @pytest.mark.parametrize("number", [1, 2, 3])
        def test_it(rds_grouped, rds_db, number, value):
            database = rds_grouped({"work_mem": value})
            role = database.create_role("app")
            mark = database.logs.mark()
            with database.recorded() as master, database.recorded(role) as app:
                assert master.execute("SHOW work_mem").fetchone()[0] == f"{int(value) // 1024}MB"
                assert app.execute("SELECT current_user").fetchone()[0] == role
                master.execute("DO $$ BEGIN RAISE LOG 'hello'; END $$")
                pid = master.info.backend_pid
                with pytest.raises(Exception, match="division by zero"):
                    app.execute("SELECT 1 / 0")
            assert [one.message for one in database.logs.since(mark, pid=pid)] == ["hello"]
            with pytest.raises(Exception, match="other tests use this PostgreSQL"):
                database.server.modify({"work_mem": "4096"})
            where = f"{value} {database.server.info.port} {rds_db.server.info.port} {database.name}"
            open("seen", "a").write(where + chr(10))
        """
    )
    result = pytester.runpytest_subprocess(
        f"--rds-engine={engine}", f"--rds-pg={major}", "--rds-report=out", "-n", "2", timeout=120
    )
    result.assert_outcomes(passed=6)
    seen = [line.split() for line in (pytester.path / "seen").read_text().splitlines()]
    assert len({port for _, port, _, _ in seen}) == 2
    assert len({(value, port) for value, port, _, _ in seen}) == 2
    assert {port for _, port, _, _ in seen}.isdisjoint({usual for _, _, usual, _ in seen})
    assert len({name for _, _, _, name in seen}) == 6
    report = told(pytester.path / "out", major)
    assert "SHOW work_mem" in report
    assert not any(name in report for _, _, _, name in seen)


def test_what_is_missing_skips_before_a_server_starts(pytester: pytest.Pytester) -> None:
    engine, major = place("local")
    pytester.makepyfile(
        """
        import pytest
        from rdscheck import scenario

        pytestmark = scenario("tests/x", title="x", docs="https://example.com/", needs=("no_such_thing",))
        GROUP = {"shared_preload_libraries": "plrust"}

        def test_grouped(rds_grouped): rds_grouped(GROUP)
        def test_own(rds_instance): rds_instance(parameters=GROUP)
        """
    )
    result = pytester.runpytest_subprocess(f"--rds-engine={engine}", f"--rds-pg={major}", "-rs", timeout=60)
    result.assert_outcomes(skipped=2)
    result.stdout.fnmatch_lines(["*no_such_thing is not installed on this PostgreSQL*"])
