"""Shared by the scenarios of pgstream: a source, a target, and what pgstream does there, replayed without it.

What it runs was read from its sources (v1.4.1); the functions that its event triggers call have short
bodies of ours, and so has the filter for dumps of roles.
"""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from psycopg import sql

from rdscheck import unique_name

#: The parameter group of a source of replication.
LOGICAL = {"rds.logical_replication": "1"}

#: Roles that the guide says are not snapshotted.
MANAGED = frozenset(
    (
        *("rdsadmin", "rds_reserved", "rds_extension", "rds_ad", "rds_password", "rds_iam"),
        *("rds_replication", "rds_superuser", "postgres"),
    )
)

#: Attributes that pgstream takes out of the roles it restores.
_TAKEN_OUT = re.compile(r" NO(?:SUPERUSER|INHERIT|CREATEROLE|CREATEDB|LOGIN|REPLICATION|BYPASSRLS)\b")

#: How a line of a dump names roles; the harness makes plain names only.
_OF_ROLES = re.compile(r"(?:CREATE|ALTER|COMMENT ON) ROLE (\w+)")
_MEMBERSHIP = re.compile(r"GRANT (\w+) TO (\w+)")
_OBJECTS = re.compile(r"(?:ALTER .* OWNER TO|GRANT .* ON .* TO|REVOKE .* ON .* FROM) (\w+)")

#: Errors of a restore that pgstream goes on after; others end the snapshot.
_GOES_ON = (
    "already exists",
    "does not exist",
    "multiple primary keys for table",
    "permission denied to grant privileges as role",
)

#: What ``pgstream init`` creates; the bodies are ours.
_SCHEMA = "CREATE SCHEMA IF NOT EXISTS pgstream"
_FUNCTIONS = (
    """CREATE FUNCTION pgstream.is_system_schema(name text) RETURNS boolean LANGUAGE sql IMMUTABLE
    AS $$ SELECT name IN ('pgstream', 'pg_temp') $$""",
    """CREATE FUNCTION pgstream.get_table_metadata(wanted oid) RETURNS jsonb LANGUAGE sql STABLE
    AS $$ SELECT jsonb_agg(attname) FROM pg_attribute WHERE attrelid = wanted AND attnum > 0 $$""",
    """CREATE FUNCTION pgstream.emit_ddl() RETURNS event_trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF current_setting('pgstream.skip_log', true) IS DISTINCT FROM 'TRUE' THEN
        PERFORM pg_logical_emit_message(true, 'pgstream.ddl',
            json_build_object('ddl', current_query(), 'command_tag', tg_tag)::text);
    END IF;
END $$""",
)
_TRIGGERS = tuple(
    f"CREATE EVENT TRIGGER pgstream_emit_ddl_{name} ON {event} EXECUTE FUNCTION pgstream.emit_ddl()"
    for name, event in (("drop", "sql_drop"), ("command_end", "ddl_command_end"))
)
_CREATE_SLOT = "SELECT 'init' FROM pg_create_logical_replication_slot(%s, 'wal2json')"
_OPTIONS = {
    "include-timestamp": "1",
    "format-version": "2",
    "write-in-chunks": "1",
    "include-lsn": "1",
    "include-transaction": "0",
}


class Side:
    """A database at the source or at the target: sessions, roles and client programs there."""

    def __init__(
        self, database: Any, log_in: Callable[[str | None, str | None], Any], client: Any, place: str
    ) -> None:
        self.database, self.place = database, place
        self._log_in, self._client = log_in, client
        self._clients: dict[str | None, Any] = {}
        self.master = self.connect()

    @property
    def name(self) -> str:
        """Return the name of the database."""
        found: str = self.database.name
        return found

    def connect(self, user: str | None = None, password: str | None = None) -> Any:
        """Log in as the master user or as a role; the report tells who sends what."""
        session = self._log_in(user, password)
        session.place = self._who(user)
        return session

    def run(self, user: str | None, program: str, *arguments: str, **options: Any) -> Any:
        """Run a client program as the master user or as a role, and return how it ended."""
        if user not in self._clients:
            self._clients[user] = self._client(self.database, user)
            self._clients[user].require("pg_dump")  # the others come with it
        self.master.recorder.at(self._who(user))
        return self._clients[user].run(program, *arguments, **options)

    def _who(self, user: str | None) -> str:
        return f"{self.place} as {user}" if user else self.place

    def role(self, wish: str, options: str = "", *, login: bool = True) -> str:
        """Create a role as the master user and return its name."""
        made: str = self.database.create_role(wish, login=login, options=options)
        self.master.recorder.at(self.place)
        self.master.recorder.act(f"CREATE ROLE {wish} {'LOGIN ' if login else ''}{options}".strip())
        return made

    def sql(self, statement: str, *names: str, by: Any = None) -> Any:
        """Run a statement, names in place of its ``{}``, as the master user or in another session."""
        return (by or self.master).execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def masked(self, value: str, shown: str) -> str:
        """Return a value that differs at each run, and let the report show another in its place."""
        self.master.recorder.mask(value, shown)
        return value

    def value(self, query: str, *values: Any) -> Any:
        """Return the first value of a query of the master user, values in place of its ``%s``."""
        return self.master.execute(query, values or None).fetchone()[0]


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    """Give a stack of what is to be closed when the test ends."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def instance(rds_db: Any, rds_connect: Any, rds_client: Any) -> Side:
    """Give an empty database on the server that all tests share."""

    def log_in(user: str | None, password: str | None) -> Any:
        return rds_connect(rds_db.name, user, rds_db.login(user, password)["password"])

    return Side(rds_db, log_in, rds_client, "instance")


@pytest.fixture
def target(instance: Side) -> Side:
    """Give an empty database at the target: on the server that all tests share."""
    instance.place = instance.master.place = "target"
    return instance


@pytest.fixture
def source(rds_grouped: Any, rds_client: Any, opened: ExitStack) -> Side:
    """Give an empty database at the source: another server, where rds.logical_replication is on."""
    database = rds_grouped(LOGICAL)

    def log_in(user: str | None, password: str | None) -> Any:
        return opened.enter_context(database.recorded(user, **({"password": password} if password else {})))

    return Side(database, log_in, rds_client, "source")


# Snapshots


class Shop:
    """Tables of the role ``app_owner`` at the source, which its group ``reporting`` and ``reader`` read."""

    def __init__(self, source: Side) -> None:
        self._source = source
        self.owner = source.role("app_owner")
        self.group = source.role("reporting", login=False)
        source.sql("GRANT {} TO {}", self.group, self.owner)
        # Up to 14 everybody may create there, and rdsadmin's schema is not the master user's to grant.
        if source.database.server.major >= 15:
            source.sql("GRANT ALL ON SCHEMA public TO {}", self.owner)
        self.session = source.connect(self.owner)
        self.reader = source.role("pgstreamsource")
        self.session.execute("CREATE TABLE orders (id serial PRIMARY KEY, item text NOT NULL)")
        self.session.execute("CREATE INDEX orders_item ON orders (item)")
        self.session.execute("INSERT INTO orders (item) SELECT 'item ' || i FROM generate_series(1, 500) i")
        source.sql("GRANT SELECT ON orders TO {}", self.group, by=self.session)

    def grant(self) -> str:
        """Let ``reader`` read the table and its sequence, and return its name."""
        self._source.sql("GRANT SELECT ON orders, orders_id_seq TO {}", self.reader, by=self.session)
        return self.reader


@pytest.fixture
def shop(source: Side) -> Shop:
    """Give tables of an application at the source."""
    return Shop(source)


class Restored:
    """What psql said of a dump: ``errors`` in order, and ``fatal``, those that end a snapshot."""

    def __init__(self, found: list[tuple[str, str]]) -> None:
        self.errors = [error for error, _ in found]
        self.fatal = [error for error, statement in found if not self._passed_over(error, statement)]

    @staticmethod
    def _passed_over(error: str, statement: str) -> bool:
        comment = "must be owner of" in error and statement.startswith("COMMENT ON")
        return comment or any(text in error for text in _GOES_ON)


class Snapshot:
    """The steps of a snapshot, with the programs and options that pgstream uses."""

    def schema(self, side: Side, user: str | None = None, *options: str, schema: str = "public") -> Any:
        """Dump a schema without data."""
        return side.run(user, "pg_dump", "-Fp", "--schema-only", f"--schema={schema}", *options)

    def values(self, side: Side, user: str | None, sequence: str) -> Any:
        """Dump the value of a sequence."""
        return side.run(user, "pg_dump", "-Fp", "--data-only", f"--table={sequence}")

    def roles(self, side: Side, user: str | None = None, *options: str) -> Any:
        """Dump the roles of the whole server."""
        return side.run(user, "pg_dumpall", f"--database={side.name}", "--roles-only", *options)

    def kept(self, roles: str, schema: str) -> str:
        """Return what pgstream keeps of a dump of roles: those a schema's dump names, and memberships."""
        wanted = {name for line in schema.splitlines() for name in _OBJECTS.findall(line)} - MANAGED
        for pair in _MEMBERSHIP.findall(roles):
            if wanted & {*pair} and not MANAGED & {*pair}:
                wanted |= {*pair}
        lines = []
        for line in roles.splitlines():
            named = {*_OF_ROLES.findall(line), *(name for pair in _MEMBERSHIP.findall(line) for name in pair)}
            if named and named <= wanted:
                lines.append(_TAKEN_OUT.sub("", line))
        return "\n".join(lines)

    def owned(self, schema: str) -> str:
        """Return a schema's dump as pgstream restores it: no managed roles, and rights for owners first."""
        lines = [line for line in schema.splitlines() if not MANAGED & {*_OBJECTS.findall(line)}]
        owners = {name: None for line in lines for name in re.findall(r"^ALTER .* OWNER TO (\w+)", line)}
        first = [
            f"GRANT {name} TO CURRENT_USER;\nGRANT ALL ON SCHEMA public TO {name};"
            for name in owners
            if not name.startswith("pg_")
        ]
        return "\n".join([*first, *lines])

    def restore(self, side: Side, user: str, dump: str) -> Restored:
        """Let psql run a dump, going on after errors, which the report shows."""
        done = side.run(user, "psql", "-X", "-q", "--echo-errors", stdin=dump.encode())
        assert done.status == 0, done.errors
        found = re.findall(
            r"^(ERROR: .*)\n(?:(?!ERROR:|STATEMENT:).*\n)*STATEMENT:\s*(.*)", done.errors, re.M
        )
        for error, statement in found:
            side.master.recorder.act(f"-- {error}\n-- STATEMENT:  {statement}")
        return Restored(found)

    def copy(self, table: str, reader: Any, writer: Any) -> int:
        """Copy the rows of a table, read page by page and written in one transaction, and count them."""
        name = sql.Identifier(*table.split("."))
        pages = sql.SQL("SELECT * FROM ONLY {} WHERE ctid BETWEEN '(0,0)' AND '(100,0)'").format(name)
        rows = reader.execute(pages).fetchall()
        writer.recorder.at(writer.place)
        writer.recorder.act(f"COPY {table} FROM STDIN")
        with writer.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(name)) as stream:
            for row in rows:
                stream.write_row(row)
        return len(rows)


@pytest.fixture
def snapshot() -> Snapshot:
    """Give the steps of a snapshot."""
    return Snapshot()


# Replication


class Stream:
    """The steps of a replication from a source."""

    def __init__(self, source: Side) -> None:
        self.source = source
        self.slot = unique_name("pgstream_labdb_slot")
        source.master.recorder.mask(self.slot, "pgstream_labdb_slot")

    def init(self, by: Any = None, *, slot: bool = True, shown: bool = False) -> None:
        """Do what ``pgstream init`` does, as the master user or in another session."""
        session = by or self.source.master
        # A cursor of psycopg's own is not recorded: one claim shows the statements, the others need them.
        run = session.execute if shown else psycopg.Cursor(session).execute
        if not shown:
            session.recorder.at(session.place)
            session.recorder.act("-- pgstream init: schema pgstream, its functions and event triggers")
        for statement in (_SCHEMA, *_FUNCTIONS, *_TRIGGERS):
            run(statement)
        if slot:
            self.create_slot(session)

    def functions(self, by: Any) -> None:
        """Create the schema and its functions, no event trigger."""
        by.execute(_SCHEMA)
        by.recorder.act("-- pgstream init: its functions")
        for statement in _FUNCTIONS:
            psycopg.Cursor(by).execute(statement)

    def trigger(self, by: Any) -> None:
        """Create the first of the event triggers."""
        by.execute(_TRIGGERS[0])

    def create_slot(self, by: Any) -> None:
        """Create the replication slot."""
        by.execute(_CREATE_SLOT, (self.slot,))

    def received(self, user: str | None = None) -> list[Any]:
        """Receive what the slot has up to now through a replication connection."""
        end = self.source.value("SELECT pg_current_wal_insert_lsn()::text")
        self.source.master.recorder.mask(end, "0/1234567")
        done = self.start(user, "--endpos", end)
        assert done.status == 0, done.errors
        return self._told(done.output.splitlines())

    def start(self, user: str | None, *options: str) -> Any:
        """Start receiving as a role and return how the program ended."""
        given = [part for name, value in _OPTIONS.items() for part in ("-o", f"{name}={value}")]
        slot = ("--dbname", self.source.name, "--slot", self.slot)
        return self.source.run(
            user, "pg_recvlogical", *slot, "--start", "--no-loop", "--file=-", *given, *options, seconds=20
        )

    def read(self, by: Any = None) -> list[Any]:
        """Take what the slot has through its function, with the same options."""
        session = by or self.source.master
        pairs = [part for pair in _OPTIONS.items() for part in pair]
        holes = ", ".join(["%s"] * len(pairs))
        query = f"SELECT data FROM pg_logical_slot_get_changes(%s, NULL, NULL, {holes})"
        return self._told([data for (data,) in session.execute(query, (self.slot, *pairs)).fetchall()])

    def _told(self, lines: list[str]) -> list[Any]:
        found = [json.loads(line) for line in lines if line]
        for one in found:
            shown = {key: value for key, value in one.items() if key not in {"timestamp", "lsn"}}
            self.source.master.recorder.act(f"-- {json.dumps(shown)}")
        return found

    def drop(self) -> None:
        """Drop the slot once nobody uses it."""
        gone = (
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
            " WHERE slot_name = %s AND NOT active"
        )
        left = "SELECT count(*) FROM pg_replication_slots WHERE slot_name = %s"
        deadline = time.monotonic() + 10
        with self.source.database.server.maintenance() as admin:
            while True:
                admin.execute(gone, (self.slot,))
                if admin.execute(left, (self.slot,)).fetchone() == (0,):
                    return
                assert time.monotonic() < deadline, "the slot is still in use"
                time.sleep(0.02)


@pytest.fixture
def stream(source: Side) -> Iterator[Stream]:
    """Give the steps of a replication; its slot is dropped at the end."""
    made = Stream(source)
    yield made
    made.drop()


@pytest.fixture
def initialising(instance: Side) -> Stream:
    """Give the steps of ``pgstream init`` on the shared server, where nothing is decoded."""
    return Stream(instance)


@pytest.fixture(autouse=True)
def _no_roles_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let roles that a snapshot made at the target be dropped with its database, as the target's own are."""
    if not {"source", "target"} <= {*request.fixturenames}:
        yield
        return
    source, target = request.getfixturevalue("source"), request.getfixturevalue("target")
    yield
    with target.database.server.maintenance() as admin:
        for name, wish in source.database.roles.items():
            if admin.execute("SELECT FROM pg_roles WHERE rolname = %s", (name,)).fetchone() is not None:
                target.database.roles.setdefault(name, wish)
