"""``rds_prepared``: a server that the tests of a module share, made by the first that asks."""

import pytest

from tests.conftest import told
from tests.sandbox.places import place


def test_workers_share_what_one_has_prepared(pytester: pytest.Pytester) -> None:
    engine, major = place("local")
    pytester.makepyfile(
        """
        import pytest

        def prepare(instance):
            open("prepared", "a").write("once ")
            with instance.connect() as master:
                master.execute("CREATE TABLE kept AS SELECT 42 AS answer")
            return {"answer": 42}

        @pytest.mark.parametrize("number", range(6))
        def test_it(rds_prepared, number):
            instance, notes = rds_prepared("shared", prepare, {"work_mem": "8192"})
            assert instance.group == {"work_mem": "8192"}
            with instance.recorded() as master:
                assert master.execute("SELECT answer FROM kept").fetchone() == (notes["answer"],)
                assert master.execute("SHOW work_mem").fetchone() == ("8MB",)
        """
    )
    result = pytester.runpytest_subprocess(
        f"--rds-engine={engine}", f"--rds-pg={major}", "--rds-report=out", "-n", "2", timeout=120
    )
    result.assert_outcomes(passed=6)
    assert (pytester.path / "prepared").read_text() == "once "
    assert told(pytester.path / "out", major).count("SELECT answer FROM kept") == 6


def test_what_failed_once_is_not_tried_again(pytester: pytest.Pytester) -> None:
    engine, major = place("local")
    pytester.makepyfile(
        """
        from rdscheck import RdscheckError

        def prepare(instance):
            open("tried", "a").write("once ")
            raise RdscheckError("it cannot be prepared")

        def test_one(rds_prepared): rds_prepared("broken", prepare)
        def test_two(rds_prepared): rds_prepared("broken", prepare)
        """
    )
    result = pytester.runpytest_subprocess(f"--rds-engine={engine}", f"--rds-pg={major}", timeout=120)
    result.assert_outcomes(failed=2)
    assert (pytester.path / "tried").read_text() == "once "
    result.stdout.fnmatch_lines(["*it cannot be prepared*"])


def test_servers_that_cannot_be_upgraded_here_skip(pytester: pytest.Pytester) -> None:
    """A local server is of one major: what needs an upgrade is skipped with that reason."""
    engine, major = place("local")
    pytester.makepyfile(
        """
        from rdscheck import scenario

        pytestmark = scenario("tests/x", title="x", docs="https://example.com/", needs=("upgrade",))

        def test_it(rds_prepared): rds_prepared("never", lambda instance: {})
        """
    )
    result = pytester.runpytest_subprocess(f"--rds-engine={engine}", f"--rds-pg={major}", "-rs", timeout=60)
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*the engine local upgrades no server*"])
