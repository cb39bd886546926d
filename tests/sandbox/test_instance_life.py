"""Servers of one's own leave nothing behind, and a container looks after its server."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from rdscheck.model import Version
from rdscheck.sandbox import images
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.info import ServerInfo
from rdscheck.sandbox.instance import Instance
from rdscheck.sandbox.owner import Owner, start_time
from rdscheck.sandbox.parameters import render
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.refusals import IncompatibleParameters
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run
from tests.conftest import containers, docker_majors, told
from tests.sandbox.places import place

#: Start a server of one's own, reboot it, say where, and what it is doing then.
HOLDER = """
import sys
from rdscheck.model import Version
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.instance import Instance
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
run = RunDir.create(Owner.me())
server = Pool(run, choose(sys.argv[1])).dedicated(Instance, Version(int(sys.argv[2])))
server.reboot()
print(run.path, flush=True)
while sys.argv[3] == "reboot":
    server.reboot()
sys.stdin.read()
"""


def wait_for(seconds: float, *, gone: Path) -> bool:
    deadline = time.monotonic() + seconds
    while gone.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not gone.exists()


def postmasters(path: Path) -> list[int]:
    """Return the processes that run in a data directory below a path, dead or alive."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        try:
            cwd = str((one / "cwd").readlink())
        except OSError:
            continue
        if cwd.startswith(str(path)):
            found.append(int(one.name))
    return found


@pytest.mark.parametrize("name", ["local", "docker"])
@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("doing", ["nothing", "reboot"])
def test_a_killed_owner_leaves_nothing_of_a_rebooted_server(
    name: str, signum: signal.Signals, doing: str
) -> None:
    engine, major = place(name)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, engine, str(major), doing],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    path = Path(process.stdout.readline().strip())
    assert path.name, "the holder ended before its server ran"
    records = [json.loads(file.read_text()) for file in path.glob("extra-*.json")]
    (info,) = [ServerInfo.from_json(record) for record in records]
    if engine == "local" and doing == "nothing":
        assert Owner(info.pid, info.started).alive()
    if doing == "reboot":
        time.sleep(0.3)
    os.kill(process.pid, signum)
    process.communicate(timeout=60)
    assert wait_for(40, gone=path)
    assert containers(path.name) == []
    assert postmasters(path) == []


def test_the_record_names_the_process_that_runs(run: RunDir) -> None:
    engine, major = place("local")
    server = Pool(run, choose(engine)).dedicated(Instance, Version(major))
    before = server.info
    server.reboot()
    assert server.info.pid != before.pid
    assert start_time(before.pid) != before.started
    ((_, record),) = [one for one in run.recorded().items() if one[0].startswith("extra-")]
    assert ServerInfo.from_json(record) == server.info
    server.end()
    assert not Owner(server.info.pid, server.info.started).alive()
    assert not Path(server.info.data_dir).exists()


def test_an_open_transaction_does_not_hold_up_a_reboot(run: RunDir) -> None:
    engine, major = place("local")
    server = Pool(run, choose(engine)).dedicated(Instance, Version(major))
    conn = server.connect(autocommit=False)
    conn.execute("CREATE TABLE t ()")
    server.reboot()
    conn.close()
    with server.connect() as conn:
        assert conn.execute("SELECT to_regclass('t')").fetchone() == (None,)


def test_a_server_killed_between_reboots_is_started_again(run: RunDir) -> None:
    engine, major = place("local")
    server = Pool(run, choose(engine)).dedicated(Instance, Version(major))
    with server.connect() as conn:
        conn.execute("CREATE TABLE t AS SELECT 1 AS one")
    os.kill(server.info.pid, signal.SIGQUIT)
    server.reboot()
    with server.connect() as conn:
        assert conn.execute("SELECT one FROM t").fetchone() == (1,)


def docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def box() -> Iterator[str]:
    """Give a name for a container that is removed after the test."""
    if not docker_majors():
        pytest.skip("no image is built here (rdscheck images build)")
    name = f"rdscheck-test-{uuid4().hex[:8]}"
    yield name
    subprocess.run(["docker", "rm", "--force", "--volumes", name], capture_output=True, check=False)


def start(box: str, *arguments: str) -> None:
    docker("run", "-d", "--name", box, "-p", "127.0.0.1::5432", "-e", "RDS_MASTER_PASSWORD=x",
           "-e", "RDSCHECK_ADMIN_PASSWORD=y", *arguments)  # fmt: skip


def image() -> str:
    return images.tag(place("docker")[1])


def port_of(box: str) -> int:
    return int(docker("port", box, "5432").splitlines()[0].rpartition(":")[2])


def ask(box: str, statement: str, user: str = "postgres", password: str = "x") -> str:
    port = port_of(box)
    deadline = time.monotonic() + 30
    while True:
        try:
            with psycopg.connect(
                host="127.0.0.1", port=port, user=user, password=password, dbname="postgres", autocommit=True
            ) as conn:
                row = conn.execute(statement.encode()).fetchone()
                return str(row[0]) if row else ""
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def state(box: str, what: str) -> str:
    return docker("inspect", "--format", "{{.State." + what + "}}", box)


@pytest.mark.parametrize("signum", ["INT", "TERM", "QUIT"])
def test_a_container_ends_quickly_and_in_order(box: str, signum: str) -> None:
    start(box, image())
    ask(box, "SELECT 1")
    begun = time.monotonic()
    docker("kill", "--signal", "HUP", box)  # which a server takes for a reload
    docker("kill", "--signal", signum, box)
    docker("wait", box)
    assert time.monotonic() - begun < 8
    assert state(box, "ExitCode") == "0"
    told = subprocess.run(["docker", "logs", box], capture_output=True, text=True, check=True)
    assert "received SIGHUP, reloading configuration files" in told.stderr
    asked = {"INT": "fast", "TERM": "smart", "QUIT": "immediate"}[signum]
    assert f"received {asked} shutdown request" in told.stderr
    assert told.stderr.rstrip().endswith("database system is shut down")
    docker("start", box)
    assert ask(box, "SELECT 1") == "1"


def test_a_container_whose_first_server_fails_ends_with_its_log(box: str) -> None:
    start(box, image(), "-c", "shared_buffers=1073741823")
    docker("wait", box)
    assert state(box, "ExitCode") == "1"
    told = subprocess.run(["docker", "logs", box], capture_output=True, text=True, check=True)
    assert "could not map anonymous shared memory" in told.stderr


def test_a_container_takes_its_parameter_group_from_the_environment(box: str) -> None:
    values = {"work_mem": "8192", "rds.force_ssl": "0", "rds.no_such": "1", "no_such": "1"}
    group = render(values | {"shared_preload_libraries": "rdsutils"})
    start(box, "-e", f"RDS_PARAMETERS={group}", image())
    assert ask(box, "SHOW work_mem") == "8MB"
    assert ask(box, "SHOW track_functions") == "none"
    assert ask(box, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == "True"
    told = subprocess.run(["docker", "logs", box], capture_output=True, text=True, check=True)
    assert "this server has no setting rds.no_such" in told.stderr
    assert "this server has no setting no_such" in told.stderr


def test_the_bare_image_has_the_default_group(box: str) -> None:
    start(box, image())
    assert ask(box, "SHOW track_functions") == "pl"
    assert ask(box, "SHOW idle_in_transaction_session_timeout") == "1d"
    assert ask(box, "SHOW shared_preload_libraries") == "rdsutils,pg_stat_statements"
    port = port_of(box)
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        psycopg.connect(
            host="127.0.0.1", port=port, user="postgres", password="x", dbname="postgres", sslmode="disable"
        )


def test_a_stopped_server_keeps_its_container_without_work(run: RunDir) -> None:
    engine, major = place("docker")
    server = Pool(run, choose(engine)).dedicated(Instance, Version(major))
    server.modify({"shared_buffers": "1073741823"})
    with pytest.raises(IncompatibleParameters):
        server.reboot()
    assert state(server.info.container, "Running") == "true"
    busy = docker("exec", server.info.container, "sh", "-c", "cat /proc/[0-9]*/comm").split()
    assert set(busy) <= {"sh", "sleep", "pg_isready", "cat"}, busy
    begun = time.monotonic()
    docker("stop", server.info.container)
    assert time.monotonic() - begun < 8


def test_a_crash_is_recovered_from_and_the_container_stays(run: RunDir) -> None:
    engine, major = place("docker")
    server = Pool(run, choose(engine)).dedicated(Instance, Version(major))
    server.reboot()
    with server.connect() as conn:
        docker("exec", server.info.container, "sh", "-c", f"kill -9 {conn.info.backend_pid}")
    deadline = time.monotonic() + 30
    while True:
        try:
            with server.connect() as conn:
                assert conn.execute("SELECT 1").fetchone() == (1,)
            break
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert state(server.info.container, "Running") == "true"


def test_the_plugin_gives_servers_of_ones_own(pytester: pytest.Pytester) -> None:
    """Two workers, several servers each, statements in the report, nothing left."""
    engine, major = place("local")
    pytester.makepyfile(
        """
        import pytest
        from rdscheck import scenario

        pytestmark = scenario("parameters/own", title="Own servers", docs="https://example.com/")

        @pytest.mark.parametrize("value", ["1024", "2048"])
        def test_own(rds_instance, step, value):
            with step("1. Start two"):
                one = rds_instance(parameters={"work_mem": value})
                two = rds_instance()
            with step("2. Ask them"):
                with one.recorded() as conn, two.recorded(sslmode="require") as other:
                    assert conn.execute("SHOW work_mem /* one */").fetchone()[0] == f"{int(value) // 1024}MB"
                    assert other.execute("SHOW work_mem").fetchone()[0] == "4MB"
            with step("3. Reboot"):
                one.modify({"max_connections": "50"})
                assert one.parameter_status == "pending-reboot"
                one.reboot()
                with one.connect() as conn:
                    assert conn.execute("SHOW max_connections").fetchone()[0] == "50"
            open("seen", "a").write(one.info.data_dir + chr(10))
        """
    )
    result = pytester.runpytest_subprocess(
        f"--rds-engine={engine}", f"--rds-pg={major}", "--rds-report=out", "-n", "2", timeout=120
    )
    result.assert_outcomes(passed=2)
    assert "SHOW work_mem /* one */" in told(pytester.path / "out", major)
    seen = (pytester.path / "seen").read_text().split()
    assert len(set(seen)) == 2
    assert not [path for path in seen if Path(path).exists()]


def test_a_server_nobody_recorded_ends_with_its_run_and_a_shell_there_does_not(run: RunDir) -> None:
    engine, major = place("local")
    server = Pool(run, choose(engine)).dedicated(Instance, Version(major))
    for record in run.path.glob("extra-*.json"):
        record.unlink()
    shell = subprocess.Popen(["sleep", "60"], cwd=run.path)
    try:
        end_run(run)
        assert not Owner(server.info.pid, server.info.started).alive()
        assert shell.poll() is None
    finally:
        shell.kill()
        shell.wait()


def rdscheck(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rdscheck", *arguments], capture_output=True, text=True, check=False
    )


def test_up_starts_with_values_of_the_group() -> None:
    engine, major = place("local")
    name = f"t{uuid4().hex[:8]}"
    up = ("up", "--engine", engine, "--pg", str(major), "--s3", "moto", "--name", name)
    refused = rdscheck(*up, "--parameter", "no_such=1")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "Could not find parameter with name: no_such" in refused.stderr
    malformed = rdscheck(*up, "--parameter", "work_mem")
    assert malformed.returncode == 2
    assert "NAME=VALUE" in malformed.stderr
    try:
        done = rdscheck(*up, "--parameter", "work_mem=8192", "--parameter", "rds.logical_replication=1")
        assert done.returncode == 0, done.stderr
        (url,) = re.findall(r"^export DATABASE_URL=(\S+)", done.stdout, re.MULTILINE)
        with psycopg.connect(url) as conn:
            assert conn.execute("SHOW work_mem").fetchone() == ("8MB",)
            assert conn.execute("SHOW wal_level").fetchone() == ("logical",)
        again = rdscheck(*up, "--parameter", "work_mem=8192")
        assert again.returncode == 2
        assert "runs already" in again.stderr
        assert rdscheck("ps").stdout.count(name) == 1
    finally:
        rdscheck("down", name)
    assert name not in rdscheck("ps").stdout
