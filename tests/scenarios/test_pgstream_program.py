"""Claims about the program pgstream, with a program of ours in its place: they pass and they fail."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from rdscheck.sandbox.docker import DockerEngine
from tests.conftest import docker_majors

ROOT = Path(__file__).parents[2]
CLAIMS = "scenarios/pgstream/test_program.py"

#: Initialises and destroys as the master user; of a refusal it says nothing, as it must not.
PROGRAM = f"""#!{sys.executable}
import sys
import psycopg

command, url, slot = sys.argv[1], sys.argv[3], sys.argv[5]
with psycopg.connect(url, autocommit=True) as session:
    try:
        if command == "init":
            session.execute("CREATE SCHEMA pgstream")
            session.execute(
                "CREATE FUNCTION pgstream.emit_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'"
            )
            for name, event in (("drop", "sql_drop"), ("end", "ddl_command_end")):
                session.execute(
                    f"CREATE EVENT TRIGGER pgstream_{{name}} ON {{event}}"
                    " EXECUTE FUNCTION pgstream.emit_ddl()"
                )
            session.execute("SELECT pg_create_logical_replication_slot(%s, 'wal2json')", (slot,))
        else:
            session.execute("DROP SCHEMA pgstream CASCADE")
            session.execute("SELECT pg_drop_replication_slot(%s)", (slot,))
    except psycopg.errors.InsufficientPrivilege:
        sys.exit("something went wrong")
"""


def outcomes(path: str, told: Path, major: int) -> dict[str, str]:
    """Run the claims with a PATH, and return their statuses."""
    subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0"),
            *("-p", "tests.mutations.extensions.telling", "-m", "rds", f"--rds-pg={major}", CLAIMS),
        ],
        cwd=ROOT,
        env=os.environ | {"PATH": path, "RDSCHECK_VERDICTS": str(told), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    lines = told.read_text(encoding="utf-8").splitlines()
    return {one["test"]: one["status"] for one in map(json.loads, lines)}


def test_a_program_that_does_half_of_it_is_told(tmp_path: Path) -> None:
    majors = docker_majors()
    if not majors:
        pytest.skip(f"wal2json is in the images: {DockerEngine().answers() or 'none is built'}")
    program = tmp_path / "bin" / "pgstream"
    program.parent.mkdir()
    program.write_text(PROGRAM, encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    found = outcomes(path, tmp_path / "told", max(majors))
    assert found == {"test_init": "passed", "test_init_refused": "failed"}


def test_without_it_nothing_is_green(tmp_path: Path) -> None:
    majors = docker_majors()
    if not majors:
        pytest.skip(f"wal2json is in the images: {DockerEngine().answers() or 'none is built'}")
    here = os.environ["PATH"].split(os.pathsep)
    path = os.pathsep.join(one for one in here if not (Path(one) / "pgstream").exists())
    found = outcomes(path, tmp_path / "told", max(majors))
    assert found == {"test_init": "skipped", "test_init_refused": "skipped"}
