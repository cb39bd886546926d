"""In place of python-tds: takes the scenario's statements and does them in a sandbox shaped like Babelfish.

It knows as much T-SQL as ``scenarios/babelfish/test_tds.py`` sends, each in its one form. That the names are
right is shown elsewhere; this shows that options, sessions, skips and reports fit together.
"""

import os
import re
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql

from rdscheck.babelfish.naming import LOOKUP, Mode, identifier, physical_schema, physical_user, quote
from rdscheck.babelfish.parsing import parse


class Error(Exception):
    """What the server refuses."""


def connect(dsn: str, port: int, user: str, password: str, database: str, **_: Any) -> "Connection":
    """Log in; ``dsn`` is the host."""
    if (dsn, port, user, password) != ("tds.example", 1433, "sa", "s3cret/"):
        raise Error(f"Login failed for user '{user}'")
    return Connection(database)


class Connection:
    def __init__(self, database: str) -> None:
        # The driver's own log-in, which the scenario knows nothing of.
        self._server = psycopg.connect(os.environ["TDS_BACKEND"], autocommit=True)
        self._mode = Mode(os.environ["TDS_MODE"])
        self._use(database)

    def close(self) -> None:
        self._server.close()

    def cursor(self) -> "Cursor":
        return Cursor(self)

    def run(self, statement: str) -> list[Any] | None:
        """Return rows, None for a statement without any."""
        self._server.execute("RESET ROLE")
        if statement.startswith("EXEC sp_execute_postgresql"):
            raise Error("'aws_s3' extension creation is not supported")
        for pattern, act in (
            (r"USE \[?(.*?)\]?", self._use),
            (r"CREATE DATABASE \[(.*)\]", self._create_database),
            (r"DROP DATABASE \[(.*)\]", self._drop_database),
            (r"CREATE SCHEMA \[(.*)\]", self._create_schema),
        ):
            if found := re.fullmatch(pattern, statement):
                act(found[1])
                return None
        self._become()
        return self._translated(statement)

    def _translated(self, statement: str) -> list[Any] | None:
        def table(found: re.Match[str]) -> str:
            read = parse(f"[{self._db}].{found[2]}")
            schema = physical_schema(read.database, read.schema, self._mode)
            return f"{found[1]} {quote(schema)}.{quote(identifier(read.name))}"

        name = r"((?:\[[^]]*\]|\w+)(?:\.(?:\[[^]]*\]|\w+))*)"
        text = re.sub(rf"\b(TABLE|INTO|FROM) {name}", table, statement)
        try:
            cursor = self._server.execute(text.encode())
        except psycopg.Error as error:
            raise Error(str(error)) from error
        if cursor.description is None:
            return None
        if cursor.description[0].type_code == 114:
            raise Error("data type json is not supported yet")
        return cursor.fetchall()

    def _use(self, name: str) -> None:
        self._db = name
        self._server.execute("RESET ROLE")

    def _become(self) -> None:
        path = sql.SQL("SET search_path = {}, sys, pg_catalog")
        schema = physical_schema(self._db, "dbo", self._mode)
        self._server.execute(path.format(sql.Identifier(schema)))
        role = physical_user(self._db, "dbo", self._mode)
        self._server.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))

    def _create_database(self, name: str) -> None:
        stored, role = identifier(name), physical_user(name, "dbo", self._mode)
        self._server.execute(
            "INSERT INTO sys.babelfish_sysdatabases SELECT max(dbid) + 1, %s FROM sys.babelfish_sysdatabases",
            [stored],
        )
        for statement in ("CREATE ROLE {}", "GRANT {} TO postgres"):
            self._server.execute(sql.SQL(statement).format(sql.Identifier(role)))
        before, self._db = self._db, name
        for schema in ("dbo", "guest"):
            self._create_schema(schema)
        self._db = before

    def _create_schema(self, name: str) -> None:
        schema, role = physical_schema(self._db, name, self._mode), physical_user(self._db, "dbo", self._mode)
        self._server.execute(
            sql.SQL("CREATE SCHEMA {} AUTHORIZATION {}").format(sql.Identifier(schema), sql.Identifier(role))
        )
        self._server.execute(
            "INSERT INTO sys.babelfish_namespace_ext SELECT %s, dbid, %s FROM sys.babelfish_sysdatabases"
            " WHERE name = %s",
            [schema, name, identifier(self._db)],
        )

    def _drop_database(self, name: str) -> None:
        rows = self._server.execute("SELECT nspname::text FROM sys.babelfish_namespace_ext").fetchall()
        for (schema,) in rows:
            if self._server.execute(LOOKUP, [schema]).fetchall()[0][0] == identifier(name):
                self._server.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(schema)))
        role = physical_user(name, "dbo", self._mode)
        for statement in ("DROP OWNED BY {}", "DROP ROLE {}"):
            self._server.execute(sql.SQL(statement).format(sql.Identifier(role)))
        self._server.execute(
            "WITH gone AS (DELETE FROM sys.babelfish_sysdatabases WHERE name = %s RETURNING dbid) DELETE FROM"
            " sys.babelfish_namespace_ext n USING gone WHERE gone.dbid = n.dbid",
            [identifier(name)],
        )


class Cursor:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: list[Any] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def execute(self, statement: str) -> None:
        self._rows = self._connection.run(statement)

    @property
    def description(self) -> Any:
        return None if self._rows is None else [("column",)]

    def fetchall(self) -> list[Any]:
        return self._rows or []
