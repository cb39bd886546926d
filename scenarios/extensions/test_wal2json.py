"""wal2json: logical decoding as JSON, set up as the user guide says, and read through SQL."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from psycopg import sql

from rdscheck import claim, listed, offered, refused, rests_on, scenario, unique_name

DOCS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "PostgreSQL.Concepts.General.FeatureSupport.LogicalReplication.html"
)
LISTS = "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html"
SLOTS = "https://www.postgresql.org/docs/current/logicaldecoding-explanation.html"
PLUGINS = "https://www.postgresql.org/docs/17/release-17-11.html"

pytestmark = scenario(
    "extensions/wal2json",
    title="Read changes as JSON with wal2json",
    docs=DOCS,
    since=13,
    needs=("rdsutils", "wal2json"),
)
documented = claim(source=DOCS, certainty="documented")

CREATE = "SELECT slot_name FROM pg_create_logical_replication_slot(%s, %s)"
DROP = "SELECT pg_drop_replication_slot(%s)"
GROUP = {"rds.logical_replication": "1"}

Step = Callable[[str], AbstractContextManager[None]]


# Setting it up


@documented
def test_procedure(rds_instance: Any, step: Step) -> None:
    """rds.logical_replication waits for a reboot; then a member of rds_replication makes and reads a slot."""
    instance = rds_instance()
    with instance.recorded() as master:
        with step("1. A user with the role rds_replication"):
            master.execute("CREATE ROLE streamer LOGIN PASSWORD 'app-secret' IN ROLE rds_replication")
            master.execute("CREATE TABLE item (id integer PRIMARY KEY)")
        with step("2. Set rds.logical_replication to 1: it is static"):
            instance.modify(GROUP)
            assert instance.parameter_status == "pending-reboot"
            with refused("55000", "wal_level"):
                master.execute(CREATE, ("changes", "wal2json"))
    with step("3. Reboot"):
        instance.reboot()
    with instance.recorded() as master, instance.recorded(user="streamer", password="app-secret") as streamer:
        assert master.execute("SHOW wal_level").fetchone() == ("logical",)
        with step("4. Create a slot that names the plugin"):
            streamer.execute(CREATE, ("changes", "wal2json"))
            master.execute("INSERT INTO item VALUES (7)")
            rows = streamer.execute("SELECT data FROM pg_logical_slot_get_changes('changes', NULL, NULL)")
            (change,) = [json.loads(data) for (data,) in rows.fetchall() if "insert" in data]
            assert change["change"][0]["columnvalues"][0] == 7
        with step("5. Drop the slot"):
            streamer.execute(DROP, ("changes",))
            assert master.execute("SELECT count(*) FROM pg_replication_slots").fetchone() == (0,)


@documented
def test_off_by_default(rds: Any) -> None:
    """Without rds.logical_replication no slot is made, by the master user neither."""
    assert rds.execute("SHOW rds.logical_replication").fetchone() == ("off",)
    with refused("55000", "wal_level"):
        rds.execute(CREATE, ("changes", "wal2json"))


@documented
def test_ordinary_user(decoding: Any) -> None:
    """A role outside rds_replication makes no slot, reads none and drops none, whatever its rights."""
    app = decoding.database.create_role("app")
    decoding.master.execute(sql.SQL("GRANT ALL ON item TO {}").format(sql.Identifier(app)))
    slot, other = decoding.slot(), decoding.name("other")
    session = decoding.connect(app)
    with refused("42501"):
        session.execute(CREATE, (other, "wal2json"))
    for how in ("peek", "get"):
        with refused("42501"):
            decoding.read(slot, how=how, by=session)
    with refused("42501"):
        session.execute(DROP, (slot,))


@documented
def test_membership_decides(decoding: Any, step: Step) -> None:
    """GRANT rds_replication lets a role make and read a slot; REVOKE takes that away again."""
    role = decoding.database.create_role("streamer")
    slot, later = decoding.name(), decoding.name("later")
    member = sql.Identifier(role)
    with step("1. Granted"):
        decoding.master.execute(sql.SQL("GRANT rds_replication TO {}").format(member))
        session = decoding.connect(role)
        session.execute(CREATE, (slot, "wal2json"))
        decoding.master.execute("INSERT INTO item VALUES (1)")
        (one,) = decoding.read(slot, by=session)
        assert one["change"][0]["kind"] == "insert"
    with step("2. It needs no right on the table: the slot tells all of the database"):
        with refused("42501"):
            session.execute("SELECT * FROM item")
        session.execute(DROP, (slot,))
    with step("3. Revoked"):
        decoding.master.execute(sql.SQL("REVOKE rds_replication FROM {}").format(member))
        with refused("42501"):
            decoding.connect(role).execute(CREATE, (later, "wal2json"))


# Which plugins


@claim(source=LISTS, certainty="documented", basis="emulated")
def test_offered_everywhere(rds_version: str, rds: Any) -> None:
    """wal2json is in AWS's list of every engine version, and is no extension: nothing is to be created."""
    versions = listed(int(rds_version.partition(".")[0]))
    assert versions
    assert {offered(version)["wal2json"].kind for version in versions} == {"output_plugin"}
    with refused("22023", 'Extension "wal2json" is not supported by Amazon RDS'):
        rds.execute("CREATE EXTENSION wal2json")


def plugin(name: str, title: str, **more: Any) -> Any:
    """Return one claim of ``test_plugin``."""
    marks: Any = claim(title=title, needs=(name,), **more)
    return pytest.param(name, id=name, marks=marks)


@pytest.mark.parametrize(
    "name",
    [
        plugin(
            "test_decoding",
            "test_decoding, the other plugin the page names, tells the same change as text.",
            source=DOCS,
            certainty="documented",
        ),
        plugin(
            "decoder_raw",
            "decoder_raw, in AWS's lists from 15 on, tells the change as a statement.",
            source=LISTS,
            certainty="documented",
            since=15,
        ),
    ],
)
@rests_on("output-plugin-libraries")
def test_plugin(decoding: Any, name: str) -> None:
    """Another plugin of AWS's lists can be named."""
    slot = decoding.slot(name)
    decoding.master.execute("INSERT INTO item VALUES (7, 'seven')")
    query = "SELECT data FROM pg_logical_slot_get_changes(%s, NULL, NULL)"
    lines = [data for (data,) in decoding.master.execute(query, (slot,)) if "item" in data]
    decoding.master.recorder.act(f"-- {lines}")
    assert len(lines) == 1
    assert "INSERT" in lines[0]
    assert "seven" in lines[0]


@claim(source=PLUGINS, certainty="derived")
@rests_on("output-plugin-libraries")
@pytest.mark.parametrize("name", ["hstore", "rdsutils", "/tmp/plugin"])  # noqa: S108  only a name
def test_other_libraries(decoding: Any, name: str) -> None:
    """A library that is no output plugin of the lists is refused, and no slot is left behind."""
    slot = decoding.name()
    # Minors without the list load the library first and find that it is none.
    with refused(psycopg.Error):
        decoding.master.execute(CREATE, (slot, name))
    query = "SELECT count(*) FROM pg_replication_slots WHERE slot_name = %s"
    assert decoding.master.execute(query, (slot,)).fetchone() == (0,)


@claim(source=PLUGINS, certainty="derived", basis="emulated")
@rests_on("output-plugin-libraries")
def test_list_of_plugins(decoding: Any) -> None:
    """Minors that ask for a list of plugins have those of AWS's lists in it, by name only, not by path."""
    row = decoding.master.execute(
        "SELECT setting FROM pg_settings WHERE name = 'output_plugin_libraries'"
    ).fetchone()
    if row is None:
        pytest.skip(
            f"PostgreSQL {decoding.database.server.server_version} does not have output_plugin_libraries,"
            " which came with 14.24, 15.19, 16.15, 17.11 and 18.6"
        )
    allowed = {name.strip() for name in row[0].split(",")}
    assert {"pgoutput", "test_decoding", "wal2json"} <= allowed
    with refused("42501", "may not be used as an output plugin"):
        decoding.master.execute(CREATE, (decoding.name(), "$libdir/wal2json"))


# The slot


@documented
def test_streaming_client(decoding: Any, rds_client: Any) -> None:
    """pg_recvlogical, the client the page names, makes a slot, streams from it and drops it."""
    client, slot = rds_client(decoding.database), decoding.name()
    client.require("pg_recvlogical")
    options = ("--dbname", decoding.database.name, "--slot", slot)
    made = client.run("pg_recvlogical", *options, "--create-slot", "--plugin=wal2json")
    assert made.status == 0, made.errors
    decoding.master.execute("INSERT INTO item VALUES (7)")
    (end,) = decoding.master.execute("SELECT pg_current_wal_insert_lsn()::text").fetchone()
    decoding.master.recorder.mask(end, "0/1234567")
    streamed = client.run(
        "pg_recvlogical", *options, "--start", "--no-loop", "--endpos", end, "--file=-", seconds=20, show=True
    )
    assert streamed.status == 0, streamed.errors
    (line,) = [line for line in streamed.output.splitlines() if "insert" in line]
    assert json.loads(line)["change"][0]["columnvalues"][0] == 7
    assert client.run("pg_recvlogical", *options, "--drop-slot").status == 0


@documented
def test_streaming_refused(decoding: Any, rds_client: Any) -> None:
    """A role outside rds_replication gets no replication connection."""
    app, slot = decoding.database.create_role("app"), decoding.name()
    client = rds_client(decoding.database, app)
    client.require("pg_recvlogical")
    done = client.run(
        "pg_recvlogical",
        *("--dbname", decoding.database.name, "--slot", slot, "--create-slot", "--plugin=wal2json"),
    )
    assert done.status != 0
    assert "replication" in done.errors.lower()


@claim(source=SLOTS, certainty="documented")
def test_each_change_once(decoding: Any) -> None:
    """Peeking takes nothing from the slot; what was got does not come again; older changes never come."""
    decoding.master.execute("INSERT INTO item VALUES (0)")
    slot = decoding.slot()
    decoding.master.execute("INSERT INTO item VALUES (1)")
    assert decoding.read(slot, how="peek") == decoding.read(slot, how="peek") != []
    assert [change["columnvalues"][0] for change in decoding.changes(slot)] == [1]
    assert decoding.changes(slot) == []


@claim(source=SLOTS, certainty="documented")
def test_one_database(decoding: Any, rds_grouped: Any) -> None:
    """A slot belongs to the database it was made in: of others it tells nothing, and there it is not read."""
    slot = decoding.slot()
    second = rds_grouped(GROUP)
    second.recorder.mask(second.name, "second")
    with second.recorded() as session:
        session.execute("CREATE TABLE item (id integer PRIMARY KEY)")
        session.execute("INSERT INTO item VALUES (1)")
        with refused("55000", "was not created in this database"):
            decoding.read(slot, by=session)
    assert decoding.changes(slot) == []


@claim(source=SLOTS, certainty="documented")
def test_dropped(decoding: Any, step: Step) -> None:
    """A slot holds on to WAL until it is dropped, by its function or together with its database."""
    held = "SELECT restart_lsn IS NOT NULL FROM pg_replication_slots WHERE slot_name = %s"
    with step("1. Dropped by its function"):
        slot = decoding.slot()
        assert decoding.master.execute(held, (slot,)).fetchone() == (True,)
        decoding.master.execute(DROP, (slot,))
        assert decoding.master.execute(held, (slot,)).fetchone() is None
        with refused("42704", "does not exist"):
            decoding.read(slot)
    with step("2. Dropped with its database"):
        second, slot = unique_name("second"), decoding.name("other")
        decoding.database.recorder.mask(second, "second")
        decoding.master.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(second)))
        with decoding.database.server.connect(second) as session:
            session.execute(CREATE, (slot, "wal2json"))
        assert decoding.master.execute(held, (slot,)).fetchone() == (True,)
        decoding.master.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(second)))
        assert decoding.master.execute(held, (slot,)).fetchone() is None
