"""The fixture ``rds_aws``: what a test is given, what the report shows, what skips and what fails."""

import pytest

from tests.conftest import told
from tests.sandbox.places import place

TEST = """
    import pytest
    from rdscheck import scenario

    pytestmark = scenario("tests/aws", title="x", docs="https://example.com/")

    def test_it(rds_aws, step):
        server = rds_aws.create("mine")
        with step("1. Change"):
            rds_aws.client("rds").modify_db_instance(
                DBInstanceIdentifier="mine", MasterUserPassword="sesame-open"
            )
        with server.recorded(password="sesame-open") as master:
            assert master.execute("SELECT 1").fetchone() == (1,)
        with pytest.raises(Exception, match="not found"):
            rds_aws.client("rds").reboot_db_instance(DBInstanceIdentifier="other")
        open("port", "w").write(str(server.info.port))

    def test_without_the_program(rds_aws, monkeypatch):
        monkeypatch.setattr("rdscheck.aws.control.shim.program", lambda: None)
        rds_aws.aws("rds describe-db-instances")

    def test_a_mistake_of_ours_fails_the_test(rds_aws):
        rds_aws.plane.handlers["sts"] = lambda request: 1 / 0
        with pytest.raises(Exception, match="InternalFailure"):
            rds_aws.client("sts").get_caller_identity()
"""


def test_what_it_gives_and_shows(pytester: pytest.Pytester) -> None:
    engine, major = place("local")
    pytester.makepyfile(TEST)
    result = pytester.runpytest_subprocess(
        f"--rds-engine={engine}", f"--rds-pg={major}", "--rds-report=out", "-rs", timeout=180
    )
    result.assert_outcomes(passed=2, skipped=1, errors=1)
    result.stdout.fnmatch_lines(["*the program aws is not installed: pip install awscli*"])
    result.stdout.fnmatch_lines(["*ZeroDivisionError*"])
    report = told(pytester.path / "out", major)
    assert "sesame-open" not in report
    assert (pytester.path / "port").read_text() not in report
    assert '-- ModifyDBInstance {"DBInstanceIdentifier": "mine", "MasterUserPassword": "********"}' in report
    assert "-- DBInstanceNotFound: DBInstance other not found." in report
