"""Nothing is left behind: not after an end in order, Ctrl-C, kill -9 or a crash of a worker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import servers_of
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import Server
from rdscheck.sandbox.sweep import end_run, sweep
from tests.conftest import containers

#: Start a server, say where, wait to be ended.
HOLDER = """
import sys
from rdscheck.model import Version
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
run = RunDir.create(Owner.me())
Pool(run, choose(sys.argv[1])).server(Version(int(sys.argv[2])))
print(run.path, flush=True)
sys.stdin.read()
"""


def wait_until(true: Callable[[], bool], seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def holder(engine: str, major: int) -> tuple["subprocess.Popen[str]", RunDir]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, engine, str(major)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    path = process.stdout.readline().strip()
    assert path, "the holder ended before its server ran"
    return process, RunDir(Path(path))


def runs(server: Server, run: RunDir) -> bool:
    """Tell whether anything of a server is still there."""
    info = server.info
    if info.engine == "docker":
        return bool(containers(run.id))
    return Owner(info.pid, info.started).alive() or Path(info.data_dir).exists()


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_killed_owner_leaves_nothing_for_long(some_engine: tuple[str, int], signum: signal.Signals) -> None:
    process, run = holder(*some_engine)
    (server,) = servers_of(run)
    assert runs(server, run)
    os.kill(process.pid, signum)
    process.communicate()
    assert wait_until(lambda: not runs(server, run) and not run.path.exists())


def test_the_next_run_sweeps_when_the_reaper_was_killed_too(some_engine: tuple[str, int]) -> None:
    process, run = holder(*some_engine)
    (server,) = servers_of(run)
    reaper = run.read("reaper")
    assert reaper is not None
    os.kill(reaper["reaper"], signal.SIGKILL)
    process.kill()
    process.communicate()
    assert runs(server, run)
    sweep()
    assert not runs(server, run)
    assert not run.path.exists()


def test_a_sweep_leaves_a_living_run_alone(some_engine: tuple[str, int]) -> None:
    process, run = holder(*some_engine)
    try:
        (server,) = servers_of(run)
        sweep()
        with server.connect() as conn:
            assert conn.execute("SELECT 1").fetchone() == (1,)
    finally:
        process.kill()
        process.communicate()
    assert wait_until(lambda: not run.path.exists())


def test_ending_a_run_twice_is_fine(some_engine: tuple[str, int]) -> None:
    process, run = holder(*some_engine)
    end_run(run)
    end_run(run)
    process.communicate()
    assert not run.path.exists()


def test_a_kept_run_outlives_its_maker(some_engine: tuple[str, int]) -> None:
    process, run = holder(*some_engine)
    run.set_owner(Owner.kept())
    (server,) = servers_of(run)
    process.kill()
    process.communicate()
    reaper = run.read("reaper")
    assert reaper is not None
    assert wait_until(lambda: not Owner(reaper["reaper"], reaper["started"]).alive())
    sweep()
    assert runs(server, run)
    end_run(run)
    assert not runs(server, run)


def test_two_runs_at_once_do_not_meet(some_engine: tuple[str, int]) -> None:
    one, first = holder(*some_engine)
    two, second = holder(*some_engine)
    try:
        (a,), (b,) = servers_of(first), servers_of(second)
        assert (a.info.host, a.info.port) != (b.info.host, b.info.port)
        end_run(first)
        with b.connect() as conn:
            assert conn.execute("SELECT 1").fetchone() == (1,)
    finally:
        end_run(second)
        one.communicate()
        two.communicate()
