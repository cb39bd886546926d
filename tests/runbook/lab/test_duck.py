"""DuckDB in the lab: the real one, reaching the sandbox and no file."""

import importlib.util

import pytest

from rdscheck.runbook.acting import Done
from rdscheck.runbook.lab import Sandbox
from rdscheck.runbook.lab.duck import INSTALL
from rdscheck.runbook.lab.ducking import EXTENSIONS
from rdscheck.runbook.model import Kind, Placeholder
from tests.runbook.lab.conftest import Run

HERE = all(importlib.util.find_spec(one) for one in ("duckdb", *EXTENSIONS.values()))
pytestmark = [
    pytest.mark.xdist_group("runbook-lab-duck"),
    pytest.mark.skipif(not HERE, reason=f"DuckDB and its extensions are not installed: {INSTALL}"),
]


@pytest.fixture
def duck(lab: Sandbox) -> Run:
    return lambda text, seconds=30.0: lab.run(Kind.DUCKDB, text, seconds)


def test_tables_of_the_sandbox_are_read(duck: Run, sql: Run, lab: Sandbox) -> None:
    sql("CREATE TABLE uuids (u int); INSERT INTO uuids VALUES (1), (NULL);")
    assert duck("ATTACH 'dbname=labdb' AS one (TYPE postgres);").output == ""
    shown = duck("SELECT * FROM one.uuids ORDER BY u;").output
    assert shown.splitlines()[0] == "┌───────┐"
    assert "│  NULL │" in shown
    password = lab.value(Placeholder("********", "password", (1,)))
    dsn = f"host=your-instance.rds.test port=5432 dbname=labdb user=postgres password={password}"
    assert duck(f"ATTACH '{dsn}' AS two (TYPE postgres)").status == 0
    assert "│            2 │" in duck("SELECT count(*) FROM two.uuids").output


def test_an_error_is_told_and_the_session_stays(duck: Run) -> None:
    duck("CREATE TABLE kept AS SELECT 42 AS answer")
    done = duck("SELECT nothing")
    assert done.status == 1
    assert done.output.startswith("Binder Error")
    assert "42" in duck("FROM kept").output
    refused = duck("ATTACH 'host=your-instance.rds.test user=nobody' AS x (TYPE postgres)")
    assert "your-instance.rds.test" in refused.output


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('../x')",
        "COPY (SELECT 1) TO 'x.csv'",
        "ATTACH '/tmp/x.duckdb'",
        "INSTALL httpfs",
        "LOAD '/tmp/x.duckdb_extension'",
        "SET disabled_filesystems = ''",
        "SET allow_unsigned_extensions = true",
        "EXPORT DATABASE 'x'",
        "SELECT * FROM read_text('http:' || '//169.254.169.254/')",
    ],
)
def test_no_file_and_no_network(duck: Run, text: str) -> None:
    assert duck(text).status == 1


@pytest.mark.parametrize("text", ["INSTALL postgres;", "LOAD postgres", "LOAD aws"])
def test_its_extensions_are_there(duck: Run, text: str) -> None:
    assert duck(text) == Done()


@pytest.mark.parametrize(
    "text",
    [
        "ATTACH 'host=example.com' AS x (TYPE postgres)",
        "CREATE SECRET s (TYPE postgres, HOST 'example.com')",
        "ATTACH 'postgresql://u:p@example.com/x' AS x (TYPE postgres)",
        "SELECT * FROM read_text('http://169.254.169.254/')",
        ".shell ls",
        ".read x",
    ],
)
def test_what_is_not_run(duck: Run, text: str) -> None:
    assert duck(text).not_run


def test_limits(duck: Run) -> None:
    endless = duck("SELECT count(*) FROM range(100000000000) a, range(1000) b", 1.5)
    assert endless.ended == "time limit of 1.5 s; the next piece begins a new session"
    assert duck("SELECT 1").status == 0


def test_without_it_the_command_that_installs_it_is_told(duck: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert INSTALL in duck("SELECT 1").not_run
