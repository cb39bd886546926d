"""What T-SQL does on the TDS port, and what the PostgreSQL port sees of it: on a real Babelfish only."""

import json
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg.errors as pg
import pytest
from psycopg import sql

from rdscheck import (
    claim,
    documentation_finding,
    flattened,
    physical_name,
    physical_user,
    quote,
    refused,
    scenario,
    unique_name,
)

pytestmark = scenario(
    "babelfish/tds",
    title="Names, wrappers and extensions as seen from the TDS port",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/babelfish-postgres-aws-extensions.html",
    document="Using Aurora PostgreSQL extensions with Babelfish",
    since=13,
)

SOURCE = "https://github.com/babelfish-for-postgresql/babelfish_extensions"
_NAMES = tomllib.loads(Path(__file__).with_name("names.toml").read_text(encoding="utf-8"))
NAMES: dict[str, str] = _NAMES["both"]
MULTI_ONLY: dict[str, str] = _NAMES["multi"]
LOOKUP = (
    "SELECT d.name, n.orig_name FROM sys.babelfish_namespace_ext n"
    " JOIN sys.babelfish_sysdatabases d USING (dbid) WHERE n.nspname = %s"
)

#: Functions of PostgreSQL that the claims call from T-SQL, in the schema of master's dbo.
FUNCTIONS = {
    "text": "RETURNS text LANGUAGE sql AS $$ SELECT json_build_object('body', 'Hello')::text $$",
    "json": "RETURNS json LANGUAGE sql AS $$ SELECT json_build_object('body', 'Hello') $$",
    "role": "RETURNS text LANGUAGE sql AS $$ SELECT current_user::text $$",
}


class Real:
    """A Babelfish with a database of T-SQL's of this test's own, and functions in master."""

    def __init__(self, cluster: Any) -> None:
        self.mode: str = cluster.mode
        self.recorder = cluster.recorder
        self.postgres, self.tds = cluster.connect(), cluster.tds()
        self._databases: dict[str, str] = {}
        self._undone = ExitStack()  # in turn, the last first, whatever fails

    def name(self, wish: str) -> str:
        """Return a name of T-SQL whose database is this test's own, in place of the one wished for."""
        bracketed = wish.startswith("[")
        database, dot, rest = wish.partition("]." if bracketed else ".")
        return f"[{self.database(database.removeprefix('['))}].{rest}" if dot else wish

    def database(self, wish: str) -> str:
        """Return a database, created on first use; single-db mode has room for one."""
        if wish not in self._databases:
            if self.mode == "single-db":
                rows = self.postgres.execute("SELECT name FROM sys.babelfish_sysdatabases WHERE dbid > 4")
                if rows.fetchall():
                    pytest.skip("this Babelfish is in single-db mode and has its one database already")
            name = self._databases[wish] = wish + unique_name("")  # long ones stay long
            self.recorder.mask(name, wish)
            self.recorder.mask(name.lower(), wish.lower())
            self.tds.execute(f"CREATE DATABASE [{name}]")
            self._undone.callback(self.tds.execute, f"DROP DATABASE [{name}]")
        return self._databases[wish]

    def make(self, wish: str) -> str:
        """Create a table of T-SQL that holds its name, with its database and schema; return the name."""
        name = self.name(wish)
        database, rest = name[1:].split("].", 1)
        schema = rest.partition(".")[0].strip("[]")
        shown = physical_name(wish, self.mode).schema
        self.recorder.mask(physical_name(name, self.mode).schema, shown)
        self.tds.execute(f"USE [{database}]")
        if schema not in {"dbo", "guest"}:
            self.tds.execute(f"CREATE SCHEMA [{schema}]")
        self.tds.execute(f"CREATE TABLE {rest} (tsql_name varchar(400), OrderID int)")
        self.tds.execute(f"INSERT INTO {rest} (tsql_name) VALUES ('{wish}')")
        self.tds.execute("USE master")
        return name

    def function(self, kind: str, *databases: str) -> str:
        """Create a function on the PostgreSQL port as the document does, and return its name.

        It stands in the schema dbo of each of the databases, of master when none is named.
        """
        name = unique_name(f"rdscheck_{kind}")
        self.recorder.mask(name, f"{kind}_wrapper")
        for database in databases or ("master",):
            schema = physical_name(f"[{database}].dbo.x", self.mode).schema
            place = sql.Identifier(schema, name)
            self.postgres.execute(sql.SQL("CREATE FUNCTION {}() ").format(place) + sql.SQL(FUNCTIONS[kind]))
            self._undone.callback(self.postgres.execute, sql.SQL("DROP FUNCTION {}()").format(place))
        return name

    def end(self) -> None:
        """Leave nothing behind."""
        with self._undone:
            self.tds.execute("USE master")


@pytest.fixture
def real(rds_babelfish: Any) -> Iterator[Real]:
    """Give a real Babelfish, as it was before once the test is over."""
    found = Real(rds_babelfish)
    try:
        yield found
    finally:
        found.end()


def read(conn: Any, relation: str) -> Any:
    """Return what stands in a table on the PostgreSQL port."""
    return conn.execute(f"SELECT tsql_name FROM {relation}").fetchall()


@claim(source=SOURCE, certainty="observed")
@pytest.mark.parametrize("wish", NAMES.values(), ids=NAMES)
def test_table_of_tsql(real: Real, wish: str, step: Any) -> None:
    """A table made on the TDS port is found on the PostgreSQL port under the name rdscheck tells."""
    with step("1. Create it on the TDS port"):
        name = real.make(wish)
    with step("2. Read it on the PostgreSQL port"):
        assert read(real.postgres, str(physical_name(name, real.mode))) == [(wish,)]


@claim(source=SOURCE, certainty="observed")
@pytest.mark.parametrize("wish", MULTI_ONLY.values(), ids=MULTI_ONLY)
def test_table_of_another_database(real: Real, wish: str) -> None:
    """In multi-db mode tables of further databases of T-SQL are found in the same way."""
    if real.mode != "multi-db":
        pytest.skip(f"this Babelfish is in {real.mode} mode")
    name = real.make(wish)
    assert read(real.postgres, str(physical_name(name, real.mode))) == [(wish,)]


@claim(certainty="derived")
@documentation_finding("babelfish-flattened-name")
def test_flattened_name(real: Real, step: Any) -> None:
    """A table of T-SQL is no relation of the name that the document flattens it to."""
    name = real.make("MyDB.Sales.Orders")
    database = name[1:].partition("]")[0]
    one = quote(flattened(database, "Sales", "Orders").lower())
    with step("1. As the document writes it"), refused(pg.UndefinedTable, "does not exist"):
        read(real.postgres, one)
    with step("2. With schema and table"):
        assert read(real.postgres, str(physical_name(name, real.mode))) == [("MyDB.Sales.Orders",)]


@claim(source=SOURCE, certainty="observed")
def test_catalog_leads_back(real: Real) -> None:
    """The catalogs tell database and schema of T-SQL for the PostgreSQL schema of a table."""
    name = real.make("MyDB.[My Schema].[My Table]")
    schema = physical_name(name, real.mode).schema
    database = name[1:].partition("]")[0].lower()
    assert real.postgres.execute(LOOKUP, [schema]).fetchone() == (database, "My Schema")


@claim(certainty="documented")
def test_rows_of_one_port_are_those_of_the_other(real: Real, step: Any) -> None:
    """Rows inserted on the PostgreSQL port, as an import does, are seen on the TDS port."""
    name = real.make("MyDB.dbo.Orders")
    relation = str(physical_name(name, real.mode))
    with step("1. Insert on the PostgreSQL port"):
        real.postgres.execute(f"INSERT INTO {relation} (tsql_name) VALUES ('one')")
    with step("2. Read on the TDS port"):
        real.tds.execute(f"USE {name.partition('.')[0]}")
        found = real.tds.execute("SELECT tsql_name FROM dbo.Orders")
        assert sorted(found) == [("MyDB.dbo.Orders",), ("one",)]


@claim(certainty="documented")
def test_wrapper_returns_text(real: Real, step: Any) -> None:
    """A function of master_dbo that returns JSON as text is called by its bare name on the TDS port."""
    with step("1. Create it on the PostgreSQL port"):
        name = real.function("text")
    with step("2. Call it on the TDS port"):
        ((answer,),) = real.tds.execute(f"select {name}()")
        assert json.loads(answer) == {"body": "Hello"}


@claim(certainty="documented")
def test_json_is_refused(real: Real) -> None:
    """A function that returns JSON is refused on the TDS port: that is what the wrapper is for."""
    name = real.function("json")
    with pytest.raises(Exception, match="json is not supported"):
        real.tds.execute(f"select {name}()")


@claim(source=SOURCE, certainty="derived")
@documentation_finding("babelfish-lambda-wrapper-place")
def test_bare_name_is_found_in_master_only(real: Real, step: Any) -> None:
    """The bare name of the wrapper is found in the database master; after USE MyDB it is not."""
    name = real.function("text")
    database = real.database("MyDB")
    with step("1. In the database master"):
        assert len(real.tds.execute(f"select {name}()")) == 1
    real.tds.execute(f"USE [{database}]")
    with step("2. After USE MyDB"), pytest.raises(Exception, match=r"does not exist|could not be found"):
        real.tds.execute(f"select {name}()")


@claim(source=SOURCE, certainty="derived")
@documentation_finding("babelfish-grant-one-database")
def test_role_of_a_session(real: Real, step: Any) -> None:
    """A sysadmin's session is master_dbo in master, and the dbo of MyDB after USE MyDB."""
    database = real.database("MyDB")
    name = real.function("role", "master", database)
    with step("1. In the database master"):
        assert real.tds.execute(f"select {name}()") == [("master_dbo",)]
    with step("2. After USE MyDB"):
        real.tds.execute(f"USE [{database}]")
        ((role,),) = real.tds.execute(f"select {name}()")
        assert role == physical_user(database, "dbo", real.mode)


@claim(source=SOURCE, certainty="observed")
def test_extensions_are_not_created_from_tsql(real: Real) -> None:
    """aws_s3 cannot be created on the TDS port: that takes the PostgreSQL port, as the document does it."""
    with pytest.raises(Exception, match=r"not (yet )?supported|permission denied|superuser"):
        real.tds.execute("EXEC sp_execute_postgresql 'create extension aws_s3'")
