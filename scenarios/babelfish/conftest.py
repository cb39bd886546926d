"""A sandbox shaped like Babelfish: its roles, schemas, tables and catalogs, in both migration modes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from rdscheck import Database, unique_name

_HERE = Path(__file__).parent

#: The role that each placeholder of the SQL stands for, by mode: what is {my_…} belongs to the database MyDB.
_ROLES = {
    mode: {"sysadmin": "sysadmin", "master_dbo": "master_dbo", "master_db_owner": "master_db_owner"} | mine
    for mode, mine in (
        ("single-db", {"my_dbo": "dbo", "my_db_owner": "db_owner", "my_guest": "mydb_guest"}),
        ("multi-db", {"my_dbo": "mydb_dbo", "my_db_owner": "mydb_db_owner", "my_guest": "mydb_guest"}),
    )
}

#: The search path that a session on the TDS port has behind its own schema.
_SEARCH_PATH = ', "$user", sys, pg_catalog'


class Cluster:
    """A database as Babelfish leaves it, and sessions in it.

    Roles belong to the whole server, so they have unique names; the report shows those of Babelfish.
    """

    def __init__(self, mode: str, database: Database, master: Any, connect: Callable[..., Any]) -> None:
        self.mode, self.database, self.master = mode, database, master
        self._connect = connect
        self.roles: dict[str, str] = {}  # Babelfish's name -> real name
        master.recorder.mask(database.name, "babelfish_db")
        self._set_up()

    def role(self, name: str) -> sql.Identifier:
        """Return a role of Babelfish for a statement."""
        return sql.Identifier(self.roles[name])

    @property
    def my_dbo(self) -> str:
        """Return the role that a sysadmin is after USE MyDB."""
        return _ROLES[self.mode]["my_dbo"]

    def login(self, user: str) -> Any:
        """Open a session of an ordinary role on the PostgreSQL port; use it in a ``with`` statement."""
        return self._open(user, self.database.login(user)["password"], "an ordinary role's session")

    def _open(self, user: str | None, password: str | None, place: str) -> Any:
        """Open one more session; from now on the report tells which of them a statement is of."""
        session = self._connect(self.database.name, user, password)
        session.recorder.mask(self.database.name, "babelfish_db")
        session.place, self.master.place = place, "the master user's session"
        return session

    def session(self, role: str, schema: str) -> Any:
        """Open what a session on the TDS port is to PostgreSQL: this role, this schema first."""
        session = self._open(None, None, f"a session of {role}")
        session.execute(sql.SQL("SET ROLE {}").format(self.role(role)))
        path = sql.SQL("SET search_path = {}{}").format(sql.Identifier(schema), sql.SQL(_SEARCH_PATH))
        session.execute(path)
        return session

    def in_master(self) -> Any:
        """Open what a sysadmin's session in the database master is."""
        return self.session("master_dbo", "master_dbo")

    def in_my_db(self) -> Any:
        """Open what a sysadmin's session is after USE MyDB."""
        return self.session(self.my_dbo, "mydb_dbo" if self.mode == "multi-db" else "dbo")

    def _set_up(self) -> None:
        """Do what the service does when the cluster is made, and T-SQL's CREATE DATABASE."""
        named = _ROLES[self.mode]
        names: dict[str, sql.Composable] = {"master": sql.Identifier(self.database.server.master_user)}
        with self.database.admin() as admin:
            for placeholder, wish in named.items():
                real = self.roles[wish] = unique_name(wish)
                admin.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(real)))
                self.database.roles[real] = wish
                self.master.recorder.mask(real, wish)
                names |= {placeholder: sql.Identifier(real), f"{placeholder}_name": sql.Literal(real)}
            for file in ("catalog.sql", f"{self.mode}.sql"):
                script = sql.SQL((_HERE / file).read_text(encoding="utf-8"))
                admin.execute(script.format(**names))


Shape = Callable[[str], Cluster]


@pytest.fixture
def shape(rds: Any, rds_db: Database, rds_connect: Callable[..., Any]) -> Shape:
    """Give a function that makes the fresh database one of Babelfish in a migration mode."""
    return lambda mode: Cluster(mode, rds_db, rds, rds_connect)


@pytest.fixture(params=["single-db", "multi-db"])
def cluster(request: pytest.FixtureRequest, shape: Shape) -> Cluster:
    """Give a database of Babelfish, in each of the migration modes."""
    return shape(request.param)


@pytest.fixture
def multi(shape: Shape) -> Cluster:
    """Give a database of Babelfish in multi-db mode."""
    return shape("multi-db")
