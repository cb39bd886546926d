"""Servers that a module's tests share."""

import pytest

from tests.conftest import told
from tests.sandbox.places import place

TWO = """
    import pytest
    from rdscheck import scenario

    pytestmark = scenario("tests/fleet", title="x", docs="https://example.com/")

    @pytest.fixture(scope="module")
    def pair(rds_fleet, rds_version):
        return rds_fleet.start([(rds_version, {"work_mem": "1024"}), (rds_version, {"work_mem": "2048"})])

    @pytest.fixture
    def shown(pair, rds_recording):
        rds_recording({"source-instance": pair[0], "target-instance": pair[1]})
        return pair
"""


def test_a_module_shares_servers(pytester: pytest.Pytester) -> None:
    """Both tests see the same two servers, each in its own report, without addresses and passwords."""
    engine, major = place("local")
    pytester.makepyfile(
        TWO
        + """
    @pytest.mark.parametrize("number", [1, 2])
    def test_it(shown, step, number):
        with step(f"{number}. Ask"), shown[0].recorded() as source, shown[1].recorded() as target:
            assert source.execute("SHOW work_mem").fetchone() == ("1MB",)
            assert target.execute("SHOW work_mem").fetchone() == ("2MB",)
            source.execute("SELECT %s", [shown[1].dsn_for_peers("labdb", "app", "sesame")])
            source.execute("SELECT %s", [shown[0].dsn_for_peers()])
            where = " ".join(str(one.info.port) for one in shown)
            open("seen", "a").write(f"{where} {shown[0].info.master_password}\\n")
    """
    )
    result = pytester.runpytest_subprocess(
        f"--rds-engine={engine}", f"--rds-pg={major}", "--rds-report=out", timeout=120
    )
    result.assert_outcomes(passed=2)
    first, second = (pytester.path / "seen").read_text().splitlines()
    assert first == second
    report = told(pytester.path / "out", major)
    for place_or_secret in (*first.split(), "sesame", "127.0.0.1"):
        assert place_or_secret not in report
    assert "host=target-instance.aws-region.rds.amazonaws.com port=5432" in report
    assert report.count("user=app password=********") == 2
    assert report.count("SHOW work_mem") == 4
    assert report.count("-- at source-instance") == 4
    assert report.count("-- at target-instance") == 2


def test_what_is_missing_skips_the_module(pytester: pytest.Pytester) -> None:
    engine, major = place("local")
    pytester.makepyfile(
        """
        import pytest
        from rdscheck import scenario

        pytestmark = scenario("tests/x", title="x", docs="https://example.com/", needs=())

        @pytest.fixture(scope="module")
        def version(rds_fleet): rds_fleet.start([("12", {})])

        @pytest.fixture(scope="module")
        def library(rds_fleet, rds_version):
            rds_fleet.start([(rds_version, {"shared_preload_libraries": "plrust"})])

        def test_version(version): pass
        def test_library(library): pass
        """
    )
    pytester.makepyfile(
        test_needs="""
        import pytest
        from rdscheck import scenario

        pytestmark = scenario("tests/y", title="x", docs="https://example.com/", needs=("no_such_thing",))

        def test_needs(rds_fleet): pass
        """
    )
    if major < 15:
        pytest.skip("RDS loads plrust from 15 on")
    result = pytester.runpytest_subprocess("-rs", f"--rds-engine={engine}", f"--rds-pg={major}", timeout=120)
    result.assert_outcomes(skipped=3)
    told = result.stdout.str()
    assert "no PostgreSQL 12 server is installed" in told
    assert "has no such library" in told
    assert "no_such_thing is not installed" in told
