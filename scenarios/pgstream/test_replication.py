"""Replication from RDS: the parameter, streaming as a dedicated role, and what is transferred to it."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from rdscheck import claim, documentation_finding, refused, rests_on, scenario

DOCS = "https://xata.io/documentation/opensource/pgstream/docs/aws"
SOURCES = "https://github.com/xataio/pgstream"
LOGICAL = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "PostgreSQL.Concepts.General.FeatureSupport.LogicalReplication.html"
)
DECODING = "https://www.postgresql.org/docs/current/logicaldecoding-explanation.html"
RELEASE_1 = "https://github.com/xataio/pgstream/releases/tag/v1.0.0"
PGSYNC = "https://github.com/toluaina/pgsync/issues/16"

pytestmark = scenario(
    "pgstream/replication",
    title="Replicate from RDS with pgstream",
    docs=DOCS,
    document="pgstream: AWS Database Onboarding Guide",
    since=13,
    needs=("rdsutils", "wal2json"),
)
emulated = claim(source=DOCS, certainty="documented", basis="emulated")

Step = Callable[[str], AbstractContextManager[None]]


def changed(messages: list[Any]) -> list[str]:
    """Return what was received, DDL by its statement and rows by action and key."""
    return [
        json.loads(one["content"])["ddl"]
        if one["action"] == "M"
        else f"{one['action']} {next(iter(one.get('columns') or one['identity']))['value']}"
        for one in messages
    ]


def not_a_member(side: Any) -> str:
    """Return how PostgreSQL says that one may not give something to a role."""
    return "must be able to SET ROLE" if side.database.server.major >= 16 else "must be member of role"


# The parameter


@claim(source=LOGICAL, certainty="documented", basis="emulated")
def test_procedure(rds_instance: Any, step: Step) -> None:
    """rds.logical_replication waits for a reboot, and then wal_level is logical: nobody has set that."""
    instance = rds_instance()
    with step("1. Check the current setting"), instance.recorded() as master:
        assert master.execute("SHOW wal_level").fetchone() == ("replica",)
    with step("2. Set rds.logical_replication to 1 in the parameter group"):
        instance.modify({"rds.logical_replication": "1"})
        instance.recorder.act(f"-- rds.logical_replication = 1: {instance.parameter_status}")
        assert instance.parameter_status == "pending-reboot"
        with instance.recorded() as master:
            assert master.execute("SHOW wal_level").fetchone() == ("replica",)
    with step("3. Reboot"):
        instance.reboot()
        instance.recorder.act(f"-- rebooted: {instance.parameter_status}")
    with step("4. Verify"), instance.recorded() as master:
        assert master.execute("SHOW wal_level").fetchone() == ("logical",)
        assert master.execute("SHOW rds.logical_replication").fetchone() == ("on",)


@claim(source=LOGICAL, certainty="documented", basis="emulated")
def test_without_the_parameter(target: Any) -> None:
    """Without rds.logical_replication pgstream's slot is refused, to the master user too."""
    with refused("55000", "wal_level"):
        target.master.execute(
            "SELECT 'init' FROM pg_create_logical_replication_slot('pgstream_db_slot', 'wal2json')"
        )


# Streaming


@pytest.fixture
def app(source: Any) -> Any:
    """Log in as an application's role that owns the schema app; it has no rights on pgstream's schema."""
    role = source.role("app_owner")
    source.sql("GRANT CREATE ON DATABASE {} TO {}", source.name, role)
    session = source.connect(role)
    session.execute("CREATE SCHEMA app")
    return session


#: How ``work`` is told.
WORK = ["CREATE TABLE app.orders (id integer PRIMARY KEY, item text)", "I 1", "I 2", "U 1", "D 2"]


def work(app: Any) -> None:
    """Make a table and change rows."""
    app.execute("CREATE TABLE app.orders (id integer PRIMARY KEY, item text)")
    app.execute("INSERT INTO app.orders VALUES (1, 'tea'), (2, 'milk')")
    app.execute("UPDATE app.orders SET item = 'rum' WHERE id = 1")
    app.execute("DELETE FROM app.orders WHERE id = 2")


@claim(source=LOGICAL, certainty="documented", basis="emulated")
@documentation_finding("pgstream-source-ownership")
def test_streaming(source: Any, stream: Any, app: Any) -> None:
    """A role with rds_replication and nothing else receives rows and DDL: it need not own anything."""
    role = source.role("pgstreamsource", "IN ROLE rds_replication")
    stream.init()
    work(app)
    found = stream.received(role)
    assert changed(found) == WORK
    assert found[0]["prefix"] == "pgstream.ddl"
    session = source.connect(role)
    with refused("42501", "permission denied for schema app"):
        session.execute("SELECT * FROM app.orders")
    lag = "SELECT pg_current_wal_lsn() >= confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = %s"
    assert session.execute(lag, (stream.slot,)).fetchone() == (True,)


@claim(source=LOGICAL, certainty="documented")
def test_streaming_refused(source: Any, stream: Any) -> None:
    """A role outside rds_replication gets no replication connection, though it owns database and schema."""
    role = source.role("pgstreamsource")
    stream.init()
    source.sql("GRANT {} TO CURRENT_USER", role)
    source.sql("ALTER DATABASE {} OWNER TO {}", source.name, role)
    source.sql("ALTER SCHEMA pgstream OWNER TO {}", role)
    done = stream.start(role, "--endpos", "0/1")
    assert done.status != 0
    said = (
        "permission denied to start WAL sender" if source.database.server.major >= 16 else "start walsender"
    )
    assert said in done.errors


@emulated
def test_identify_system(source: Any) -> None:
    """A replication connection answers IDENTIFY_SYSTEM with the database that it streams from."""
    role = source.role("pgstreamsource", "IN ROLE rds_replication")
    with source.database.recorded(role, replication="database") as walsender:
        assert walsender.execute("IDENTIFY_SYSTEM").fetchone()[3] == source.name


@claim(source=DECODING, certainty="documented", basis="emulated")
def test_each_change_once(stream: Any, app: Any) -> None:
    """What was received does not come again: the next connection goes on after it."""
    stream.init()
    work(app)
    assert len(stream.received()) == 5
    app.execute("INSERT INTO app.orders VALUES (3, 'ale')")
    assert changed(stream.received()) == ["I 3"]


@claim(source=DOCS, certainty="documented", basis="emulated")
def test_retained(source: Any, stream: Any, app: Any) -> None:
    """A slot that nobody reads keeps all WAL from its position on; it moves when something is received."""
    stream.init()
    position = "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = %s"
    before = "SELECT %s::pg_lsn < pg_current_wal_lsn()"
    start = source.masked(source.value(position, stream.slot), "0/1000000")
    work(app)
    assert source.value(position, stream.slot) == start
    assert source.value(before, start)
    stream.received()
    moved = source.masked(source.value(position, stream.slot), "0/1234567")
    assert source.value("SELECT %s::pg_lsn < %s::pg_lsn", start, moved)


@claim(source=SOURCES, certainty="documented", basis="stand-in")
def test_skip_log(stream: Any, app: Any) -> None:
    """Any role keeps its DDL out of the stream by SET pgstream.skip_log = 'TRUE'; rows come all the same."""
    stream.init()
    app.execute("SET pgstream.skip_log = 'TRUE'")
    app.execute("CREATE TABLE app.orders (id integer PRIMARY KEY)")
    app.execute("INSERT INTO app.orders VALUES (1)")
    app.execute("RESET pgstream.skip_log")
    app.execute("DROP TABLE app.orders")
    assert changed(stream.read()) == ["I 1", "DROP TABLE app.orders", "DROP TABLE app.orders"]


@claim(source=PGSYNC, certainty="observed", basis="emulated")
@rests_on("replication-attribute")
def test_preflight(source: Any, stream: Any) -> None:
    """The check of pgstream finds no attribute REPLICATION for a role that can stream: a false alarm."""
    role = source.role("pgstreamsource", "IN ROLE rds_replication")
    session = source.connect(role)
    asked = "SELECT rolreplication FROM pg_roles WHERE rolname = current_user"
    assert session.execute(asked).fetchone() == (False,)
    stream.create_slot(session)
    assert stream.read(session) == []


# The transfer to a dedicated role


@emulated
def test_transfer(source: Any, stream: Any, app: Any, step: Step) -> None:
    """After GRANT pgstreamsource TO current_user database and schema are handed over; DDL is still told."""
    role = source.role("pgstreamsource")
    stream.init()
    with step("1. Allow ownership transfer"):
        with refused("42501", not_a_member(source)):
            source.sql("ALTER DATABASE {} OWNER TO {}", source.name, role)
        source.sql("GRANT {} TO CURRENT_USER", role)
    with step("2. Transfer ownership"):
        source.sql("ALTER DATABASE {} OWNER TO {}", source.name, role)
        source.sql("ALTER SCHEMA pgstream OWNER TO {}", role)
    with step("3. Replication privileges"):
        source.sql("GRANT rds_replication TO {}", role)
    with step("4. Stream"):
        work(app)
        told = changed(stream.received(role))
        assert told[-5:] == WORK


@claim(source=RELEASE_1, certainty="documented")
@documentation_finding("pgstream-schema-log")
def test_schema_log(source: Any, stream: Any) -> None:
    """The guide's ALTER TABLE pgstream.schema_log fails: pgstream has had no such table since 1.0."""
    role = source.role("pgstreamsource")
    source.sql("GRANT {} TO CURRENT_USER", role)
    stream.init(slot=False)
    with refused("42P01", 'relation "pgstream.schema_log" does not exist'):
        source.sql("ALTER TABLE pgstream.schema_log OWNER TO {}", role)


@claim(source=SOURCES, certainty="documented", basis="stand-in")
@documentation_finding("pgstream-injector")
def test_injector(source: Any, stream: Any, step: Step) -> None:
    """table_ids and xid_serial are handed over only where pgstream was initialised with its injector."""
    role = source.role("pgstreamsource")
    source.sql("GRANT {} TO CURRENT_USER", role)
    stream.init(slot=False)
    with step("1. Without the injector"):
        with refused("42P01", 'relation "pgstream.table_ids" does not exist'):
            source.sql("ALTER TABLE pgstream.table_ids OWNER TO {}", role)
        with refused("42P01", 'relation "pgstream.xid_serial" does not exist'):
            source.sql("ALTER SEQUENCE pgstream.xid_serial OWNER TO {}", role)
    with step("2. With it"):
        source.sql("CREATE TABLE pgstream.table_ids (id char(20) PRIMARY KEY, oid bigint UNIQUE)")
        source.sql("CREATE SEQUENCE pgstream.xid_serial MINVALUE 0 MAXVALUE 16777215 CYCLE")
        source.sql("ALTER SCHEMA pgstream OWNER TO {}", role)
        source.sql("ALTER TABLE pgstream.table_ids OWNER TO {}", role)
        source.sql("ALTER SEQUENCE pgstream.xid_serial OWNER TO {}", role)


@claim(source="https://www.postgresql.org/docs/current/sql-altertable.html", certainty="documented")
def test_transfer_order(source: Any, stream: Any) -> None:
    """A table is handed over only when its new owner may create in the schema: the schema has to go first."""
    role = source.role("pgstreamsource")
    source.sql("GRANT {} TO CURRENT_USER", role)
    stream.init(slot=False)
    source.sql("CREATE TABLE pgstream.table_ids (id char(20) PRIMARY KEY, oid bigint UNIQUE)")
    with refused("42501", "permission denied for schema pgstream"):
        source.sql("ALTER TABLE pgstream.table_ids OWNER TO {}", role)
    source.sql("ALTER SCHEMA pgstream OWNER TO {}", role)
    source.sql("ALTER TABLE pgstream.table_ids OWNER TO {}", role)
