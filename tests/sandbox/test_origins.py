"""Replication origins for members of rds_superuser: before 14 the server wants a superuser."""

from collections.abc import Iterator

import psycopg.errors as pg
import pytest

from rdscheck.model import Version
from rdscheck.sandbox.database import Database
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run
from tests.sandbox.places import place

#: Tells who it is run by.
TELLING = """
CREATE FUNCTION told() RETURNS text LANGUAGE plpgsql AS $$
BEGIN RAISE NOTICE '%', current_user; RETURN 'told'; END $$
"""


@pytest.fixture(scope="module", params=["docker-13", "docker-17"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    engine, major = place(request.param)
    run = RunDir.create(Owner.me())
    yield Database.create(Pool(run, choose(engine)).server(Version(major)))
    end_run(run)


def test_the_master_user_keeps_origins(database: Database) -> None:
    with database.connect() as master:
        master.execute("SELECT pg_replication_origin_create('mine')")
        master.execute("SELECT pg_catalog.pg_replication_origin_create(%s)", ["other"])
        assert master.execute("SELECT pg_replication_origin_oid('none')").fetchone() == (None,)
        master.execute("SELECT pg_replication_origin_session_setup('mine')")
        assert master.execute("SELECT pg_replication_origin_session_is_setup()").fetchone() == (True,)
        master.execute("SELECT pg_replication_origin_session_reset()")
        master.execute("SELECT pg_replication_origin_drop('mine'), pg_replication_origin_drop('other')")
        assert master.execute("SELECT roname FROM pg_replication_origin").fetchall() == []
        assert master.execute("SELECT current_user").fetchone() == ("postgres",)


def test_an_error_gives_nothing_away(database: Database) -> None:
    with database.connect() as master:
        for _ in range(2):
            with pytest.raises(pg.UndefinedObject):
                master.execute("SELECT pg_replication_origin_drop('none')")
        assert master.execute("SELECT current_user, current_setting('is_superuser')").fetchone() == (
            "postgres",
            "off",
        )
        with pytest.raises(pg.InsufficientPrivilege):
            master.execute("SELECT rolpassword FROM pg_authid")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT pg_replication_origin_oid(told())",
        "SELECT pg_replication_origin_oid('none'), told()",
        "SELECT pg_replication_origin_oid('none') WHERE told() = 'told'",
        "SELECT pg_replication_origin_oid(t) FROM (SELECT told() AS t OFFSET 0) AS s",
    ],
)
def test_no_code_of_a_user_runs_with_more_rights(database: Database, query: str) -> None:
    seen: list[str | None] = []
    with database.connect() as master:
        master.execute("DROP FUNCTION IF EXISTS told()")
        master.execute(TELLING)
        master.add_notice_handler(lambda notice: seen.append(notice.message_primary))
        if database.server.major < 14:
            with pytest.raises(pg.InsufficientPrivilege, match="only superusers"):
                master.execute(query)
        else:
            master.execute(query)
    assert set(seen) <= {"postgres"}


@pytest.mark.parametrize("options", ["", "IN ROLE rds_replication"])
def test_others_keep_none(database: Database, options: str) -> None:
    role = database.create_role("app", options=options)
    with database.connect(role) as app, pytest.raises(pg.InsufficientPrivilege):
        app.execute("SELECT pg_replication_origin_create('theirs')")
