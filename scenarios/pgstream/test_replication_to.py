"""Replication to RDS: what applying rows and DDL takes there."""

import json
from typing import Any

import pytest
from psycopg import sql

from rdscheck import claim, documentation_finding, refused, scenario

DOCS = "https://xata.io/documentation/opensource/pgstream/docs/aws"
OWNERS = "https://www.postgresql.org/docs/current/ddl-priv.html"

pytestmark = scenario(
    "pgstream/replication-to",
    title="Replicate to RDS with pgstream",
    docs=DOCS,
    document="pgstream: AWS Database Onboarding Guide",
    since=13,
    needs=("rdsutils", "wal2json"),
)

CONTENT = "SELECT array_agg(o ORDER BY id)::text FROM app.orders o"


@pytest.fixture
def app(source: Any, target: Any) -> Any:
    """Make a schema app on both sides, and log in to the source as the role that owns it there."""
    role = source.role("app_owner")
    source.sql("GRANT CREATE ON DATABASE {} TO {}", source.name, role)
    session = source.connect(role)
    for one in (session, target.master):
        one.execute("CREATE SCHEMA app")
    return session


def row(session: Any, change: Any) -> None:
    """Change a row of the target by its key."""
    table = sql.Identifier(change["schema"], change["table"])
    columns = {one["name"]: one["value"] for one in change.get("columns", [])}
    key = {one["name"]: one["value"] for one in change.get("identity", [])}
    is_it = sql.SQL(" AND ").join(pair(name, value) for name, value in key.items())
    if change["action"] == "I":
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        values = sql.SQL(", ").join(map(sql.Literal, columns.values()))
        session.execute(sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(table, names, values))
    elif change["action"] == "U":
        values = sql.SQL(", ").join(pair(name, value) for name, value in columns.items())
        session.execute(sql.SQL("UPDATE {} SET {} WHERE {}").format(table, values, is_it))
    else:
        session.execute(sql.SQL("DELETE FROM {} WHERE {}").format(table, is_it))


def pair(column: str, value: Any) -> sql.Composed:
    """Return a column and its value with = between."""
    return sql.SQL("{} = {}").format(sql.Identifier(column), value)


def applied(session: Any, changes: list[Any]) -> None:
    """Do what a target does with the changes received: rows by their keys, DDL as it was written."""
    for change in changes:
        if change["action"] == "M":
            session.execute(json.loads(change["content"])["ddl"])
        else:
            row(session, change)


def hand_over(target: Any) -> str:
    """Give database and schema to pgstreamtarget, and return its name."""
    role: str = target.role("pgstreamtarget")
    target.sql("GRANT {} TO CURRENT_USER", role)
    target.sql("ALTER DATABASE {} OWNER TO {}", target.name, role)
    target.sql("ALTER SCHEMA app OWNER TO {}", role)
    return role


@claim(source=DOCS, certainty="documented", basis="stand-in")
def test_applied(source: Any, stream: Any, app: Any, target: Any) -> None:
    """The owner of database and schema applies rows and DDL, and both sides have the same."""
    stream.init()
    writer = target.connect(hand_over(target))
    app.execute("CREATE TABLE app.orders (id integer PRIMARY KEY, item text)")
    app.execute("INSERT INTO app.orders VALUES (1, 'tea'), (2, 'milk'), (3, NULL)")
    app.execute("ALTER TABLE app.orders ADD COLUMN price integer")
    app.execute("UPDATE app.orders SET item = 'rum', price = 7 WHERE id = 1")
    app.execute("DELETE FROM app.orders WHERE id = 2")
    applied(writer, stream.read())
    assert writer.execute(CONTENT).fetchone() == app.execute(CONTENT).fetchone() == ('{"(1,rum,7)","(3,,)"}',)


@claim(source=DOCS, certainty="documented", basis="stand-in")
def test_without_ownership(source: Any, stream: Any, app: Any, target: Any) -> None:
    """Who does not own the schema applies no DDL."""
    stream.init()
    app.execute("CREATE TABLE app.orders (id integer PRIMARY KEY)")
    changes = stream.read()
    with refused("42501", "permission denied for schema app"):
        applied(target.connect(target.role("pgstreamtarget")), changes)


@claim(source=OWNERS, certainty="documented", basis="stand-in")
@documentation_finding("pgstream-target-tables")
def test_tables_of_others(source: Any, stream: Any, app: Any, target: Any) -> None:
    """Owning database and schema gives no right on tables that somebody else owns in it: no row arrives."""
    app.execute("CREATE TABLE app.orders (id integer PRIMARY KEY)")
    target.master.execute("CREATE TABLE app.orders (id integer PRIMARY KEY)")
    stream.init()
    role = hand_over(target)
    app.execute("INSERT INTO app.orders VALUES (1)")
    rows = stream.read()
    app.execute("ALTER TABLE app.orders ADD COLUMN item text")
    ddl = stream.read()
    writer = target.connect(role)
    with refused("42501", "permission denied for table orders"):
        applied(writer, rows)
    with refused("42501", "must be owner of table orders"):
        applied(writer, ddl)
    target.sql("ALTER TABLE app.orders OWNER TO {}", role)
    applied(writer, [*rows, *ddl])
    assert writer.execute(CONTENT).fetchone() == app.execute(CONTENT).fetchone()
