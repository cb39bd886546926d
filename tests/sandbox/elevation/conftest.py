"""A server with rdsutils for each engine, and a database whose roles must not have risen in the end."""

from collections.abc import Iterator

import pytest

from rdscheck.model import Version
from rdscheck.sandbox.database import Database
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import Connection, Server
from rdscheck.sandbox.sweep import end_run
from tests.conftest import PACKAGED
from tests.sandbox.elevation.attacks import row
from tests.sandbox.places import place


@pytest.fixture(scope="module", params=[*(f"docker-{major}" for major in PACKAGED), "local"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    engine, major = place(request.param)
    run = RunDir.create(Owner.me())
    try:
        found = Pool(run, choose(engine)).server(Version(major))
        with found.admin() as admin:
            row = admin.execute("SHOW shared_preload_libraries").fetchone()
        if row is None or "rdsutils" not in row[0]:
            pytest.skip("this server has no rdsutils")
        yield found
    finally:
        end_run(run)


@pytest.fixture
def db(server: Server) -> Iterator[Database]:
    """Give a database with a table that attacks report to; whatever they did, nobody may have risen."""
    database = Database.create(server)
    with database.connect() as master:
        master.execute("CREATE TABLE notes (what text, who text, outcome text)")
        master.execute("GRANT SELECT, INSERT ON notes TO PUBLIC")
    yield database
    with database.admin() as admin:
        risen = admin.execute(
            "SELECT rolname FROM pg_roles WHERE rolsuper AND rolname <> 'rdsadmin' UNION ALL"
            " SELECT member::regrole::name FROM pg_auth_members WHERE roleid = 10 OR roleid::regrole::text IN"
            " ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')"
        ).fetchall()
        admin.execute("ALTER ROLE postgres NOSUPERUSER")
        admin.execute("REVOKE pg_execute_server_program FROM postgres")
    database.drop()
    assert risen == []


@pytest.fixture
def master(db: Database) -> Iterator[Connection]:
    with db.connect() as conn:
        yield conn
        assert row(conn, "SELECT session_user, current_user, current_setting('is_superuser')") == (
            "postgres",
            "postgres",
            "off",
        )
