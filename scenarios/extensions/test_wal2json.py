"""wal2json: logical decoding as JSON, set up as the user guide says, and read through SQL."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import sql

from rdscheck import claim, rests_on, scenario
from rdscheck.catalog.extensions import listed, offered
from rdscheck.sandbox.server import unique_name

DOCS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "PostgreSQL.Concepts.General.FeatureSupport.LogicalReplication.html"
)
LISTS = "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html"
README = "https://github.com/eulerto/wal2json/blob/master/README.md"
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
upstream = claim(source=README, certainty="documented")

CREATE = "SELECT slot_name FROM pg_create_logical_replication_slot(%s, %s)"
DROP = "SELECT pg_drop_replication_slot(%s)"
GROUP = {"rds.logical_replication": "1"}

Step = Callable[[str], AbstractContextManager[None]]


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
        self.master.execute(CREATE, (name, plugin))
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
    database = rds_grouped(GROUP)
    with ExitStack() as opened:
        yield Decoding(database, opened)


@contextmanager
def refused(*sqlstates: str, message: str = "") -> Iterator[None]:
    """Expect an error with one of these SQLSTATEs whose message contains this text."""
    with pytest.raises(psycopg.Error) as caught:
        yield
    assert caught.value.sqlstate in sqlstates, caught.value
    assert message in (caught.value.diag.message_primary or "")


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
            with refused("55000", message="wal_level"):
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
            assert change["change"][0]["columnvalues"] == [7]
        with step("5. Drop the slot"):
            streamer.execute(DROP, ("changes",))
            assert master.execute("SELECT count(*) FROM pg_replication_slots").fetchone() == (0,)


@documented
def test_off_by_default(rds: Any) -> None:
    """Without rds.logical_replication no slot is made, by the master user neither."""
    assert rds.execute("SHOW rds.logical_replication").fetchone() == ("off",)
    with refused("55000", message="wal_level"):
        rds.execute(CREATE, ("changes", "wal2json"))


@documented
def test_ordinary_user(decoding: Decoding) -> None:
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
def test_membership_decides(decoding: Decoding, step: Step) -> None:
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
    with refused("22023", message='Extension "wal2json" is not supported by Amazon RDS'):
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
def test_plugin(decoding: Decoding, name: str) -> None:
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
def test_other_libraries(decoding: Decoding, name: str) -> None:
    """A library that is no output plugin of the lists is refused, and no slot is left behind."""
    slot = decoding.name()
    # Minors without the list load the library first and find that it is none.
    with refused("42501", "58P01", "XX000"):
        decoding.master.execute(CREATE, (slot, name))
    query = "SELECT count(*) FROM pg_replication_slots WHERE slot_name = %s"
    assert decoding.master.execute(query, (slot,)).fetchone() == (0,)


@claim(source=PLUGINS, certainty="derived", basis="emulated")
@rests_on("output-plugin-libraries")
def test_list_of_plugins(decoding: Decoding) -> None:
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
    with refused("42501", message="may not be used as an output plugin"):
        decoding.master.execute(CREATE, (decoding.name(), "$libdir/wal2json"))


# What it tells


@upstream
def test_rows(decoding: Decoding) -> None:
    """INSERT, UPDATE and DELETE are told with types and values, the last two with the old key."""
    slot = decoding.slot()
    for statement in (
        "INSERT INTO item VALUES (1, 'it''s \"x\"', 1.50), (2, NULL, 2)",
        "UPDATE item SET id = 3 WHERE id = 2",
        "DELETE FROM item WHERE id = 1",
    ):
        decoding.master.execute(statement)
    first, second, update, delete = decoding.changes(slot)
    assert [one["kind"] for one in (first, second, update, delete)] == [
        "insert", "insert", "update", "delete"
    ]  # fmt: skip
    assert (first["schema"], first["table"]) == ("public", "item")
    assert first["columnnames"] == ["id", "name", "price"]
    assert first["columntypes"] == ["integer", "text", "numeric"]
    assert first["columnvalues"] == [1, 'it\'s "x"', 1.5]
    assert second["columnvalues"] == [2, None, 2]
    assert update["columnvalues"] == [3, None, 2]
    assert update["oldkeys"] == {"keynames": ["id"], "keytypes": ["integer"], "keyvalues": [2]}
    assert delete["oldkeys"]["keyvalues"] == [1]
    assert "columnvalues" not in delete


@upstream
def test_transactions(decoding: Decoding) -> None:
    """Format 1 has one record for each committed transaction; what was rolled back is not told."""
    slot, master = decoding.slot(), decoding.master
    with master.transaction():
        master.execute("INSERT INTO item VALUES (1)")
        with master.transaction(force_rollback=True):
            master.execute("INSERT INTO item VALUES (2)")
        master.execute("INSERT INTO item VALUES (3)")
    with master.transaction(force_rollback=True):
        master.execute("INSERT INTO item VALUES (4)")
    (one,) = decoding.read(slot)
    assert [change["columnvalues"][0] for change in one["change"]] == [1, 3]


@upstream
def test_format_version_2(decoding: Decoding) -> None:
    """Format 2 has one record for each row, between B and C, and T for TRUNCATE."""
    slot = decoding.slot()
    for statement in (
        "INSERT INTO item VALUES (1, 'one')",
        "UPDATE item SET name = 'uno'",
        "DELETE FROM item",
        "TRUNCATE item",
    ):
        decoding.master.execute(statement)
    told = decoding.read(slot, "format-version", "2")
    assert "".join(one["action"] for one in told) == "BICBUCBDCBTC"
    insert, update, delete = (told[place] for place in (1, 4, 7))
    assert insert["columns"][:2] == [
        {"name": "id", "type": "integer", "value": 1},
        {"name": "name", "type": "text", "value": "one"},
    ]
    assert update["columns"][1]["value"] == "uno"
    assert update["identity"] == delete["identity"] == [{"name": "id", "type": "integer", "value": 1}]
    assert "columns" not in delete


@upstream
@pytest.mark.parametrize("setting", ["default", "full", "nothing"])
def test_replica_identity(decoding: Decoding, setting: str) -> None:
    """REPLICA IDENTITY decides what of the old row is told: its key, all of it, or no record at all."""
    decoding.master.execute(f"ALTER TABLE item REPLICA IDENTITY {setting}")
    decoding.master.execute("INSERT INTO item VALUES (1, 'one', 1)")
    slot = decoding.slot()
    decoding.master.execute("UPDATE item SET name = 'uno'")
    decoding.master.execute("DELETE FROM item")
    told = [
        (one["action"], [column["value"] for column in one["identity"]]) for one in decoding.actions(slot)
    ]
    assert (
        told
        == {
            "default": [("U", [1]), ("D", [1])],
            "full": [("U", [1, "one", 1]), ("D", [1, "uno", 1])],
            "nothing": [],
        }[setting]
    )


@upstream
def test_no_key(decoding: Decoding) -> None:
    """Of a table without a key inserts are told; updates and deletes are lost, with a warning only."""
    decoding.master.execute("CREATE TABLE loose (id integer)")
    slot = decoding.slot()
    for statement in ("INSERT INTO loose VALUES (1)", "UPDATE loose SET id = 2", "DELETE FROM loose"):
        decoding.master.execute(statement)
    seen = len(decoding.master.notices)
    assert [one["action"] for one in decoding.actions(slot)] == ["I"]
    warnings = decoding.master.notices[seen:]
    assert any("no tuple identifier for UPDATE" in one for one in warnings)
    assert any("no tuple identifier for DELETE" in one for one in warnings)


@upstream
def test_options(decoding: Decoding) -> None:
    """Tables can be picked or left out and types left out; an unknown option or format is refused."""
    decoding.master.execute("CREATE TABLE other (id integer PRIMARY KEY)")
    slot = decoding.slot()
    decoding.master.execute("INSERT INTO item VALUES (1)")
    decoding.master.execute("INSERT INTO other VALUES (1)")
    for options, tables in (
        ((), ["item", "other"]),
        (("add-tables", "public.other"), ["other"]),
        (("filter-tables", "*.other"), ["item"]),
    ):
        told = decoding.read(slot, *options, how="peek")
        assert [change["table"] for one in told for change in one["change"]] == tables
    with refused("22023", message='option "add-table" = "x" is unknown'):
        decoding.read(slot, "add-table", "x")
    with refused("0A000", "22023", message="format"):
        decoding.read(slot, "format-version", "3")
    first, *_ = decoding.changes(slot, "include-types", "false")
    assert "columntypes" not in first
    assert first["columnvalues"] == [1, None, None]


# The slot


@claim(source=SLOTS, certainty="documented")
def test_each_change_once(decoding: Decoding) -> None:
    """Peeking takes nothing from the slot; what was got does not come again; older changes never come."""
    decoding.master.execute("INSERT INTO item VALUES (0)")
    slot = decoding.slot()
    decoding.master.execute("INSERT INTO item VALUES (1)")
    assert decoding.read(slot, how="peek") == decoding.read(slot, how="peek") != []
    assert [change["columnvalues"][0] for change in decoding.changes(slot)] == [1]
    assert decoding.changes(slot) == []


@claim(source=SLOTS, certainty="documented")
def test_one_database(decoding: Decoding, rds_grouped: Any) -> None:
    """A slot belongs to the database it was made in: of others it tells nothing, and there it is not read."""
    slot = decoding.slot()
    second = rds_grouped(GROUP)
    second.recorder.mask(second.name, "second")
    with second.recorded() as session:
        session.execute("CREATE TABLE item (id integer PRIMARY KEY)")
        session.execute("INSERT INTO item VALUES (1)")
        with refused("55000", message="was not created in this database"):
            decoding.read(slot, by=session)
    assert decoding.changes(slot) == []


@claim(source=SLOTS, certainty="documented")
def test_dropped(decoding: Decoding, step: Step) -> None:
    """A slot holds on to WAL until it is dropped, by its function or together with its database."""
    held = "SELECT restart_lsn IS NOT NULL FROM pg_replication_slots WHERE slot_name = %s"
    with step("1. Dropped by its function"):
        slot = decoding.slot()
        assert decoding.master.execute(held, (slot,)).fetchone() == (True,)
        decoding.master.execute(DROP, (slot,))
        assert decoding.master.execute(held, (slot,)).fetchone() is None
        with refused("42704", message="does not exist"):
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
