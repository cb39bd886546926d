"""A server of each engine: who may do what, fresh databases, roles, refused twins."""

from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from rdscheck.errors import InvalidFeatureName, RdscheckError
from rdscheck.model import Version
from rdscheck.sandbox.database import Database
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import Server
from rdscheck.sandbox.sweep import end_run
from tests.conftest import engines

#: Any name PostgreSQL takes: up to 63 bytes, no NUL.
NAMES = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20
).filter(lambda text: len(text.encode()) <= 50)


@pytest.fixture(scope="module", params=["docker", "local"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    found = dict(engines())
    if request.param not in found:
        pytest.skip(f"engine {request.param}: nothing to start here (rdscheck doctor)")
    run = RunDir.create(Owner.me())
    yield Pool(run, choose(request.param)).server(Version(found[request.param]))
    end_run(run)
    assert not run.path.exists()


@pytest.fixture
def db(server: Server) -> Iterator[Database]:
    database = Database.create(server)
    yield database
    database.drop()


def test_the_master_user_is_no_superuser_and_in_rds_superuser(db: Database) -> None:
    with db.connect() as conn:
        row = conn.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls, rolvaliduntil::text,"
            " pg_has_role(rolname, 'rds_superuser', 'USAGE') FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == (False, True, True, False, False, "infinity", True)


def test_rdsadmin_is_the_only_superuser(db: Database) -> None:
    with db.connect() as conn:
        rows = conn.execute("SELECT rolname FROM pg_roles WHERE rolsuper").fetchall()
    assert rows == [("rdsadmin",)]


def test_the_roles_of_rds_are_there_and_cannot_log_in(db: Database) -> None:
    with db.connect() as conn:
        rows = conn.execute(
            r"SELECT rolname, rolcanlogin FROM pg_roles WHERE rolname LIKE 'rds\_%' ORDER BY 1"
        ).fetchall()
    names = [
        "rds_ad",
        "rds_extension",
        "rds_iam",
        "rds_password",
        "rds_replication",
        "rds_reserved",
        "rds_superuser",
    ]
    assert rows == [(name, False) for name in names]


def test_output_plugins_and_stand_ins_are_told(server: Server) -> None:
    assert server.has("test_decoding")
    assert "is not installed on this PostgreSQL" in server.why_not("decoder_raw")
    assert set(server.info.stand_ins) <= {"aws_commons", "aws_lambda", "aws_s3", "plv8"}
    if server.has("aws_s3"):
        assert {"aws_commons", "aws_s3"} <= set(server.info.stand_ins)


def test_connections_are_encrypted(db: Database) -> None:
    with db.connect(sslmode="require") as conn:
        row = conn.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()
    assert row == (True,)


def test_nobody_but_rdsadmin_enters_the_rdsadmin_database(server: Server) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"rejects connection"):
        server.connect("rdsadmin")
    with server.admin("rdsadmin") as conn:
        assert conn.execute("SELECT current_user").fetchone() == ("rdsadmin",)


def test_a_wrong_password_is_refused(server: Server) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        server.connect(password="wrong")


@pytest.mark.parametrize(
    ("statement", "sqlstate"),
    [
        ("CREATE ROLE evil SUPERUSER", "42501"),
        ("SELECT count(*) FROM pg_authid", "42501"),
        ("COPY (SELECT 1) TO PROGRAM 'true'", "42501"),
        ("COPY (SELECT 1) TO '/tmp/rdscheck-never'", "42501"),
        ("SELECT pg_read_file('PG_VERSION')", "42501"),
        ("SET ROLE rdsadmin", "42501"),
    ],
)
def test_the_master_user_is_kept_from_what_rds_keeps_to_itself(
    db: Database, statement: str, sqlstate: str
) -> None:
    with db.connect() as conn, pytest.raises(psycopg.Error) as caught:
        conn.execute(statement)
    assert caught.value.sqlstate == sqlstate


def test_the_master_user_reads_what_monitoring_needs(db: Database) -> None:
    with db.connect() as conn:
        assert conn.execute("SHOW data_directory").fetchone() is not None


def test_databases_are_apart(server: Server) -> None:
    one, two = Database.create(server), Database.create(server)
    try:
        with one.connect() as conn:
            conn.execute("CREATE TABLE t ()")
        with two.connect() as conn:
            assert conn.execute("SELECT to_regclass('t')").fetchone() == (None,)
    finally:
        one.drop()
        two.drop()


def test_a_database_is_dropped_with_whoever_is_connected_and_its_roles(server: Server) -> None:
    database = Database.create(server)
    role = database.create_role("left_behind")
    conn = database.connect(role)
    database.drop()
    with pytest.raises(psycopg.OperationalError):
        conn.execute("SELECT 1")
    with server.admin() as admin:
        assert admin.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None
        assert admin.execute("SELECT FROM pg_database WHERE datname = %s", [database.name]).fetchone() is None


def test_a_role_logs_in_and_is_nobody_special(db: Database) -> None:
    role = db.create_role("reporting_role")
    with db.connect(role) as conn:
        assert conn.execute("SELECT current_user").fetchone() == (role,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("CREATE ROLE other")


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wish=NAMES)
def test_a_role_may_have_any_name(db: Database, wish: str) -> None:
    role = db.create_role(wish)
    with db.connect(role) as conn:
        assert conn.execute("SELECT current_user").fetchone() == (role,)


def test_a_role_is_associated_by_the_right_feature_name_only(db: Database) -> None:
    db.associate_role("s3Export", resource=["*"])
    with pytest.raises(InvalidFeatureName):
        db.associate_role("S3_EXPORT", resource=["*"])


def test_an_association_needs_to_know_what_it_is_for(db: Database) -> None:
    with pytest.raises(RdscheckError, match="no bucket is known"):
        db.associate_role("s3Export")


def test_what_stand_ins_are_told_is_readable_by_the_server_only_and_goes_with_the_database(
    server: Server,
) -> None:
    database = Database.create(server)
    database.associate_role("s3Export", resource=["*"])
    listing = "SELECT count(*) FROM pg_ls_dir('rdscheck/aws') f WHERE f = %s"
    with server.admin() as admin:
        row = admin.execute("SELECT oid FROM pg_database WHERE datname = %s", [database.name]).fetchone()
        assert row is not None
        name = f"{row[0]}.conf"
        assert admin.execute(listing, [name]).fetchone() == (1,)
        with database.connect() as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute(sql.SQL("SELECT pg_read_file({})").format(sql.Literal(f"rdscheck/aws/{name}")))
        database.drop()
        assert admin.execute(listing, [name]).fetchone() == (0,)
