"""What T-SQL calls a table, and what PostgreSQL calls it."""

import tomllib
from pathlib import Path
from typing import Any

import psycopg.errors as pg
import pytest
from psycopg import sql

from rdscheck import (
    Basis,
    claim,
    flattened,
    physical_index,
    physical_name,
    physical_user,
    quote,
    refused,
    rests_on,
    scenario,
)

SOURCE = "https://github.com/babelfish-for-postgresql/babelfish_extensions"

pytestmark = scenario(
    "babelfish/naming",
    title="Find tables of T-SQL under their PostgreSQL names",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/babelfish-architecture.html",
    since=13,
    basis=Basis.STAND_IN,
)

_NAMES = tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))
BOTH: dict[str, str] = _NAMES["both"] | _NAMES["system"]
MULTI_ONLY: dict[str, str] = _NAMES["multi"]


def read(conn: Any, relation: str) -> Any:
    """Return what stands in a table: the name that T-SQL has for it."""
    return conn.execute(f"SELECT tsql_name FROM {relation}").fetchall()


@claim(source=SOURCE, certainty="observed")
@rests_on("babelfish-shape")
@pytest.mark.parametrize("name", BOTH.values(), ids=BOTH)
def test_table_is_found(cluster: Any, name: str) -> None:
    """db.schema.table of T-SQL is db_schema.table in multi-db and schema.table in single-db mode."""
    assert read(cluster.master, str(physical_name(name, cluster.mode))) == [(name,)]


@claim(source=SOURCE, certainty="observed")
@rests_on("babelfish-shape")
@pytest.mark.parametrize("name", MULTI_ONLY.values(), ids=MULTI_ONLY)
def test_table_of_another_database_is_found(multi: Any, name: str) -> None:
    """In multi-db mode tables of further databases are found by their database's name before the schema."""
    assert read(multi.master, str(physical_name(name, "multi-db"))) == [(name,)]


@claim(certainty="documented")
@rests_on("babelfish-shape")
def test_other_mode_finds_nothing(cluster: Any) -> None:
    """The name of the other migration mode finds no table: which mode it is has to be known."""
    other = "multi-db" if cluster.mode == "single-db" else "single-db"
    with refused(pg.UndefinedTable, "does not exist"):
        read(cluster.master, str(physical_name("MyDB.Sales.Orders", other)))
    same = physical_name("master.dbo.t1", other)
    assert read(cluster.master, str(same)) == [("master.dbo.t1",)]


@claim(source=SOURCE, certainty="observed")
@rests_on("babelfish-shape")
def test_capitals_are_not_kept(cluster: Any, step: Any) -> None:
    """A to Z are small letters in PostgreSQL, however T-SQL quoted them; quoting them there finds nothing."""
    schema = str(physical_name("MyDB.Sales.Orders", cluster.mode)).partition(".")[0]
    with step("1. Bare names fold in PostgreSQL too"):
        assert read(cluster.master, f"{schema.upper()}.Orders") == [("MyDB.Sales.Orders",)]
    with step("2. Quoted as in T-SQL: no such table"), refused(pg.UndefinedTable, "does not exist"):
        read(cluster.master, f'{schema}."Orders"')
    with step("3. Columns as well"):
        assert cluster.master.execute(f"SELECT OrderID FROM {schema}.orders").fetchall() == [(None,)]
        with refused(pg.UndefinedColumn, 'column "OrderID" does not exist'):
            cluster.master.execute(f'SELECT "OrderID" FROM {schema}.orders')


@claim(source=SOURCE, certainty="observed")
@rests_on("babelfish-shape")
def test_long_name_is_not_cut(cluster: Any, step: Any) -> None:
    """A name of 64 bytes and more is shortened with a hash; what PostgreSQL cuts it to is not there."""
    name = BOTH["long-table"]
    found, long = physical_name(name, cluster.mode), name.partition("[")[2].removesuffix("]")
    with step("1. The name with its hash fits into PostgreSQL's 63 bytes and is stored whole"):
        assert len(found.name.encode()) == 63
        assert cluster.master.execute("SELECT %s::name::text", [found.name]).fetchone() == (found.name,)
        assert read(cluster.master, str(found)) == [(name,)]
    with step("2. T-SQL's name is cut without a hash"), refused(pg.UndefinedTable, "does not exist"):
        read(cluster.master, f"{found.schema}.{long}")
    assert cluster.master.notices == [f'identifier "{long}" will be truncated to "{long[:63]}"']


@claim(source=SOURCE, certainty="derived")
@rests_on("babelfish-shape")
def test_schemas_of_two_databases_collide(multi: Any, step: Any) -> None:
    """Schema c of database a_b and schema b_c of a are one name in PostgreSQL: only one can exist."""
    mine, other = physical_name("a_b.c.t", "multi-db"), physical_name("a.b_c.t", "multi-db")
    assert mine == other
    with step("1. Database a_b has its schema c"):
        assert read(multi.master, str(mine)) == [("a_b.c.t",)]
    with step("2. Schema b_c of a database a"), refused(pg.DuplicateSchema, 'schema "a_b_c" already exists'):
        multi.master.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(other.schema)))


LOOKUP = (
    "SELECT d.name, n.orig_name FROM sys.babelfish_namespace_ext n"
    " JOIN sys.babelfish_sysdatabases d USING (dbid) WHERE n.nspname = %s"
)


@claim(source=SOURCE, certainty="observed")
@rests_on("babelfish-shape")
def test_catalog_leads_back(cluster: Any, step: Any) -> None:
    """The catalogs of schema sys tell every role T-SQL's database and schema of a PostgreSQL schema."""
    app = cluster.database.create_role("app")
    with step("1. Ask as an ordinary role"), cluster.login(app) as session:
        schema = physical_name("MyDB.[My Schema].x", cluster.mode).schema
        assert session.execute(LOOKUP, [schema]).fetchone() == ("mydb", "My Schema")
    with step("2. The master user asks about others"):
        for name, back in (("master.dbo.t", ("master", "dbo")), ("msdb.DBO.t", ("msdb", "dbo"))):
            asked = cluster.master.execute(LOOKUP, [physical_name(name, cluster.mode).schema])
            assert asked.fetchone() == back
        assert cluster.master.execute(LOOKUP, ["public"]).fetchone() is None


@claim(source=SOURCE, certainty="observed")
@rests_on("babelfish-shape")
def test_users_are_roles(cluster: Any) -> None:
    """Users are roles with their database's name in front; dbo and db_owner have it in multi-db mode only."""
    rows = cluster.master.execute(
        "SELECT database_name, orig_username, rolname::text FROM sys.babelfish_authid_user_ext ORDER BY 3"
    ).fetchall()
    assert len(rows) == 5
    real = {name: made for made, name in cluster.roles.items()}
    for database, user, role in rows:
        assert real[role] == physical_user(database, user, cluster.mode)
        member = cluster.master.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", [role])
        assert member.fetchone() == (False,)


@claim(source=SOURCE, certainty="derived")
@rests_on("babelfish-shape")
def test_shared_schemas(cluster: Any) -> None:
    """Schemas of extensions belong to no database: their names stay, and none has a database's before it."""
    cluster.master.execute("CREATE EXTENSION aws_commons")
    for name in ("MyDB.aws_commons.x", "master.aws_commons.x", "tempdb.AWS_COMMONS.x"):
        schema = physical_name(name, cluster.mode).schema
        assert cluster.master.execute("SELECT to_regnamespace(%s) IS NOT NULL", [schema]).fetchone() == (
            True,
        )
    gone = cluster.master.execute("SELECT to_regnamespace('mydb_aws_commons') IS NULL").fetchone()
    assert gone == (True,)


@claim(source=SOURCE, certainty="observed")
@rests_on("babelfish-shape")
def test_indexes(cluster: Any, step: Any) -> None:
    """Two tables of a schema have indexes of one name in T-SQL: PostgreSQL's carry table and hash."""
    table, other = (
        str(physical_name(name, cluster.mode)) for name in ("MyDB.dbo.Orders", "MyDB.dbo.[Order]")
    )
    with step("1. Of the same name PostgreSQL takes one per schema"):
        cluster.master.execute(f"CREATE INDEX ix ON {table} (orderid)")
        with refused(pg.DuplicateTable, 'relation "ix" already exists'):
            cluster.master.execute(f"CREATE INDEX ix ON {other} (orderid)")
    with step("2. With Babelfish's names both fit"):
        for relation, name in ((table, "Orders"), (other, "Order")):
            cluster.master.execute(
                f"CREATE INDEX {quote(physical_index('ix', name))} ON {relation} (orderid)"
            )
        found = cluster.master.execute(
            "SELECT indexname::text FROM pg_indexes WHERE indexname LIKE 'ixorder%' ORDER BY 1"
        ).fetchall()
    digest = "799904b20f1174f01c0d2dd87c57e097"
    assert found == [(f"ixorder{digest}",), (f"ixorders{digest}",)]


@claim(
    source="https://www.postgresql.org/docs/current/functions-string.html",
    certainty="documented",
    basis=Basis.REAL,
)
def test_quotes_are_those_of_postgresql(rds: Any) -> None:
    """Names are quoted as PostgreSQL's own quote_ident does it, reserved words of every version included."""
    words = [word for (word,) in rds.execute("SELECT word FROM pg_get_keywords()").fetchall()]
    names = [
        *words,
        "plain",
        "Capital",
        "two words",
        'a"b',
        "täble",
        "1st",
        "under_score",
        "a$b",
        "a.b",
        "#t",
    ]
    quoted = rds.execute("SELECT n, quote_ident(n) FROM unnest(%s::text[]) n", [names]).fetchall()
    # A word that another version reserves is quoted here too: that does no harm.
    wrong = [(name, theirs) for name, theirs in quoted if quote(name) != theirs and theirs != name]
    assert wrong == []
    harmless = [name for name, theirs in quoted if quote(name) != theirs]
    assert all(name in words for name in harmless)


@claim(certainty="derived")
@rests_on("babelfish-shape")
def test_flattened_name_is_no_relation(cluster: Any, step: Any) -> None:
    """A name flattened to database_schema_table is no relation of either mode."""
    for parts in (("mydb", "dbo", "orders"), ("MyDB", "Sales", "Orders"), ("master", "dbo", "t1")):
        one = flattened(*parts)
        with (
            step(f"{'.'.join(parts)} as {one}"),
            refused(pg.UndefinedTable, f'"{one.lower()}" does not exist'),
        ):
            read(cluster.master, one)
    with (
        step("The search path makes no difference"),
        refused(pg.UndefinedTable, '"mydb_dbo_orders" does not'),
    ):
        read(cluster.in_my_db(), "mydb_dbo_orders")
