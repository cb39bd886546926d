"""A lab's life: premises, two at once, Ctrl-C, a killed owner, the local engine."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from rdscheck.errors import EngineUnavailable
from rdscheck.runbook.acting import Configuration
from rdscheck.runbook.lab import open_lab
from rdscheck.runbook.lab.world import made_by
from rdscheck.runbook.model import Kind, Page, Placeholder
from rdscheck.sandbox.engines import choose
from tests.conftest import containers
from tests.sandbox.places import place

ENDLESS = """
import sys
from rdscheck.runbook.lab import open_lab
from rdscheck.runbook.model import Kind
with open_lab(sys.argv[2], sys.argv[1]) as lab:
    lab.run(Kind.SQL, "SELECT 1;", 60)
    print(lab._world.run.id, lab._room.directory, flush=True)
    lab.run(Kind[sys.argv[3]], sys.argv[4], 600)
"""


def left(directory: str) -> list[str]:
    """Return what is left of a run: its directory, and processes that were told of it."""
    run = str(Path(directory).parent)
    found = [run] if Path(run).exists() else []
    for one in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            command = one.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if run in command and "reaper" not in command:
                found.append(command)
    return found


def test_a_local_server_does_as_well() -> None:
    engine, major = place("local")
    with open_lab(str(major), choose(engine)) as lab:
        endpoint = lab.value(Placeholder("your-instance.aws-region.rds.amazonaws.com", "endpoint", (1,)))
        assert "(1 row)" in lab.run(Kind.SQL, "SELECT 1;", 20).output
        assert lab.run(Kind.SHELL, f"psql -h {endpoint} -p 5432 -d labdb", 20).status == 0
        assert lab.run(Kind.SQL, "\\! id", 5).not_run
        assert lab.run(Kind.SQL, "\\copy (SELECT 1) TO '/tmp/one'", 5).output == "COPY 1\n"
        assert lab.run(Kind.SHELL, "cat /tmp/one", 20).output == "1\n"
        dump = lab.run(Kind.SHELL, f"pg_dump -Fc -h {endpoint} -d labdb > x.dmp && pg_restore -l x.dmp", 20)
        assert "Archive created" in dump.output
        assert lab.run(Kind.SQL, "SELECT pg_sleep(1e6);", 1).ended
        assert "(1 row)" in lab.run(Kind.SQL, "SELECT 1;", 20).output
        told = dict(lab.shown())
        directory = next(one for one, shown in told.items() if shown == "/home/dba")
        assert Path(directory).stat().st_mode & 0o777 == 0o700
    assert not Path(directory).exists()


def test_two_labs_do_not_meet() -> None:
    engine, major = place("docker-17")
    with open_lab(str(major), engine) as one, open_lab(str(major), engine) as other:
        one.run(Kind.SQL, "CREATE TABLE mine (a int);", 20)
        assert other.run(Kind.SQL, "TABLE mine;", 20).sqlstate == "42P01"
        one.run(Kind.SHELL, "echo x > file", 20)
        assert other.run(Kind.SHELL, "cat file", 20).status == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("SQL", "SELECT pg_sleep(1e6);"),
        ("SHELL", "sleep 500"),
        ("DUCKDB", "SELECT count(*) FROM range(100000000000) a, range(1000) b"),
    ],
    ids=["sql", "shell", "duckdb"],
)
def test_nothing_is_left_when_it_is_interrupted(number: signal.Signals, kind: str, text: str) -> None:
    engine, major = place("docker-17")
    command = [sys.executable, "-c", ENDLESS, engine, str(major), kind, text]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        run, directory = process.stdout.readline().split()
        assert containers(run)
        os.kill(process.pid, number)
        process.wait(60)
        deadline = time.monotonic() + 60
        while (containers(run) or left(directory)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not containers(run)
        assert left(directory) == []


def test_what_a_page_makes_itself_is_not_made_for_it() -> None:
    page = """aws rds create-db-parameter-group --db-parameter-group-name Mine \\
  --db-parameter-group-family postgres17 --description x
aws rds create-db-instance --db-instance-identifier new-one
aws iam create-role --role-name 'r'
aws s3 mb s3://b
aws rds modify-db-parameter-group --db-parameter-group-name other"""
    expected = {("group", "mine"), ("instance", "new-one"), ("role", "r"), ("bucket", "b")}
    assert made_by(page) == expected


def test_premises() -> None:
    engine, major = place("docker-17")
    text = "aws rds create-db-instance --db-instance-identifier made-here"
    configuration = Configuration(
        parameters={"shared_preload_libraries": "pgaudit"}, instances=("given",), database="begin"
    )
    with open_lab(
        str(major), engine, configuration, page=Page("x", "", text, ()), databases=("other",)
    ) as lab:
        assert "begin" in lab.run(Kind.SQL, "SELECT current_database();", 20).output
        assert "rdsutils,pgaudit" in lab.run(Kind.SQL, "SHOW shared_preload_libraries;", 20).output
        assert lab.run(Kind.SQL, "\\c other", 20).status == 0
        assert "made-here" not in " ".join(lab.notes())
        assert [one for one in lab.notes() if "given" in one] == [
            "the instance given was created, with the parameter group rdscheck-parameters",
            "the database other was created on given",
            "the database begin was created on given",
        ]
        assert lab.server.startswith("17.")


def test_a_version_that_cannot_run_is_told_at_once() -> None:
    engine, _ = place("docker-17")
    with pytest.raises(EngineUnavailable), open_lab("14", engine):
        pass
