"""Major upgrades of an instance: what goes wrong leaves the old server, and nothing else, behind."""

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from rdscheck.errors import EngineUnavailable
from rdscheck.model import Version
from rdscheck.sandbox import images, upgrade_image
from rdscheck.sandbox.docker import DockerEngine
from rdscheck.sandbox.info import ServerInfo
from rdscheck.sandbox.instance import Instance
from rdscheck.sandbox.local import LocalEngine, installations
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.refusals import ParameterRefused
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run
from rdscheck.sandbox.upgrading import UpgradeBlocked, UpgradeFailed, reason
from tests.conftest import containers
from tests.sandbox.places import place

OLD, NEW = 17, 18


@pytest.fixture
def run(run: RunDir) -> Iterator[RunDir]:
    place(f"docker-{OLD}")
    place(f"docker-{NEW}")
    yield run
    end_run(run)
    assert containers(run.id) == []


@pytest.fixture
def start(run: RunDir) -> Callable[..., Instance]:
    def make(**parameters: str) -> Instance:
        return Pool(run, DockerEngine()).dedicated(Instance, Version(OLD), parameters)

    return make


def one(instance: Instance, query: str) -> object:
    with instance.connect() as conn:
        row = conn.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def test_what_pg_upgrade_refuses_leaves_the_old_server(start: Callable[..., Instance], run: RunDir) -> None:
    instance = start()
    with instance.admin() as conn:
        conn.execute("CREATE TABLE kept AS SELECT 1 AS a")
        # A library of the old major can be loaded there, and by no other.
        library = f"/usr/lib/postgresql/{OLD}/lib/autoinc.so"
        conn.execute(f"CREATE FUNCTION f() RETURNS trigger LANGUAGE c AS '{library}', 'autoinc'".encode())
        conn.execute("GRANT SELECT ON kept TO postgres")
    before = instance.info
    with pytest.raises(UpgradeFailed, match="loadable libraries") as caught:
        instance.upgrade(str(NEW))
    assert "autoinc.so" in caught.value.log
    assert instance.info == before
    assert (instance.major, one(instance, "SELECT a FROM kept")) == (OLD, 1)
    assert containers(run.id) == [before.container[:12]]


def test_pg_upgrade_refuses_what_prechecks_would(start: Callable[..., Instance]) -> None:
    instance = start()
    with instance.connect() as conn:
        conn.execute("CREATE TABLE job (what regproc)")
    with pytest.raises(UpgradeBlocked, match="reg"):
        instance.upgrade(str(NEW))
    with pytest.raises(UpgradeFailed, match="reg") as caught:
        instance.upgrade(str(NEW), prechecks=False)
    assert "postgres.public.job.what" in " ".join(caught.value.log.split()).replace(
        "In database: postgres ", "postgres."
    )


def test_values_of_the_new_group_are_checked_first(start: Callable[..., Instance]) -> None:
    instance = start()
    started = one(instance, "SELECT pg_postmaster_start_time()")
    with pytest.raises(ParameterRefused, match="Could not find parameter with name: no_such"):
        instance.upgrade(str(NEW), parameters={"no_such": "1"})
    assert one(instance, "SELECT pg_postmaster_start_time()") == started


def test_an_upgrade_keeps_address_group_and_record(start: Callable[..., Instance], run: RunDir) -> None:
    instance = start(work_mem="8192")
    port = instance.info.port
    instance.open()
    progress: list[str] = []
    instance.upgrade(str(NEW), parameters={"work_mem": "9216"}, progress=progress.append)
    assert progress
    assert instance.info.port == port
    assert (instance.version, instance.major) == (str(NEW), NEW)
    assert one(instance, "SHOW work_mem") == "9MB"
    with instance.maintenance() as conn:
        assert conn.execute("SELECT current_user").fetchone() == ("rdsadmin",)
    instance.close()
    known = run.read(instance.record)
    assert known is not None
    again = Instance.attach(ServerInfo.from_json(known), DockerEngine(), run, instance.record)
    assert again.group == {"work_mem": "9216"}
    again.reset()
    again.reboot()
    assert one(again, "SHOW work_mem") == "4MB"


def test_somebody_else_may_take_the_port(
    start: Callable[..., Instance], monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = start()
    port = instance.info.port
    stop = DockerEngine.stop
    thief = socket.socket()

    def steal(self: DockerEngine, info: ServerInfo) -> None:
        stop(self, info)
        if info.port == port and thief.getsockname()[1] == 0:
            thief.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            thief.bind(("127.0.0.1", port))
            thief.listen()

    monkeypatch.setattr(DockerEngine, "stop", steal)
    with thief:
        instance.upgrade(str(NEW))
        assert instance.info.port != port
        assert one(instance, "SELECT 1") == 1


def test_two_upgrades_at_once(start: Callable[..., Instance]) -> None:
    instances = [start(), start()]
    for number, instance in enumerate(instances):
        with instance.connect() as conn:
            conn.execute(f"CREATE TABLE mine AS SELECT {number} AS number".encode())
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda instance: instance.upgrade(str(NEW)), instances))
    assert [one(instance, "SELECT number FROM mine") for instance in instances] == [0, 1]


#: Upgrade a server; when interrupted say whether the old one answers, then end everything.
INTERRUPTED = """
import sys
from rdscheck.model import Version
from rdscheck.sandbox.docker import DockerEngine
from rdscheck.sandbox.instance import Instance
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run
run = RunDir.create(Owner.me())
try:
    instance = Pool(run, DockerEngine()).dedicated(Instance, Version(int(sys.argv[1])))
    print(run.id, flush=True)
    try:
        instance.upgrade(sys.argv[2], progress=lambda line: print(line, flush=True))
    except KeyboardInterrupt:
        instance.admin().close()
        print("the old server answers:", instance.major, flush=True)
finally:
    end_run(run)
"""


def test_ctrl_c_leaves_the_old_server_and_then_nothing(run: RunDir) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(OLD), str(NEW)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    mine = process.stdout.readline().strip()
    for line in process.stdout:
        if line.startswith("upgrading"):
            break
    while len(containers(mine)) < 2:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    told, _ = process.communicate(timeout=120)
    assert f"the old server answers: {OLD}" in told
    assert containers(mine) == []


def test_ctrl_c_between_two_servers_waits_for_the_new_one(
    start: Callable[..., Instance], run: RunDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance, engine = start(), DockerEngine()
    stop = DockerEngine.stop

    def stop_and_interrupt(self: DockerEngine, info: ServerInfo) -> None:
        stop(self, info)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(DockerEngine, "stop", stop_and_interrupt)
    with pytest.raises(KeyboardInterrupt):
        instance.upgrade(str(NEW))
    kept = run.read(instance.record)
    assert kept is not None
    found = Instance.attach(ServerInfo.from_json(kept), engine, run, instance.record)
    assert (found.major, one(found, "SELECT 1")) == (NEW, 1)


def test_local_servers_are_not_upgraded() -> None:
    found = sorted(installations())
    if not found:
        pytest.skip("no PostgreSQL is installed here")
    with pytest.raises(EngineUnavailable, match="the engine docker does"):
        LocalEngine().prepare_upgrade(Version(found[0]), Version(19))


def test_an_upgrade_image_depends_on_both_majors(monkeypatch: pytest.MonkeyPatch) -> None:
    before = upgrade_image.tag(OLD, NEW)
    assert before == upgrade_image.tag(OLD, NEW) != upgrade_image.tag(15, NEW)
    names = [before, f"{upgrade_image.REPOSITORY}:17-18-00000000", f"{upgrade_image.REPOSITORY}:mine"]
    monkeypatch.setattr(images, "named", lambda _repository: names)
    assert upgrade_image.outdated() == names[1:]
    original = images.bake_hash
    monkeypatch.setattr(images, "bake_hash", lambda major: "other" if major == NEW else original(major))
    assert upgrade_image.tag(OLD, NEW) != before


@pytest.mark.parametrize(
    ("log", "told"),
    [
        (
            "Checking x  fatal\n\nYour cluster contains x.\nDrop it.\nA list of x is in:\n    f\n\nFailure\n",
            "Your cluster contains x. Drop it.",
        ),
        (
            "Checking types ok\nData type checks failed: \nYour cluster contains y.\n\nFailure, exiting\n",
            "Your cluster contains y.",
        ),
        (
            "*failure*\nFailure, exiting\npg_restore: error: could not execute query: ERROR:  no f()\n",
            "no f()",
        ),
        ("one\ntwo\n\n", "two"),
        ("", "it said nothing"),
    ],
)
def test_the_reason_is_read_out_of_the_log(log: str, told: str) -> None:
    assert reason(log) == told
