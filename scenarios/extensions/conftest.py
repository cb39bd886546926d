"""Shared by the scenarios of extensions: a database with orafce, sessions pgAudit watches, slots."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import psycopg.errors
import pytest
from psycopg import sql

from rdscheck import unique_name

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


#: The parameter group of the scenarios of logical decoding.
DECODING = {"rds.logical_replication": "1"}
_CREATE_SLOT = "SELECT slot_name FROM pg_create_logical_replication_slot(%s, %s)"


class Decoding:
    """A fresh database on a server with logical decoding; its slots are dropped at the end."""

    def __init__(self, database: Any, opened: ExitStack) -> None:
        self.database, self._opened = database, opened
        self.master = self.connect()
        self.master.execute("CREATE TABLE item (id integer PRIMARY KEY, name text, price numeric)")

    def connect(self, user: str | None = None) -> Any:
        """Log in as the master user or another role."""
        return self._opened.enter_context(self.database.recorded(user))

    def name(self, shown: str = "changes") -> str:
        """Return the name of a slot that nobody else has: slots belong to the whole server."""
        name = unique_name(shown)
        self.database.recorder.mask(name, shown)
        self._opened.callback(self._drop, name)
        return name

    def slot(self, plugin: str = "wal2json") -> str:
        """Create a slot as the master user and return its name."""
        name = self.name()
        self.master.execute(_CREATE_SLOT, (name, plugin))
        return name

    def read(self, slot: str, *options: str, how: str = "get", by: Any = None) -> list[Any]:
        """Return what the slot tells, decoded, without empty transactions; the report shows it."""
        session = by or self.master
        arguments = "".join(f", '{option}'" for option in options)
        query = f"SELECT data FROM pg_logical_slot_{how}_changes(%s, NULL, NULL{arguments})"
        lines = [data for (data,) in session.execute(query, (slot,)).fetchall()]
        found = [json.loads(line) for line in lines]
        told = [(line, one) for line, one in zip(lines, found, strict=True) if one.get("change", True)]
        for line, _ in told:
            session.recorder.act(f"-- {line}")
        return [one for _, one in told]

    def changes(self, slot: str, *options: str) -> list[Any]:
        """Return the changes of all transactions in format 1, one after the other."""
        return [change for one in self.read(slot, *options) for change in one["change"]]

    def actions(self, slot: str, *options: str) -> list[Any]:
        """Return the records of format 2 that are changes of rows."""
        told = self.read(slot, "format-version", "2", *options)
        return [one for one in told if one["action"] not in {"B", "C"}]

    def _drop(self, slot: str) -> None:
        with self.database.server.maintenance() as admin:
            admin.execute(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = %s",
                (slot,),
            )


@pytest.fixture
def decoding(rds_grouped: Any) -> Iterator[Decoding]:
    """Give a database with a table item, where rds.logical_replication is on."""
    database = rds_grouped(DECODING)
    with ExitStack() as opened:
        yield Decoding(database, opened)
