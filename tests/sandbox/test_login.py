"""Who gets in, and how: TLS, password methods, rdsadmin from inside and outside."""

import re
from collections.abc import Iterator
from secrets import token_hex

import psycopg
import pytest
from psycopg import sql

from rdscheck.model import Version
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.instance import Instance
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run
from tests.conftest import PACKAGED
from tests.sandbox.places import place


@pytest.fixture(scope="module", params=["local", *(f"docker-{major}" for major in PACKAGED)])
def started(request: pytest.FixtureRequest) -> Iterator[Instance]:
    engine, major = place(request.param)
    run = RunDir.create(Owner.me())
    yield Pool(run, choose(engine)).dedicated(Instance, Version(major))
    end_run(run)


@pytest.fixture
def server(started: Instance) -> Iterator[Instance]:
    yield started
    started.reset()


def encrypted(server: Instance, sslmode: str) -> bool:
    with server.connect(sslmode=sslmode) as conn:
        row = conn.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()
    assert row is not None
    return bool(row[0])


def refused_without_tls(server: Instance) -> str:
    """Return the server's refusal, the address of the client left out."""
    with pytest.raises(psycopg.OperationalError) as caught:
        server.connect(sslmode="disable").close()
    return re.sub(r'host "[^"]*"', 'host "…"', str(caught.value).partition("FATAL:")[2].strip())


def test_tls_is_asked_for_from_15_on(server: Instance) -> None:
    if reason := server.why_not("tls"):
        pytest.skip(reason)
    assert encrypted(server, "require")
    assert encrypted(server, "prefer")
    if server.major < 15:
        assert not encrypted(server, "disable")
        return
    assert refused_without_tls(server) == (
        'no pg_hba.conf entry for host "…", user "postgres", database "postgres", no encryption'
    )


def test_tls_is_forced_and_left_to_the_client_without_a_reboot(server: Instance) -> None:
    if reason := server.why_not("tls"):
        pytest.skip(reason)
    server.modify({"rds.force_ssl": "0"}, apply_method="immediate")
    assert not encrypted(server, "disable")
    assert encrypted(server, "require")
    server.modify({"rds.force_ssl": "1"})
    end = "no encryption" if server.major >= 14 else "SSL off"
    assert refused_without_tls(server) == (
        f'no pg_hba.conf entry for host "…", user "postgres", database "postgres", {end}'
    )
    assert encrypted(server, "require")
    if server.has("rdsutils"):
        with server.connect() as conn:
            assert conn.execute("SHOW rds.force_ssl").fetchone() == ("on",)


def test_both_kinds_of_password_are_taken_until_scram_is_asked_for(server: Instance) -> None:
    passwords = {}
    for kind in ("md5", "scram-sha-256"):
        name, password = f"{kind.partition('-')[0]}_{token_hex(4)}", token_hex(8)
        passwords[kind] = (name, password)
        with server.admin() as admin:
            admin.execute(sql.SQL("SET password_encryption = {}").format(sql.Literal(kind)))
            admin.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                    sql.Identifier(name), sql.Literal(password)
                )
            )
    for name, password in passwords.values():
        server.connect(user=name, password=password).close()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            server.connect(user=name, password="wrong")
    server.modify({"rds.accepted_password_auth_method": "scram"})
    server.connect(user=passwords["scram-sha-256"][0], password=passwords["scram-sha-256"][1]).close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        server.connect(user=passwords["md5"][0], password=passwords["md5"][1])
    with server.admin() as admin:
        assert admin.execute("SELECT current_user").fetchone() == ("rdsadmin",)


def test_nobody_gets_in_without_a_password(server: Instance) -> None:
    for user in ("rdsadmin", "postgres"):
        for sslmode in ("disable", "require"):
            with pytest.raises(psycopg.OperationalError):
                server.connect(user=user, password="", sslmode=sslmode, passfile="/dev/null")
            with pytest.raises(psycopg.OperationalError):
                server.connect(user=user, password="rdsadmin", sslmode=sslmode)


def test_the_server_does_not_let_itself_in_as_rdsadmin(server: Instance) -> None:
    """The socket is no way around the password, whatever runs inside the server: try as its superuser."""
    with server.admin() as admin:
        row = admin.execute(
            "SELECT split_part(current_setting('unix_socket_directories'), ',', 1), current_setting('port')"
        ).fetchone()
        assert row is not None
        directory, port = row
        admin.execute("CREATE EXTENSION IF NOT EXISTS dblink")
        for user in ("rdsadmin", "postgres"):
            for host in (directory, "127.0.0.1"):
                dsn = f"host={host} port={port} dbname=postgres user={user}"
                with pytest.raises(psycopg.errors.SqlclientUnableToEstablishSqlconnection) as caught:
                    admin.execute("SELECT dblink_connect_u('x', %s)", [dsn])
                assert re.search("no password supplied|no pg_hba.conf entry", str(caught.value))
        # The password is what it takes: the way itself is open.
        dsn = f"host={directory} port={port} dbname=postgres user=postgres"
        told = admin.execute(
            "SELECT * FROM dblink(%s, 'SELECT current_user::text') AS t (who text)",
            [f"{dsn} password={server.info.master_password}"],
        ).fetchone()
        assert told == ("postgres",)
        dsn = f"host={directory} port={port} dbname=rdsadmin user=postgres"
        with pytest.raises(
            psycopg.errors.SqlclientUnableToEstablishSqlconnection, match="rejects connection"
        ):
            admin.execute(
                "SELECT dblink_connect_u('x', %s)", [f"{dsn} password={server.info.master_password}"]
            )
        admin.execute("DROP EXTENSION dblink")


def test_nobody_enters_the_rdsadmin_database(server: Instance) -> None:
    for sslmode in ("disable", "require"):
        with pytest.raises(psycopg.OperationalError, match="rejects connection"):
            server.connect("rdsadmin", sslmode=sslmode)
    with server.admin("rdsadmin") as conn:
        assert conn.execute("SELECT current_user").fetchone() == ("rdsadmin",)
