"""Each check finds what it is for and nothing else; the scenario upgrade/prechecks shows the rest of them."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from rdscheck.catalog.versions import SANDBOX_MAJORS, emulated
from rdscheck.model import Version
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import Server
from rdscheck.sandbox.sweep import end_run
from rdscheck.upgrade.checks import CHECKS, GONE_COLUMNS, UPDATE_FIRST
from rdscheck.upgrade.precheck import Obstacle, applying, event, log, look
from tests.conftest import PACKAGED
from tests.sandbox.places import place

BY_ID = {check.id: check for check in CHECKS}
VALUES: dict[str, object] = {
    "offered": ["plpgsql"],
    "update_first": list(UPDATE_FIRST),
    "gone": list(GONE_COLUMNS),
}


@pytest.fixture(scope="module", params=[*(f"docker-{major}" for major in PACKAGED), "local"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    engine, major = place(request.param)
    run = RunDir.create(Owner.me())
    yield Pool(run, choose(engine)).server(Version(major))
    end_run(run)


@pytest.fixture
def conn(server: Server) -> Iterator[psycopg.Connection[Any]]:
    """Connect as rdsadmin; what a test does is rolled back."""
    with server.admin() as made:
        made.autocommit = False
        made.execute("SET allow_system_table_mods = on")
        yield made
        made.rollback()


def found(conn: psycopg.Connection[Any], name: str) -> list[str]:
    check = BY_ID[name]
    return [row[0] for row in conn.execute(check.sql, VALUES | check.parameters)]


@pytest.mark.parametrize("name", BY_ID)
def test_a_new_server_is_innocent(conn: psycopg.Connection[Any], name: str) -> None:
    """Every query is valid on every major, whether its check applies there or not."""
    assert found(conn, name) == []


@pytest.mark.parametrize(
    ("name", "guilty", "objects"),
    [
        ("no_connections", "ALTER DATABASE rdsadmin ALLOW_CONNECTIONS false", ["rdsadmin"]),
        (
            "templates",
            "ALTER DATABASE template1 IS_TEMPLATE false",
            ["template1"],
        ),
        ("role_prefix", "UPDATE pg_authid SET rolname = 'pg_x' WHERE rolname = 'mine'", ["pg_x"]),
        ("old_types", "CREATE TABLE t (a information_schema.sql_identifier[])", ["public.t.a"]),
        ("reg_types", 'CREATE MATERIALIZED VIEW "V" AS SELECT 1::oid::regproc AS "A"', ['public."V"."A"']),
        ("aclitem_type", "CREATE TABLE t (a aclitem[], b int)", ["public.t.a"]),
        (
            "system_composites",
            "CREATE TABLE t (a pg_type, b information_schema.tables)",
            ["public.t.a", "public.t.b"],
        ),
        (
            "event_triggers_of_extensions",
            (
                "CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';"
                "CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION f();"
                "ALTER EXTENSION plpgsql ADD EVENT TRIGGER e"
            ),
            ["plpgsql: e"],
        ),
        ("rdkit", "UPDATE pg_extension SET extname = 'rdkit', extversion = '4.2.0'", ["rdkit"]),
        (
            "subscriptions",
            (
                "CREATE TABLE t (a int);"
                "CREATE SUBSCRIPTION s CONNECTION 'host=x' PUBLICATION p WITH (connect = false);"
                "INSERT INTO pg_subscription_rel (srsubid, srrelid, srsubstate)"
                " SELECT oid, 't'::regclass, 'd' FROM pg_subscription"
            ),
            ["s: t"],
        ),
    ],
)
def test_a_guilty_server_is_found_out(
    conn: psycopg.Connection[Any], name: str, guilty: str, objects: list[str]
) -> None:
    conn.execute("CREATE ROLE mine")
    for statement in guilty.split(";"):
        conn.execute(statement.encode())
    assert found(conn, name) == objects


@pytest.mark.parametrize(
    ("name", "innocent"),
    [
        ("reg_types", "CREATE TABLE t (a regclass, b regtype, c regrole, d text)"),
        ("reg_types", "CREATE TEMP TABLE t (a regproc)"),
        ("reg_types", "CREATE VIEW v AS SELECT 1::oid::regproc AS a"),
        ("system_composites", "CREATE TYPE own AS (a int); CREATE TABLE t (a own)"),
        ("role_prefix", "CREATE ROLE pgx"),
        ("rdkit", "UPDATE pg_extension SET extname = 'rdkit', extversion = '4.6.1'"),
        ("system_views", "CREATE VIEW v AS SELECT datname, blks_read FROM pg_stat_database"),
        ("not_null_inheritance", "CREATE TABLE p (a int NOT NULL); CREATE TABLE c () INHERITS (p)"),
        ("db_name", "COMMENT ON DATABASE postgres IS 'a b'"),
    ],
)
def test_what_is_allowed_is_left_alone(conn: psycopg.Connection[Any], name: str, innocent: str) -> None:
    for statement in innocent.split(";"):
        conn.execute(statement.encode())
    assert found(conn, name) == []


def test_large_objects_are_counted(conn: psycopg.Connection[Any]) -> None:
    """Nobody makes 25 million of them for a test: the same query with a lower limit."""
    conn.execute("SELECT lo_create(0) FROM generate_series(1, 3)")
    check = BY_ID["large_objects"]
    assert [list(conn.execute(check.sql, {"many": many})) for many in (4, 3)] == [[], [("3",)]]


def test_the_list_of_vanished_columns_is_right(server: Server) -> None:
    """A column is there exactly in the majors before the one named."""
    with server.admin() as conn:
        rows = conn.execute(
            "SELECT c.relname || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
            " WHERE NOT a.attisdropped AND c.relnamespace IN"
            " ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)"
        ).fetchall()
    here = {row[0] for row in rows}
    late = {name for name, first in GONE_COLUMNS.items() if first <= server.major}
    assert late & here == set()
    # Some columns came with a later major than this one, and are not here yet either.
    young = ("pg_stat_io.", "pg_stat_wal.", "pg_collation.coll", "pg_database.daticu", "pg_backend_memory_")
    missing = {name for name in GONE_COLUMNS if name not in late and name not in here}
    assert [name for name in missing if not name.startswith(young)] == []


@pytest.mark.parametrize("source", SANDBOX_MAJORS[:-1])
def test_no_superuser_is_needed(server: Server, source: int) -> None:
    """The master user may ask about every database it can enter, as somebody with a real instance would."""
    if source > server.major:
        pytest.skip("checks of a later source may ask for what is not there yet")
    older, newer = emulated(Version(source)).version, emulated(Version(18)).version
    assert [one for one in look(server.connect, older, newer) if one.blocks] == []


@pytest.mark.parametrize("source", SANDBOX_MAJORS[:-1])
def test_checks_end_where_their_reason_does(source: int) -> None:
    ids = {check.id for check in applying(f"{source}.1", f"{source + 1}.1")}
    assert ("postfix_operators" in ids) == (source == 13)
    assert ("logical_slots" in ids) == (source < 17)
    assert ("aclitem_type" in ids) == (source == 15)
    assert ("not_null_inheritance" in ids) == (source == 17)
    assert "ext_update_first" not in ids
    assert {"reg_types", "prepared_xacts", "event_triggers", "ext_unsupported"} <= ids


def test_ids_are_unique_and_sources_are_addresses() -> None:
    assert len(BY_ID) == len(CHECKS)
    assert [check.id for check in CHECKS if not check.source.startswith("https://")] == []
    assert [check.id for check in CHECKS if not check.fix or not check.line] == []


def test_texts_are_those_of_aws() -> None:
    """The sample log of the user guide, with its words for what was found."""
    obstacles = [
        Obstacle(BY_ID["prepared_xacts"], "", ("late",)),
        Obstacle(BY_ID["reg_types"], 'my"database', ("public.t.a",)),
        Obstacle(BY_ID["ext_unsupported"], 'my"database', ("tsearch2",)),
        Obstacle(BY_ID["large_objects"], "", ("30000000",)),
    ]
    text = log(obstacles, "9.6.11", "10.6", "Wed Apr  4 15:30:52 2018")
    bar = "-" * 66
    assert text.splitlines() == [
        bar,
        "Upgrade could not be run on Wed Apr  4 15:30:52 2018",
        bar,
        "The instance could not be upgraded from 9.6.11 to 10.6 for the following reasons.",
        (
            "Please take appropriate action on databases that have usage incompatible with the requested"
            " major engine version upgrade and try the upgrade again."
        ),
        "",
        "* There are uncommitted prepared transactions. Please commit or rollback all prepared transactions.",
        "* The following issues in the database 'my\"database' need to be corrected before upgrading:",
        '** The ["reg*"] data types are used in user tables. Remove all usage of these data types.',
        (
            "** The database has extensions installed that are not supported on the target database version."
            ' Drop the following extensions from your database: ["tsearch2"].'
        ),
    ]
    assert event(obstacles).startswith("Database instance is in a state that cannot be upgraded: PreUpgrade")
    assert event(obstacles[3:]) == ""
    assert log(obstacles[3:], "13.1", "14.1", "") == "Upgrade from 13.1 to 14.1: nothing is in the way\n"
