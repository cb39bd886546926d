"""Logging in: the database rdsadmin, TLS, reserved connections, WAL senders, options of the session."""

import time
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from rdscheck import Basis, claim, deviation, rests_on, scenario

GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
TASKS = f"{GUIDE}Appendix.PostgreSQL.CommonDBATasks.html"
SSL = f"{GUIDE}PostgreSQL.Concepts.General.SSL.html"
ROLES = f"{GUIDE}Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html"
LOGICAL = f"{GUIDE}PostgreSQL.Concepts.General.FeatureSupport.LogicalReplication.html"
VARIABLES = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/"
    "AuroraPostgreSQL.Reference.ParameterGroups.html"
)
CLIENT = "https://www.postgresql.org/docs/current/libpq-connect.html"
NEON = "https://www.postgresql.org/docs/current/protocol-replication.html"

pytestmark = scenario(
    "privileges/connections",
    title="Log in: TLS, reserved connections, WAL senders, and the database nobody may enter",
    docs=SSL,
    since=13,
    basis=Basis.EMULATED,
)

#: How a server says that a connection came without TLS: another word since 14.
WITHOUT_TLS = {True: "no encryption", False: "SSL off"}


def connecting(parameters: dict[str, Any]) -> str:
    """Log in and out again; return what was said when it was refused, else an empty text."""
    try:
        psycopg.connect(**parameters).close()
    except psycopg.OperationalError as error:
        return str(error)
    return ""


@pytest.fixture
def dsn(rds: Any, rds_db: Any) -> dict[str, Any]:
    """Give the parameters with which the master user logs in to the fresh database."""
    return dict(conninfo_to_dict(rds_db.dsn())) | {"connect_timeout": "10"}


def full(instance: Any, opened: ExitStack, user: str, password: str) -> str:
    """Log in until it is refused, and return what was said then."""
    for _ in range(30):
        try:
            opened.enter_context(instance.connect(user=user, password=password))
        except psycopg.OperationalError as error:
            return str(error)
    return ""


@claim(source=TASKS, certainty="documented")
def test_rdsadmin_is_closed_to_master(dsn: dict[str, Any]) -> None:
    """The master user cannot enter the database rdsadmin."""
    said = connecting(dsn | {"dbname": "rdsadmin"})
    assert 'database "rdsadmin"' in said
    assert connecting(dsn) == ""


@claim(source=TASKS, certainty="documented")
def test_rdsadmin_is_closed_to_ordinary(rds_db: Any, dsn: dict[str, Any]) -> None:
    """An ordinary role cannot enter the database rdsadmin."""
    role = dict(conninfo_to_dict(rds_db.dsn(rds_db.create_role("app")))) | {"connect_timeout": "10"}
    assert 'database "rdsadmin"' in connecting(role | {"dbname": "rdsadmin"})
    assert connecting(role) == ""


@claim(source=TASKS, certainty="documented")
def test_rdsadmin_is_listed(rds: Any) -> None:
    """The database rdsadmin is listed on every instance, and loops over all databases must leave it out."""
    rows = rds.execute(
        "SELECT pg_get_userbyid(datdba), datallowconn FROM pg_database WHERE datname = 'rdsadmin'"
    )
    assert rows.fetchall() == [("rdsadmin", True)]


@claim(source=TASKS, certainty="derived")
def test_nobody_logs_in_as_rdsadmin(dsn: dict[str, Any]) -> None:
    """Nobody logs in as rdsadmin, whichever password he tries."""
    for password in ("", "postgres", "rdsadmin", str(dsn["password"])):
        assert connecting(dsn | {"user": "rdsadmin", "password": password}), password


@claim(source=SSL, certainty="documented", since=15, needs=("rdsutils", "tls"))
def test_tls_is_forced(dsn: dict[str, Any], rds_server: Any) -> None:
    """From 15 on a connection without TLS is refused by default."""
    assert WITHOUT_TLS[rds_server.major >= 14] in connecting(dsn | {"sslmode": "disable"})
    assert connecting(dsn | {"sslmode": "require"}) == ""


@claim(source=SSL, certainty="documented", until=14, needs=("rdsutils",))
def test_tls_is_not_forced(dsn: dict[str, Any]) -> None:
    """Up to 14 a connection without TLS is accepted by default."""
    assert connecting(dsn | {"sslmode": "disable"}) == ""


@claim(source=SSL, certainty="documented", needs=("tls",))
def test_tls_is_offered(dsn: dict[str, Any]) -> None:
    """Every version offers TLS, 1.2 or newer."""
    with psycopg.connect(**(dsn | {"sslmode": "require"})) as connection:
        row = connection.execute(
            "SELECT ssl, version >= 'TLSv1.2' FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        ).fetchone()
    assert row == (True, True)


@claim(source=SSL, certainty="documented", needs=("rdsutils", "tls"))
@pytest.mark.parametrize("value", ["0", "1"])
def test_tls_follows_the_parameter(rds_instance: Any, value: str) -> None:
    """rds.force_ssl decides whether a connection without TLS is refused."""
    instance = rds_instance(parameters={"rds.force_ssl": value})
    info = instance.info
    login = instance.parameters("postgres", instance.master_user, info.master_password)
    said = connecting(login | {"sslmode": "disable"})
    assert (WITHOUT_TLS[instance.major >= 14] in said) is (value == "1")
    assert bool(said) is (value == "1")
    assert connecting(login | {"sslmode": "require"}) == ""


@claim(source=ROLES, certainty="observed", needs=("rdsutils",))
@rests_on("reserved-connections-text")
def test_slots_are_reserved(rds_instance: Any) -> None:
    """When an ordinary role has taken the free slots it is refused, and a member of rds_superuser gets in."""
    instance = rds_instance(parameters={"max_connections": "20"})
    with instance.connect() as master, ExitStack() as opened:
        master.execute("CREATE ROLE app LOGIN PASSWORD 'app-secret'")
        said = full(instance, opened, "app", "app-secret")
        assert "remaining connection slots are reserved for" in said
        if instance.major < 16:
            assert "non-replication superuser and rds_superuser connections" in said
        else:
            assert 'roles with privileges of the "rds_reserved" role' in said
        master_again = instance.parameters("postgres", instance.master_user, instance.info.master_password)
        assert connecting(master_again) == ""


@claim(source=ROLES, certainty="observed", needs=("rdsutils",))
@rests_on("reserved-connections-text")
def test_last_slots_are_the_superusers(rds_instance: Any) -> None:
    """The very last slots are kept from members of rds_superuser too, and rdsadmin gets in."""
    instance = rds_instance(parameters={"max_connections": "20"})
    with ExitStack() as opened:
        said = full(instance, opened, instance.master_user, instance.info.master_password)
        assert "remaining connection slots are reserved for" in said
        rdsadmin = instance.parameters("postgres", "rdsadmin", instance.info.admin_password)
        assert connecting(rdsadmin | {"host": instance.info.admin_host}) == ""


@claim(source=VARIABLES, certainty="documented", needs=("rdsutils",))
def test_replication_role_at_login(dsn: dict[str, Any], rds_db: Any) -> None:
    """session_replication_role can be given with the connection's options by the master user only."""
    options = {"options": "-c session_replication_role=replica"}
    assert connecting(dsn | options) == ""
    with psycopg.connect(**(dsn | options)) as connection:
        assert connection.execute("SHOW session_replication_role").fetchone() == ("replica",)
    role = dict(conninfo_to_dict(rds_db.dsn(rds_db.create_role("app"))))
    assert 'permission denied to set parameter "session_replication_role"' in connecting(role | options)


@claim(source=CLIENT, certainty="documented", basis=Basis.REAL)
def test_superuser_settings_at_login(dsn: dict[str, Any]) -> None:
    """A superuser's setting in the connection's options is refused."""
    said = connecting(dsn | {"options": "-c log_statement=none"})
    assert 'permission denied to set parameter "log_statement"' in said
    assert connecting(dsn | {"options": "-c work_mem=8MB"}) == ""


def identified(parameters: dict[str, Any]) -> str:
    """Ask a WAL sender who it is; return what was said when it was refused, else an empty text."""
    try:
        # A WAL sender for a database takes the simple protocol only.
        with psycopg.connect(
            **(parameters | {"replication": "database"}), autocommit=True, cursor_factory=psycopg.ClientCursor
        ) as sender:
            row = sender.execute("IDENTIFY_SYSTEM").fetchone()
            assert row is not None
            assert row[3] == parameters["dbname"]
    except psycopg.OperationalError as error:
        return str(error)
    return ""


@claim(source=LOGICAL, certainty="documented", needs=("rdsutils",))
def test_wal_sender(dsn: dict[str, Any], rds: Any, rds_db: Any) -> None:
    """Members of rds_replication begin a replication connection: the master user and who was granted it."""
    assert identified(dsn) == ""
    role = rds_db.create_role("streamer")
    rds.execute(f'GRANT rds_replication TO "{role}"')
    assert identified(dict(conninfo_to_dict(rds_db.dsn(role)))) == ""


@claim(source=NEON, certainty="documented", basis=Basis.REAL)
def test_wal_sender_refused(rds_db: Any) -> None:
    """Who is not in rds_replication begins no replication connection."""
    said = identified(dict(conninfo_to_dict(rds_db.dsn(rds_db.create_role("app")))))
    assert "must be superuser or replication role to start walsender" in said or (
        "permission denied to start WAL sender" in said
    )


@claim(source=LOGICAL, certainty="documented", needs=("rdsutils",))
def test_no_physical_replication(dsn: dict[str, Any]) -> None:
    """Nobody streams the write-ahead log as a physical replica does: that is not offered outside RDS."""
    assert "replication" in connecting(dsn | {"replication": "true"})
    assert identified(dsn) == ""


@claim(source=LOGICAL, certainty="derived", needs=("rdsutils",))
@deviation("base-backup")
def test_no_base_backup(dsn: dict[str, Any]) -> None:
    """Nobody takes a base backup of the instance, through a logical replication connection either."""
    assert identified(dsn) == ""
    # Simple queries: a WAL sender takes no others.
    with psycopg.connect(
        **(dsn | {"replication": "database"}), autocommit=True, cursor_factory=psycopg.ClientCursor
    ) as sender:
        answer = sender.pgconn.exec_(b"BASE_BACKUP")
        # Compared before the assert: pytest would show the answer with its address in memory.
        turned_away = answer.status == psycopg.pq.ExecStatus.FATAL_ERROR
        assert turned_away, "the server began to send its files"


@claim(source=LOGICAL, certainty="documented", needs=("rdsutils",))
def test_logical_decoding(rds_instance: Any) -> None:
    """With rds.logical_replication a member of rds_replication makes a logical slot and reads changes."""
    instance = rds_instance(parameters={"rds.logical_replication": "1"})
    with instance.recorded() as master:
        assert master.execute("SELECT current_setting('wal_level')").fetchone() == ("logical",)
        assert master.execute("SHOW rds.logical_replication").fetchone() == ("on",)
        master.execute("CREATE ROLE streamer LOGIN PASSWORD 'app-secret'")
        master.execute("CREATE ROLE app LOGIN PASSWORD 'app-secret'")
        master.execute("GRANT rds_replication TO streamer")
        master.execute("CREATE TABLE t (i integer PRIMARY KEY)")
        with instance.recorded(user="streamer", password="app-secret") as streamer:
            streamer.execute("SELECT pg_create_logical_replication_slot('changes', 'test_decoding')")
            master.execute("INSERT INTO t VALUES (7)")
            rows = streamer.execute("SELECT data FROM pg_logical_slot_get_changes('changes', NULL, NULL)")
            assert any("table public.t: INSERT: i[integer]:7" in data for (data,) in rows.fetchall())
            with (
                instance.recorded(user="app", password="app-secret") as app,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                app.execute("SELECT data FROM pg_logical_slot_peek_changes('changes', NULL, NULL)")
            streamer.execute("SELECT pg_drop_replication_slot('changes')")
        assert master.execute("SELECT count(*) FROM pg_replication_slots").fetchone() == (0,)


@claim(source=LOGICAL, certainty="documented", needs=("rdsutils",))
def test_subscription_end_to_end(rds_instance: Any) -> None:
    """With rds.logical_replication the master user replicates a table from one database to another."""
    instance = rds_instance(parameters={"rds.logical_replication": "1"})
    instance.create_named_database("target")
    with instance.recorded() as source, instance.recorded("target") as target:
        for database in (source, target):
            database.execute("CREATE TABLE t (i integer PRIMARY KEY)")
        source.execute("INSERT INTO t VALUES (1)")
        source.execute("CREATE PUBLICATION everything FOR ALL TABLES")
        source.execute("SELECT pg_create_logical_replication_slot('sub', 'pgoutput')")
        login = f"host=127.0.0.1 port={inside(source)} dbname=postgres user={instance.master_user}"
        source.recorder.mask(instance.info.master_password, "********")
        target.execute(
            f"CREATE SUBSCRIPTION sub CONNECTION '{login} password={instance.info.master_password}'"
            " PUBLICATION everything WITH (create_slot = false)"
        )
        source.execute("INSERT INTO t VALUES (2)")
        deadline = time.monotonic() + 20
        # Past the recorder: how often it asks differs from run to run.
        while target.pgconn.exec_(b"SELECT count(*) FROM t").get_value(0, 0) != b"2":
            assert time.monotonic() < deadline, "the second row did not arrive within 20 s"
            time.sleep(0.02)
        assert target.execute("SELECT i FROM t ORDER BY i").fetchall() == [(1,), (2,)]
        owner = target.execute("SELECT subowner::regrole::text FROM pg_subscription").fetchone()
        assert owner == (instance.master_user,)
        target.execute("DROP SUBSCRIPTION sub")


def inside(connection: Any) -> int:
    """Return the port on which the server itself listens; from outside a container it is another one."""
    (port,) = connection.execute("SELECT current_setting('port')::integer").fetchone()
    return int(port)
