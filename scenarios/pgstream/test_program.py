"""pgstream itself, where it is installed: init, and what it says when it may not."""

import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from rdscheck import claim, scenario

DOCS = "https://xata.io/documentation/opensource/pgstream/docs/aws"
INSTALL = "https://github.com/xataio/pgstream#installation"

pytestmark = scenario(
    "pgstream/program",
    title="Initialise an instance of RDS with the program pgstream",
    docs=DOCS,
    document="pgstream: AWS Database Onboarding Guide",
    since=13,
    needs=("rdsutils", "wal2json"),
)
emulated = claim(source=DOCS, certainty="documented", basis="emulated")

#: Far more than it takes.
SECONDS = 60

SLOT = "SELECT plugin::text FROM pg_replication_slots WHERE slot_name = %s"


@pytest.fixture
def pgstream(source: Any, stream: Any) -> Callable[..., tuple[int, str]]:
    """Give what runs a command of pgstream as a role, and returns its status and what it said."""
    program = shutil.which("pgstream")
    if program is None:
        pytest.skip(f"the program pgstream is not on PATH: {INSTALL}")

    def run(command: str, user: str | None = None) -> tuple[int, str]:
        url = source.database.dsn(user)
        source.master.recorder.act(
            f"-- $ pgstream {command} --postgres-url … --replication-slot {stream.slot}"
        )
        done = subprocess.run(
            [program, command, "--postgres-url", url, "--replication-slot", stream.slot],
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        return done.returncode, done.stdout + done.stderr

    return run


@emulated
def test_init(source: Any, stream: Any, pgstream: Any) -> None:
    """The program initialises a database as the master user, and destroys all of it again."""
    status, said = pgstream("init")
    assert status == 0, said
    triggers = "SELECT count(*) FROM pg_event_trigger WHERE evtname LIKE 'pgstream%'"
    assert source.value(triggers) == 2
    assert source.value(SLOT, stream.slot) == "wal2json"
    status, said = pgstream("destroy")
    assert status == 0, said
    assert source.value("SELECT to_regnamespace('pgstream')") is None
    assert source.master.execute(SLOT, (stream.slot,)).fetchone() is None


@emulated
def test_init_refused(source: Any, stream: Any, pgstream: Any) -> None:
    """As a role outside rds_superuser it fails with PostgreSQL's text about event triggers."""
    role = source.role("pgstreamsource", "IN ROLE rds_replication")
    source.sql("GRANT CREATE ON DATABASE {} TO {}", source.name, role)
    status, said = pgstream("init", role)
    assert status != 0
    assert "permission denied to create event trigger" in said
    assert source.master.execute(SLOT, (stream.slot,)).fetchone() is None
