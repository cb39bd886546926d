"""Servers of one's own: what comes into force when, reboots, and a group that stops the server."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rdscheck.errors import RdscheckError
from rdscheck.model import Version
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.instance import Instance
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool, servers_of
from rdscheck.sandbox.refusals import IncompatibleParameters, LibraryMissing, ParameterRefused, SharedServer
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run
from tests.conftest import PACKAGED, containers
from tests.sandbox.places import place

#: Far more than any machine has: 8 TiB.
TOO_MUCH = {"shared_buffers": "1073741823"}


@pytest.fixture(scope="module", params=["local", "docker"])
def started(request: pytest.FixtureRequest) -> Iterator[Instance]:
    engine, major = place(request.param)
    run = RunDir.create(Owner.me())
    yield Pool(run, choose(engine)).dedicated(Instance, Version(major))
    end_run(run)


@pytest.fixture
def server(started: Instance) -> Iterator[Instance]:
    """Give a server whose group is back to the defaults after the test."""
    yield started
    started.reset()
    if started.parameter_status != "in-sync":
        started.reboot()


def show(server: Instance, name: str) -> str:
    with server.connect() as conn:
        row = conn.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


def test_a_dynamic_parameter_comes_into_force_at_once(server: Instance) -> None:
    server.modify({"work_mem": "8192"})
    assert show(server, "work_mem") == "8MB"
    assert (server.pending, server.parameter_status, server.group) == ({}, "in-sync", {"work_mem": "8192"})
    server.reset("work_mem")
    assert show(server, "work_mem") == "4MB"


def test_an_open_session_gets_a_dynamic_parameter(server: Instance) -> None:
    with server.connect() as conn:
        server.modify({"track_functions": "all"})
        assert conn.execute("SHOW track_functions").fetchone() == ("all",)


def test_a_dynamic_parameter_waits_when_asked_to(server: Instance) -> None:
    server.modify({"work_mem": "8192"}, apply_method="pending-reboot")
    assert show(server, "work_mem") == "4MB"
    assert (server.pending, server.parameter_status) == ({"work_mem": "8192"}, "pending-reboot")
    # A dynamic change of another parameter leaves it waiting.
    server.modify({"track_functions": "all"})
    assert (show(server, "work_mem"), show(server, "track_functions")) == ("4MB", "all")
    server.reboot()
    assert show(server, "work_mem") == "8MB"


def test_a_static_parameter_waits_for_the_reboot(server: Instance) -> None:
    server.modify({"max_connections": "60", "track_functions": "all"})
    assert (show(server, "max_connections"), show(server, "track_functions")) == ("200", "all")
    assert (server.pending, server.parameter_status) == ({"max_connections": "60"}, "pending-reboot")
    server.reboot()
    assert show(server, "max_connections") == "60"
    assert (server.pending, server.parameter_status) == ({}, "in-sync")
    server.reset("max_connections")
    assert (show(server, "max_connections"), server.pending) == ("60", {"max_connections": None})
    server.reboot()
    assert show(server, "max_connections") == "200"


def test_taking_a_pending_change_back_leaves_nothing_pending(server: Instance) -> None:
    server.modify({"max_connections": "60"})
    server.reset("max_connections")
    assert (server.pending, server.parameter_status) == ({}, "in-sync")


def test_nothing_changes_when_one_of_several_values_is_refused(server: Instance) -> None:
    with pytest.raises(ParameterRefused, match="log_statement"):
        server.modify({"work_mem": "8192", "log_statement": "no such word"})
    with pytest.raises(ParameterRefused, match="immediate apply method"):
        server.modify({"work_mem": "8192", "max_connections": "60"}, apply_method="immediate")
    assert (show(server, "work_mem"), server.group, server.pending) == ("4MB", {}, {})


def test_what_only_the_server_can_check_is_refused_and_taken_back(server: Instance) -> None:
    server.modify({"work_mem": "8192"})
    with pytest.raises(ParameterRefused, match="timezone") as caught:
        server.modify({"timezone": "Middle/Earth", "track_functions": "all"})
    assert caught.value.code == "InvalidParameterValue"
    assert server.group == {"work_mem": "8192"}
    with server.admin() as admin:
        admin.execute("SELECT pg_reload_conf()")
        wrong = admin.execute(
            "SELECT name, error FROM pg_file_settings WHERE error IS NOT NULL"
            " AND sourcefile LIKE '%rdscheck.parameters.conf'"
        ).fetchall()
    assert wrong == []
    assert (show(server, "work_mem"), show(server, "track_functions")) == ("8MB", "pl")


def test_a_reboot_keeps_data_port_and_passwords(server: Instance) -> None:
    before = server.info
    with server.connect() as conn:
        conn.execute("DROP TABLE IF EXISTS kept")
        conn.execute("CREATE TABLE kept AS SELECT 1 AS one")
        server.reboot()
        with pytest.raises(psycopg.OperationalError):
            conn.execute("SELECT 1")
    assert (server.info.host, server.info.port) == (before.host, before.port)
    with server.connect() as conn:
        assert conn.execute("SELECT one FROM kept").fetchone() == (1,)


def test_maintenance_goes_on_after_a_reboot(server: Instance) -> None:
    server.open()
    try:
        server.reboot()
        with server.maintenance() as conn:
            assert conn.execute("SELECT current_user").fetchone() == ("rdsadmin",)
    finally:
        server.close()


def test_a_group_that_stops_the_server_can_be_mended(server: Instance) -> None:
    server.modify({"work_mem": "8192"})
    server.modify(TOO_MUCH)
    with pytest.raises(IncompatibleParameters) as caught:
        server.reboot()
    assert caught.value.parameter == "shared_buffers"
    assert "could not map anonymous shared memory" in caught.value.fatal
    assert server.parameter_status == "incompatible-parameters"
    with pytest.raises(psycopg.OperationalError):
        server.connect()
    with pytest.raises(IncompatibleParameters):
        server.reboot()
    # What the group may hold is known while the server is down, too.
    with pytest.raises(ParameterRefused, match="no_such_parameter"):
        server.modify({"no_such_parameter": "1"})
    server.modify({"track_functions": "all"})
    server.reset("shared_buffers")
    assert server.parameter_status == "incompatible-parameters"
    server.reboot()
    assert (server.parameter_status, server.pending) == ("in-sync", {})
    assert (show(server, "work_mem"), show(server, "track_functions")) == ("8MB", "all")
    assert show(server, "shared_buffers") == "64MB"


def test_the_servers_own_words_name_the_parameter(server: Instance) -> None:
    if server.major < 16:
        pytest.skip("no line of this version names a parameter of the group and stops the server")
    server.modify({"reserved_connections": "200", "work_mem": "8192"})
    with pytest.raises(IncompatibleParameters, match="must be less than") as caught:
        server.reboot()
    assert caught.value.parameter == "reserved_connections"


def test_the_group_is_one_file_and_no_other(server: Instance) -> None:
    server.modify({"work_mem": "8192", "rds.logical_replication": "1"})
    server.reboot()
    with server.admin() as admin:
        rows = admin.execute("SELECT count(*), max(setting) FROM pg_file_settings WHERE name = 'work_mem'")
        assert rows.fetchone() == (1, "8192")
        files = admin.execute(
            "SELECT DISTINCT regexp_replace(sourcefile, '.*/', '') FROM pg_file_settings ORDER BY 1"
        ).fetchall()
        double = admin.execute(
            "SELECT name FROM pg_file_settings WHERE sourcefile LIKE '%rdscheck.parameters.conf'"
            " GROUP BY name HAVING count(*) > 1"
        ).fetchall()
    assert (files, double) == ([("postgresql.conf",), ("rdscheck.parameters.conf",)], [])
    assert show(server, "wal_level") == "logical"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_text_arrives_as_it_is(server: Instance, value: str) -> None:
    server.modify({"postgis.gdal_enabled_drivers": value})
    assert show(server, "postgis.gdal_enabled_drivers") == value
    assert show(server, "track_functions") == "pl"


def test_the_shared_server_cannot_be_changed(run: RunDir, quick: tuple[str, int]) -> None:
    engine, major = quick
    pool = Pool(run, choose(engine))
    shared = pool.server(Version(major))
    own = pool.dedicated(Instance, Version(major))
    with pytest.raises(SharedServer, match="other tests use"):
        shared.modify({"work_mem": "8192"})
    with pytest.raises(SharedServer, match="other tests use"):
        shared.reset("work_mem")
    with pytest.raises(SharedServer, match="other tests use"):
        shared.reboot()
    with pytest.raises(SharedServer, match="other tests use"):
        pool.server(Version(major), {"work_mem": "8192"})
    assert [one.info.port for one in servers_of(run)] == [shared.info.port]
    assert own.info.port != shared.info.port
    own.end()
    with shared.connect() as conn:
        assert conn.execute("SELECT 1").fetchone() == (1,)
    assert [name for name in run.recorded() if name.startswith("extra-")] == []


@pytest.mark.parametrize("name", ["local", "docker"])
def test_a_server_that_does_not_take_its_group_leaves_nothing(run: RunDir, name: str) -> None:
    engine, major = place(name)
    pool = Pool(run, choose(engine))
    with pytest.raises(IncompatibleParameters):
        pool.dedicated(Instance, Version(major), TOO_MUCH)
    with pytest.raises(ParameterRefused):
        pool.dedicated(Instance, Version(major), {"nothing": "1"})
    assert [record for record in run.recorded() if record.startswith("extra-")] == []
    assert not list(run.path.glob("pg*/data"))
    assert containers(run.id) == []


@pytest.mark.parametrize("name", ["local", *(f"docker-{major}" for major in PACKAGED)])
def test_every_version_starts_with_values_of_its_own(run: RunDir, name: str) -> None:
    engine, major = place(name)
    values = {"rds.logical_replication": "1", "max_connections": "60", "log_statement": "ddl"}
    server = Pool(run, choose(engine)).dedicated(Instance, Version(major), values)
    assert (server.group, server.pending) == (values, {})
    shown = {one: show(server, one) for one in ("wal_level", "max_connections", "log_statement")}
    assert shown == {"wal_level": "logical", "max_connections": "60", "log_statement": "ddl"}
    if server.has("rdsutils"):
        assert show(server, "rds.logical_replication") == "on"
        assert show(server, "shared_preload_libraries") == "rdsutils,pg_stat_statements"
        with server.connect() as conn, pytest.raises(psycopg.errors.CantChangeRuntimeParam):
            conn.execute("SET rds.logical_replication = off")
        server.modify({"shared_preload_libraries": "auto_explain"})
        server.reboot()
        assert show(server, "shared_preload_libraries") == "rdsutils,auto_explain"
    # The group holds nothing that the server only takes for somebody else's.
    assert "unrecognized configuration parameter" not in server.log()
    assert "invalid configuration parameter" not in server.log()
    if major == 13:
        with server.connect() as conn:
            assert conn.execute("SHOW password_encryption").fetchone() == ("md5",)


def test_a_minor_has_its_own_lists(run: RunDir) -> None:
    engine, major = place("local")
    if major != 15:
        pytest.skip("the local server is no PostgreSQL 15")
    server = Pool(run, choose(engine)).dedicated(Instance, Version(15, "4"))
    if reason := server.why_not("rdsutils"):
        pytest.skip(reason)
    newest = Pool(run, choose(engine)).dedicated(Instance, Version(15))
    assert show(server, "rds.extensions") != show(newest, "rds.extensions")
    assert server.emulates == "RDS for PostgreSQL 15.4"
    assert show(server, "rds.extensions") == ",".join(server.supported_extensions)


def test_without_the_library_no_rds_parameter_is_written(
    run: RunDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Placeholders could be SET by anybody, so there had better be none."""
    import tempfile

    from rdscheck.sandbox import shadow

    _, major = place("local")
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        monkeypatch.setenv("RDSCHECK_HOME", home)
        monkeypatch.setattr(shadow, "_compiler", lambda: None)
        own = RunDir.create(Owner.me())
        try:
            pool = Pool(own, choose("local"))
            server = pool.dedicated(Instance, Version(major), {"rds.logical_replication": "1"})
            assert "no C compiler" in server.why_not("rdsutils")
            assert show(server, "wal_level") == "logical"
            assert show(server, "shared_preload_libraries") == "pg_stat_statements"
            with server.connect() as conn, pytest.raises(psycopg.errors.UndefinedObject):
                conn.execute("SHOW rds.logical_replication")
        finally:
            end_run(own)


@pytest.mark.parametrize("name", [f"docker-{major}" for major in PACKAGED])
@pytest.mark.parametrize("library", ["pgaudit", "pg_cron", "pglogical"])
def test_libraries_of_the_group_are_loaded_with_their_parameters(
    run: RunDir, name: str, library: str
) -> None:
    engine, major = place(name)
    values = {"shared_preload_libraries": library, "pgaudit.log": "ddl"}
    try:
        server = Pool(run, choose(engine)).dedicated(Instance, Version(major), values)
    except LibraryMissing as missing:
        pytest.skip(missing.message)
    assert show(server, "shared_preload_libraries") == f"rdsutils,{library}"
    if library == "pgaudit":
        # Empty until somebody sets it, as the page says.
        assert (show(server, "pgaudit.log"), show(server, "pgaudit.role")) == ("ddl", "")
        server.modify({"pgaudit.role": "rds_pgaudit"})
        assert show(server, "pgaudit.role") == "rds_pgaudit"
        # Once it is loaded, its own words are known.
        with pytest.raises(ParameterRefused, match=r"pgaudit\.nothing"):
            server.modify({"pgaudit.nothing": "1"})
    else:
        with server.connect() as conn, pytest.raises(psycopg.errors.UndefinedObject):
            conn.execute("SHOW pgaudit.log")
    if library == "pg_cron":
        assert show(server, "cron.database_name") == "postgres"
        server.modify({"cron.database_name": "app"})
        assert server.pending == {"cron.database_name": "app"}


def test_without_openssl_tls_is_missing_and_not_forced(
    run: RunDir, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import tempfile

    _, major = place("local")
    for directory in os.environ["PATH"].split(os.pathsep):
        for program in Path(directory).glob("*"):
            link = tmp_path / program.name
            if program.name != "openssl" and not link.is_symlink():
                link.symlink_to(program)
    for parent in (tmp_path, *tmp_path.parents[:4]):  # the server's account looks for programs, too
        if parent.name.startswith(("pytest-", "popen-", "test_")):
            parent.chmod(0o755)
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        monkeypatch.setenv("RDSCHECK_HOME", home)
        monkeypatch.setenv("PATH", str(tmp_path))
        own = RunDir.create(Owner.me())
        try:
            server = Pool(own, choose("local")).dedicated(Instance, Version(major))
            assert "openssl was not there" in server.why_not("tls")
            server.connect(sslmode="disable").close()
            if server.has("rdsutils"):
                assert show(server, "rds.force_ssl") == "off"
            with pytest.raises(RdscheckError, match="TLS cannot be asked for"):
                server.modify({"rds.force_ssl": "1"})
        finally:
            end_run(own)
