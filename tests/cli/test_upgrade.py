"""``rdscheck upgrade``: exit statuses as promised, and a sandbox that can be used before and after."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from secrets import token_hex

import psycopg
import pytest

from tests.sandbox.places import place

OLD, NEW = "17", "18"


def rdscheck(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "rdscheck", *arguments],
        capture_output=True,
        text=True,
        env=os.environ,
        timeout=300,
        check=False,
    )


@pytest.fixture
def sandbox() -> Iterator[tuple[str, str]]:
    """Give the name of a sandbox of its own, and where its database is."""
    place(f"docker-{OLD}")
    place(f"docker-{NEW}")
    name = f"test-{token_hex(4)}"
    done = rdscheck("up", "--pg", OLD, "--name", name, "--engine", "docker", "--s3", "moto")
    assert done.returncode == 0, done.stderr
    lines = [shlex.split(line)[1] for line in done.stdout.splitlines()]
    yield name, dict(line.split("=", 1) for line in lines)["DATABASE_URL"]
    rdscheck("down", name)


def test_a_sandbox_is_checked_refused_and_upgraded(sandbox: tuple[str, str]) -> None:
    name, address = sandbox
    with psycopg.connect(address, autocommit=True) as conn:
        conn.execute("CREATE TABLE job (what regproc)")
        conn.execute("CREATE EXTENSION pg_stat_statements")

    done = rdscheck("upgrade", name, "--to", NEW, "--check")
    assert done.returncode == 1
    assert '** The ["reg*"] data types are used in user tables.' in done.stdout
    assert "reg_types in labdb: public.job.what" in done.stderr

    done = rdscheck("upgrade", name, "--to", NEW)
    assert done.returncode == 1
    assert "Upgrade could not be run on" in done.stdout
    assert "Database instance is in a state that cannot be upgraded" in done.stderr
    with psycopg.connect(address, autocommit=True) as conn:
        assert conn.info.server_version // 10000 == int(OLD)
        conn.execute("DROP TABLE job")

    done = rdscheck("upgrade", name, "--to", NEW, "--check")
    assert (done.returncode, "nothing is in the way" in done.stdout) == (0, True)

    done = rdscheck("upgrade", name, "--to", NEW, "--parameter", "work_mem=8192")
    assert done.returncode == 0, done.stderr
    assert f"upgrading from {OLD}" in done.stderr
    assert re.search(r"left to do: in labdb: pg_stat_statements \S+ to \S+ \(ALTER EXTENSION", done.stderr)
    # The same address, password and database.
    with psycopg.connect(address) as conn:
        assert conn.info.server_version // 10000 == int(NEW)
        assert conn.execute("SHOW work_mem").fetchone() == ("8MB",)
    assert f"{name}\t{NEW}." in rdscheck("ps").stdout

    done = rdscheck("up", "--pg", NEW, "--name", name)
    assert (done.returncode, address in done.stdout) == (0, True)


def test_wrong_usage_is_told(sandbox: tuple[str, str]) -> None:
    name, _ = sandbox
    for arguments, told in [
        ((name, "--to", OLD), f"Cannot upgrade postgres from {OLD}"),
        ((name, "--to", "18.1"), "to 18.1"),
        ((name, "--to", "17,18"), "one version"),
        (("nobody", "--to", NEW), "no sandbox is called 'nobody'"),
        ((name, "--to", NEW, "--parameter", "work_mem"), "names no value"),
        ((name, "--to", "nineteen"), "unknown PostgreSQL version"),
    ]:
        done = rdscheck("upgrade", *arguments)
        assert (done.returncode, told in done.stderr) == (2, True), done.stderr
        assert done.stdout == ""


def test_an_upgrade_image_is_named_by_two_majors() -> None:
    for text in ("17", "17-17", "18-17", "9-17", "17-x"):
        done = rdscheck("images", "build", "--upgrade", text)
        assert (done.returncode, "is no upgrade" in done.stderr) == (2, True), done.stderr
