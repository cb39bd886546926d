"""wal2json: what its records tell of rows, transactions and tables, and which options change that."""

from typing import Any

import psycopg
import pytest

from rdscheck import claim, refused, scenario

README = "https://github.com/eulerto/wal2json/blob/master/README.md"

pytestmark = scenario(
    "extensions/wal2json-records",
    title="Read the records of wal2json",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "PostgreSQL.Concepts.General.FeatureSupport.LogicalReplication.html",
    since=13,
    needs=("rdsutils", "wal2json"),
)
upstream = claim(source=README, certainty="documented")


@upstream
def test_rows(decoding: Any) -> None:
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
def test_transactions(decoding: Any) -> None:
    """Format 1 has one record for each committed transaction; what was rolled back is not told."""
    slot, master = decoding.slot(), decoding.master
    with master.transaction():
        master.execute("INSERT INTO item VALUES (1)")
        with master.transaction(force_rollback=True):
            master.execute("INSERT INTO item VALUES (2)")
        master.execute("INSERT INTO item VALUES (3)")
    with master.transaction(force_rollback=True):
        master.execute("INSERT INTO item VALUES (4)")
    told = decoding.read(slot)
    assert [[change["columnvalues"][0] for change in one["change"]] for one in told] == [[1, 3]]


@upstream
def test_format_version_2(decoding: Any) -> None:
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
def test_replica_identity(decoding: Any, setting: str) -> None:
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
def test_no_key(decoding: Any) -> None:
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
def test_options(decoding: Any) -> None:
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
    with refused("22023", 'option "add-table" = "x" is unknown'):
        decoding.read(slot, "add-table", "x")
    with refused(psycopg.Error, "format"):
        decoding.read(slot, "format-version", "3")
    first, *_ = decoding.changes(slot, "include-types", "false")
    assert "columntypes" not in first
    assert first["columnvalues"] == [1, None, None]
