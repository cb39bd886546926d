"""``--rds-babelfish-dsn`` and ``--rds-babelfish-tds``: a Babelfish of the user's own, or a skip."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import make_conninfo

from rdscheck.errors import UsageError
from rdscheck.plugin.babelfish import ask
from rdscheck.sandbox.instance import Instance
from tests.conftest import told

ROOT = Path(__file__).resolve().parents[2]
SCENARIO = ROOT / "scenarios" / "babelfish" / "test_tds.py"
TDS = "tds://sa:s3cret%2F@tds.example/master"

#: What makes a database look like Babelfish's to the options.
SHAPE = """
CREATE SCHEMA sys;
CREATE TABLE sys.babelfish_sysdatabases (dbid smallint, name text COLLATE "C");
CREATE TABLE sys.babelfish_namespace_ext (nspname name, dbid smallint, orig_name text);
GRANT USAGE ON SCHEMA sys TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA sys TO PUBLIC;
INSERT INTO sys.babelfish_sysdatabases VALUES (1, 'master'), (2, 'tempdb'), (4, 'msdb');
CREATE ROLE master_dbo;
GRANT master_dbo TO postgres;
CREATE SCHEMA master_dbo AUTHORIZATION master_dbo;
INSERT INTO sys.babelfish_namespace_ext VALUES ('master_dbo', 1, 'dbo');
"""


def shaped(instance: Instance, mode: str) -> str:
    """Make the database babelfish_db in a migration mode and return its connection string."""
    instance.create_named_database("babelfish_db")
    with instance.admin("babelfish_db") as admin:
        admin.execute(SHAPE)
        admin.execute(f"ALTER DATABASE babelfish_db SET babelfishpg_tsql.migration_mode = '{mode}'")
    return make_conninfo(**instance.login("babelfish_db"))


def run(pytester: pytest.Pytester, *options: str) -> tuple[pytest.RunResult, list[dict[str, Any]]]:
    result = pytester.runpytest_subprocess(
        str(SCENARIO), "-c", os.devnull, f"--rootdir={ROOT}", "--import-mode=importlib", "-rs",
        "-p", "no:cacheprovider", f"--rds-report={pytester.path}/out", *options, timeout=120,
    )  # fmt: skip
    file = pytester.path / "out" / "results.json"
    return result, json.loads(file.read_text())["outcomes"] if file.exists() else []


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the driver's stand-in where the scenario imports python-tds from."""
    path = [str(Path(__file__).parent / "tds"), str(ROOT), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, path)))


def backend(instance: Instance, monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    login = instance.parameters("babelfish_db", "rdsadmin", instance.info.admin_password)
    monkeypatch.setenv("TDS_BACKEND", make_conninfo(**login | {"host": instance.info.admin_host}))
    monkeypatch.setenv("TDS_MODE", mode)


@pytest.mark.parametrize("mode", ["multi-db", "single-db"])
def test_the_scenario_runs_on_both_ports(
    mode: str, rds_instance: Any, driver: None, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = rds_instance()
    dsn = shaped(instance, mode)
    backend(instance, monkeypatch, mode)
    # The version asked for is not the cluster's: what is given decides.
    result, outcomes = run(
        pytester, f"--rds-babelfish-dsn={dsn}", f"--rds-babelfish-tds={TDS}", "--rds-pg=13,18"
    )
    assert result.ret == 0, result.stdout.str()
    assert {one["version"] for one in outcomes} == {str(instance.major)}
    skipped = [one["reason"] for one in outcomes if one["status"] == "skipped"]
    assert skipped == (["this Babelfish is in single-db mode"] * 3 if mode == "single-db" else [])
    ran = [one for one in outcomes if one["status"] != "skipped"]
    assert {(one["status"], one["basis"]) for one in ran} == {("passed", "real")}
    page = told(pytester.path / "out", instance.major)
    assert f"Babelfish in {mode} mode, given by --babelfish-dsn" in page
    assert "-- T-SQL: CREATE DATABASE [MyDB]" in page
    assert "s3cret" not in page
    with instance.admin("babelfish_db") as admin:
        left = admin.execute("SELECT count(*) FROM sys.babelfish_sysdatabases WHERE dbid > 4").fetchone()
    assert left == (0,)


def test_a_database_that_is_there_is_left_alone(
    rds_instance: Any, driver: None, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = rds_instance()
    dsn = shaped(instance, "single-db")
    backend(instance, monkeypatch, "single-db")
    with instance.admin("babelfish_db") as admin:
        admin.execute("INSERT INTO sys.babelfish_sysdatabases VALUES (5, 'theirs')")
    _, outcomes = run(
        pytester, f"--rds-babelfish-dsn={dsn}", f"--rds-babelfish-tds={TDS}", "-k", "plain or returns_text"
    )
    assert {(one["claim"], one["status"]) for one in outcomes} == {
        ("table_of_tsql[plain]", "skipped"),
        ("wrapper_returns_text", "passed"),
    }


def test_without_one_nothing_is_green(pytester: pytest.Pytester, quick: tuple[str, int]) -> None:
    engine, major = quick
    result, outcomes = run(pytester, f"--rds-engine={engine}", f"--rds-pg={major}")
    assert result.ret == 0
    assert {one["status"] for one in outcomes} == {"skipped"}
    assert all("no Babelfish was given: --babelfish-dsn" in one["reason"] for one in outcomes)


def test_a_missing_driver_is_told(
    rds_instance: Any, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    dsn = shaped(rds_instance(), "multi-db")
    (pytester.path / "pytds.py").write_text("raise ImportError('not here')")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(pytester.path), str(ROOT)]))
    _, outcomes = run(pytester, f"--rds-babelfish-dsn={dsn}", f"--rds-babelfish-tds={TDS}", "-k", "plain")
    assert [(one["status"], one["reason"]) for one in outcomes] == [
        ("skipped", "python-tds is not installed: pip install 'rdscheck[babelfish]'")
    ]


def test_a_refused_login_is_no_broken_promise(
    rds_instance: Any, driver: None, pytester: pytest.Pytester
) -> None:
    dsn = shaped(rds_instance(), "multi-db")
    wrong = TDS.replace("s3cret", "gu3ss")
    _, outcomes = run(pytester, f"--rds-babelfish-dsn={dsn}", f"--rds-babelfish-tds={wrong}", "-k", "plain")
    (only,) = outcomes
    assert only["status"] == "errored"
    assert "--babelfish-tds: Login failed for user 'sa'" in only["reason"]
    assert "gu3ss" not in json.dumps(only)


def test_another_database_is_none(rds_instance: Any) -> None:
    dsn = make_conninfo(**rds_instance().login())
    with pytest.raises(UsageError, match="the database postgres is none of Babelfish"):
        ask(dsn, TDS)


@pytest.mark.parametrize(
    ("dsn", "tds", "said"),
    [
        ("host=127.0.0.1", None, "go together"),
        (None, TDS, "go together"),
        ("nonsense", TDS, "--babelfish-dsn: "),
        ("host=127.0.0.1 port=1 dbname=babelfish_db", TDS, "--babelfish-dsn: "),
        ("host=127.0.0.1", "tds.example:1433", "no address of a TDS port"),
        ("host=127.0.0.1", "tds://tds.example", "no address of a TDS port"),
        ("host=127.0.0.1", "tds://sa@tds.example:port", "--babelfish-tds: "),
        ("host=127.0.0.1", f"{TDS}?encrypt=no", "encrypt is no option"),
    ],
)
def test_wrong_options_are_told(dsn: str | None, tds: str | None, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        ask(dsn, tds)


def test_nothing_asked_for_is_nothing() -> None:
    assert ask(None, None) is None
    assert "pytds" not in sys.modules
