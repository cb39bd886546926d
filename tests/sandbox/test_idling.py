"""Servers of one run after another: a first group without a second start, containers that are used again."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from rdscheck.errors import StartError
from rdscheck.model import Version
from rdscheck.sandbox import snapshots
from rdscheck.sandbox.engine import Engine
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.instance import Instance
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.refusals import IncompatibleParameters, ParameterRefused
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run
from tests.conftest import containers
from tests.sandbox.places import place

AUDITED = {"shared_preload_libraries": "pgaudit", "work_mem": "8192"}


@pytest.fixture(scope="module", params=["local", "docker"])
def pool(request: pytest.FixtureRequest) -> Iterator[tuple[Pool, Version]]:
    """Give the servers of a run that has its shared one."""
    engine, major = place(request.param)
    run = RunDir.create(Owner.me())
    made = Pool(run, choose(engine))
    made.server(Version(major))
    yield made, Version(major)
    end_run(run)


def settings(server: Instance) -> set[tuple[str, str]]:
    with server.admin() as admin:
        return set(admin.execute("SELECT name, setting FROM pg_settings WHERE source <> 'client'").fetchall())


def start_time(server: Instance) -> object:
    with server.admin() as admin:
        row = admin.execute("SELECT pg_postmaster_start_time()").fetchone()
    assert row is not None
    return row[0]


def test_the_first_group_is_what_a_reboot_makes_of_it(
    pool: tuple[Pool, Version], monkeypatch: pytest.MonkeyPatch
) -> None:
    servers, version = pool
    rebooted = servers.dedicated(Instance, version)
    rebooted.modify({"work_mem": "8192"})
    rebooted.modify({"rds.logical_replication": "1"}, apply_method="pending-reboot")
    rebooted.reboot()
    with monkeypatch.context() as patched:
        patched.setattr(Instance, "reboot", lambda _self: pytest.fail("it was started twice"))
        first = servers.dedicated(Instance, version, {"work_mem": "8192", "rds.logical_replication": "1"})
    same = {"port", "external_pid_file", "data_directory", "hba_file", "ident_file", "config_file"}
    own = ("unix_socket", "ssl_", "shared_memory")
    differ = {name for name, _ in settings(first) ^ settings(rebooted) if not name.startswith(own)} - same
    assert differ == set()
    assert first.group == rebooted.group == {"work_mem": "8192", "rds.logical_replication": "1"}
    assert (first.pending, first.parameter_status) == ({}, "in-sync")
    first.reset("work_mem")
    with first.connect() as conn:
        assert conn.execute("SHOW work_mem").fetchone() == ("4MB",)
    first.end()
    rebooted.end()


def test_what_rds_refuses_starts_nothing(pool: tuple[Pool, Version], monkeypatch: pytest.MonkeyPatch) -> None:
    servers, version = pool
    monkeypatch.setattr(type(servers.engine), "start", lambda *_: pytest.fail("it started a server"))
    with pytest.raises(ParameterRefused, match="Could not find parameter with name: no_such_thing"):
        servers.dedicated(Instance, version, {"no_such_thing": "1"})


def test_a_first_group_that_stops_the_server_is_told_as_after_a_reboot(pool: tuple[Pool, Version]) -> None:
    servers, version = pool
    before = servers.run.recorded("extra-")
    with pytest.raises(IncompatibleParameters) as caught:
        servers.dedicated(Instance, version, {"shared_buffers": "1073741823"})
    assert caught.value.parameter == "shared_buffers"
    assert servers.run.recorded("extra-") == before


@pytest.fixture
def docker() -> tuple[Engine, Version]:
    engine, major = place("docker")
    return choose(engine), Version(major)


def test_nothing_of_the_server_before_stays(run: RunDir, docker: tuple[Engine, Version]) -> None:
    engine, version = docker
    servers = Pool(run, engine)
    servers.server(version)
    old = servers.dedicated(Instance, version, AUDITED)
    with old.connect() as master:
        master.execute("CREATE ROLE leftover")
        master.execute("CREATE DATABASE leftover")
        master.execute("CREATE TABLE leftover ()")
        master.execute("CREATE TABLESPACE leftover LOCATION '/leftover'")
    assert "leftover" in _missing(old, "leftover")
    old.release()
    new = servers.dedicated(Instance, version)
    assert new.info.container == old.info.container
    assert new.info.master_password != old.info.master_password
    assert new.info.admin_password != old.info.admin_password
    with new.admin() as admin:
        for catalog, name in (("pg_roles", "rolname"), ("pg_database", "datname"), ("pg_class", "relname")):
            found = admin.execute(f"SELECT count(*) FROM {catalog} WHERE {name} = 'leftover'")
            assert found.fetchone() == (0,)
        beside = admin.execute("SELECT array_agg(name) FROM pg_ls_dir('..') name").fetchone()
        assert beside == (["data"],)
        assert admin.execute("SHOW shared_preload_libraries").fetchone() == ("rdsutils,pg_stat_statements",)
    assert (new.group, show(new, "work_mem")) == ({}, "4MB")
    assert "leftover" not in new.log()
    assert "another" in _missing(new, "another")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        new.connect(password=old.info.master_password)


def test_a_container_that_was_made_for_somebodys_data(
    run: RunDir, docker: tuple[Engine, Version], tmp_path: Path
) -> None:
    engine, version = docker
    servers = Pool(run, engine)
    first = servers.dedicated(Instance, version)
    copy = snapshots.take(first, version, tmp_path / "copy")
    restored = snapshots.restore(copy, engine, run, "")
    engine.release(restored, run)
    second = servers.dedicated(Instance, version)
    assert second.info.container == restored.container


def test_a_container_serves_one_at_a_time(run: RunDir, docker: tuple[Engine, Version]) -> None:
    engine, version = docker
    servers = Pool(run, engine)
    first = servers.dedicated(Instance, version)
    first.release()
    second, third = servers.dedicated(Instance, version), servers.dedicated(Instance, version)
    assert second.info.container == first.info.container
    assert third.info.container != second.info.container
    third.release()
    # One that does not answer, here because it is gone, is replaced.
    servers.engine.stop(third.info)
    fourth = servers.dedicated(Instance, version)
    assert fourth.info.container not in {second.info.container, third.info.container}
    assert start_time(fourth) != start_time(second)


def test_a_server_that_is_down_is_not_used_again(run: RunDir, docker: tuple[Engine, Version]) -> None:
    engine, version = docker
    servers = Pool(run, engine)
    broken = servers.dedicated(Instance, version)
    broken.modify({"shared_buffers": "1073741823"}, apply_method="pending-reboot")
    with pytest.raises(IncompatibleParameters):
        broken.reboot()
    broken.release()
    assert run.recorded("idle-") == {}
    assert containers(run.id) == []


def test_a_group_that_stops_a_server_in_an_old_container(run: RunDir, docker: tuple[Engine, Version]) -> None:
    engine, version = docker
    servers = Pool(run, engine)
    servers.server(version)
    servers.dedicated(Instance, version).release()
    with pytest.raises(IncompatibleParameters) as caught:
        servers.dedicated(Instance, version, {"shared_buffers": "1073741823"})
    assert caught.value.parameter == "shared_buffers"


def test_a_run_that_is_kept_keeps_no_idle_containers(docker: tuple[Engine, Version]) -> None:
    engine, version = docker
    run = RunDir.named("test-kept-idle", Owner.kept())
    try:
        one = Pool(run, engine).dedicated(Instance, version)
        one.release()
        assert run.recorded("idle-") == {}
        with pytest.raises(StartError):
            engine.log(one.info)
    finally:
        end_run(run)


def show(server: Instance, name: str) -> str:
    with server.connect() as conn:
        row = conn.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


def _missing(server: Instance, name: str) -> str:
    """Ask for a table that is not there, and return the log in which that stands."""
    mark = server.logs.mark()
    with server.connect() as conn, pytest.raises(psycopg.Error):
        conn.execute(f"SELECT * FROM missing_{name}")
    return " ".join(record.message for record in server.logs.since(mark))
