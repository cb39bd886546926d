"""Shared by the scenarios of extensions: a database with orafce, sessions that pgAudit watches."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import psycopg.errors
import pytest
from psycopg import sql

#: The parameter group of the scenarios: library and role for object auditing, nothing audited by itself.
AUDITING = {"shared_preload_libraries": "pgaudit", "pgaudit.role": "rds_pgaudit"}


class Watched:
    """A session, and what pgAudit logs of it."""

    def __init__(self, connection: Any, logs: Any) -> None:
        self.connection, self.logs = connection, logs

    def logged(self, *statements: str) -> list[Any]:
        """Run statements and return what pgAudit logged of them."""
        return self.during(lambda: [self.connection.execute(one) for one in statements])

    def told(self, *statements: str) -> list[tuple[str, str, str]]:
        """Run statements and return class, command and text of what pgAudit logged of them."""
        return [one.told for one in self.logged(*statements)]

    def during(self, act: Callable[[], Any]) -> list[Any]:
        """Do something and return what pgAudit logged of this session meanwhile; the report shows it."""
        mark = self.logs.mark()
        act()
        pid = self.connection.info.backend_pid
        found = [one for one in self.logs.since(mark, pid=pid) if one.audit]
        lines = [f"-- logged: {one.message}" for one in found] or ["-- logged: nothing by pgAudit"]
        for line in lines:
            self.connection.recorder.act(line)
        return [one.audit for one in found]


class Auditing:
    """A fresh database on a server with pgAudit, and ways to look at its audit log."""

    def __init__(self, database: Any, opened: ExitStack) -> None:
        self.database = database
        self._opened = opened
        self.master = self.watch().connection

    def set(self, **settings: str) -> None:
        """Set parameters of pgAudit for the database, as ``log="ddl"``: for sessions that begin later.

        ``pgaudit.log`` is set as the document does it. The others belong into the parameter group;
        rdsadmin sets them here so that tests need no server each.
        """
        for name, value in settings.items():
            statement = sql.SQL("ALTER DATABASE {} SET {} TO {}").format(
                sql.Identifier(self.database.name), sql.Identifier("pgaudit", name), sql.Literal(value)
            )
            if name == "log":
                self.master.execute(statement)
                continue
            with self.database.admin() as admin:
                admin.execute(statement)

    def watch(self, user: str | None = None, **settings: str) -> Watched:
        """Set parameters for the database, then begin a session, as the master user unless told otherwise."""
        self.set(**settings)
        connection = self._opened.enter_context(self.database.recorded(user))
        return Watched(connection, self.database.logs)


@pytest.fixture
def auditing(rds_grouped: Any) -> Iterator[Auditing]:
    """Give a fresh database with the extension pgaudit, where nothing is audited yet."""
    database = rds_grouped(AUDITING)
    with database.server.maintenance() as admin, suppress(psycopg.errors.DuplicateObject):
        admin.execute("CREATE ROLE rds_pgaudit")
    with ExitStack() as opened:
        found = Auditing(database, opened)
        found.master.execute("CREATE EXTENSION pgaudit")
        yield found


#: Reaches the functions of every version: those of 3.21 and before are in public and pg_catalog too.
ORACLE_FIRST = "SET search_path = oracle, pg_catalog, public"


@pytest.fixture(scope="module")
def with_orafce(rds_server: Any) -> Iterator[str]:
    """Make a database with orafce for all claims of a module, none of which changes it, and give its name."""
    if rds_server.why_not("rdsutils") or rds_server.why_not("orafce"):
        yield ""  # rds_connect tells the reason
        return
    name: str = rds_server.create_database("orafce")
    with rds_server.connect(name) as master:
        master.execute("CREATE EXTENSION orafce")
    yield name
    rds_server.drop_database(name)


@pytest.fixture
def plain(rds_connect: Any, with_orafce: str) -> Any:
    """Connect to it as the master user, with the search path everybody has."""
    return rds_connect(with_orafce)


@pytest.fixture
def oracle(plain: Any) -> Any:
    """Connect to it as the master user, with the schema oracle first in the search path."""
    plain.execute(ORACLE_FIRST)
    return plain
