"""The prechecks of a major upgrade: what blocks it, with which words, and what mends it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from rdscheck import (
    Basis,
    ParameterRefused,
    TargetRefused,
    UpgradeBlocked,
    claim,
    rests_on,
    scenario,
)

PROCESS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "USER_UpgradeDBInstance.PostgreSQL.MajorVersion.Process.html"
)
VERSIONS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.html"
EVENT_TRIGGERS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "PostgreSQL.Concepts.General.FeatureSupport.EventTriggers.html"
)
TOOL = "https://github.com/awslabs/rds-support-tools/pull/88"
SLOTS = "https://github.com/ministryofjustice/cloud-platform/issues/7726"

pytestmark = scenario(
    "upgrade/prechecks",
    title="Find what is in the way of a major version upgrade",
    docs=PROCESS,
    since=13,
    until=17,
    needs=("rdsutils", "upgrade"),
    basis=Basis.EMULATED,
)
documented = claim(source=PROCESS, certainty="documented")

#: A minor that is older than the newest of every earlier major.
OLD_MINOR = {"15": "15.3", "17": "17.1", "18": "18.1"}

Step = Callable[[str], AbstractContextManager[None]]


@documented
def test_nothing_is_in_the_way_of_an_ordinary_database(candidate: Any) -> None:
    """A database with tables, views, functions, roles and ordinary extensions passes all prechecks."""
    candidate.sql(
        "CREATE TABLE item (id int PRIMARY KEY, tags text[], of regclass, kind regtype)",
        "CREATE VIEW names AS SELECT id, tags FROM item",
        "CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 2'",
        "CREATE EXTENSION hstore",
        "CREATE VIEW activity AS SELECT pid, state FROM pg_stat_activity",
    )
    assert candidate.found() == {}


@documented
def test_prepared_transactions_block(candidate: Any, step: Step, blocking: Any) -> None:
    """An open prepared transaction blocks the upgrade; after COMMIT PREPARED it does not."""
    with step("1. Leave a transaction prepared"):
        candidate.sql(
            "CREATE TABLE t (id int)", "BEGIN", "INSERT INTO t VALUES (1)", "PREPARE TRANSACTION 'late'"
        )
    with blocking("prepared_xacts", "late"):
        candidate.sql("COMMIT PREPARED 'late'")


@pytest.mark.parametrize(
    "kind", ["regproc", "regprocedure", "regoper", "regoperator", "regconfig", "regdictionary"]
)
@documented
def test_columns_of_reg_types_block(candidate: Any, step: Step, blocking: Any, kind: str) -> None:
    """A column of this type blocks the upgrade; as text it does not."""
    with step("1. Use the type in a table"):
        candidate.sql(f"CREATE TABLE job (id int, what {kind})")
    with blocking("reg_types", "public.job.what"):
        candidate.sql("ALTER TABLE job ALTER COLUMN what TYPE text")


@rests_on("upgrade-precheck-texts")
@documented
def test_invalid_databases_block(candidate: Any, step: Step, blocking: Any) -> None:
    """A database left behind by an interrupted DROP DATABASE blocks the upgrade until it is dropped."""
    with step("1. Let DROP DATABASE be interrupted"):
        name = candidate.instance.create_database("half_gone")
        candidate.instance.recorder.mask(name, "half_gone")
        with candidate.instance.admin() as admin:
            admin.execute("UPDATE pg_database SET datconnlimit = -2 WHERE datname = %s", [name])
        candidate.instance.recorder.act("-- half_gone is marked as DROP DATABASE marks it: datconnlimit = -2")
    with blocking("invalid_db", name):
        candidate.instance.drop_database(name)


@rests_on("upgrade-database-names")
@claim(source=PROCESS, certainty="documented")
def test_unusual_database_names_block(candidate: Any, step: Step, blocking: Any) -> None:
    """A database whose name holds a blank blocks the upgrade until it is renamed."""
    with step("1. Create a database with an unusual name"):
        candidate.sql('CREATE DATABASE "sales 2026"')
    with blocking("db_name", "sales 2026"):
        candidate.sql('ALTER DATABASE "sales 2026" RENAME TO sales_2026')
    candidate.sql("DROP DATABASE sales_2026")


@claim(source=PROCESS, certainty="documented", until=16)
def test_logical_slots_block(candidate: Any, step: Step, blocking: Any) -> None:
    """A logical replication slot, active or not, blocks the upgrade from 16 or earlier."""
    with step("1. Create a slot"):
        candidate.sql("SELECT FROM pg_create_logical_replication_slot('feed', 'pgoutput')")
    with blocking("logical_slots", "feed"):
        candidate.sql("SELECT pg_drop_replication_slot('feed')")


@claim(source=SLOTS, certainty="observed", until=16)
def test_event_names_logical_slots(candidate: Any) -> None:
    """The event of an upgrade refused for slots has the words that users of RDS have seen."""
    candidate.sql("SELECT FROM pg_create_logical_replication_slot('feed', 'test_decoding')")
    event, _found = candidate.refused()
    candidate.sql("SELECT pg_drop_replication_slot('feed')")
    assert event == (
        "Database instance is in a state that cannot be upgraded: PreUpgrade checks failed: The instance"
        " could not be upgraded because one or more databases have logical replication slots. Please drop all"
        " logical replication slots and try again"
    )


@claim(source=PROCESS, certainty="documented", until=16, needs=("pglogical",))
def test_slots_of_pglogical_block(rds_instance: Any, target: str, step: Step) -> None:
    """A slot with pglogical's output plugin blocks as any other, until it is dropped on the publisher."""
    # Its own server: some versions of pglogical keep a server from dropping databases.
    instance = rds_instance(
        parameters={"rds.logical_replication": "1", "shared_preload_libraries": "pglogical"}
    )
    with instance.recorded() as master:
        with step("1. Create a slot as pglogical does for a subscriber"):
            master.execute("SELECT FROM pg_create_logical_replication_slot('pgl_lab', 'pglogical_output')")
        refusal = pytest.raises(UpgradeBlocked, match="drop all logical replication slots")
        with step("2. Ask for the upgrade: it is refused"), refusal:
            instance.upgrade(target, parameters={})
        with step("3. Drop the slot: nothing is in the way any more"):
            master.execute("SELECT pg_drop_replication_slot('pgl_lab')")
            assert instance.obstacles(target) == ()


@claim(source=PROCESS, certainty="documented", since=17)
def test_logical_slots_pass_from_17_on(candidate: Any, step: Step) -> None:
    """From 17 on a valid logical slot is no obstacle."""
    with step("1. Create a slot"):
        candidate.sql("SELECT FROM pg_create_logical_replication_slot('feed', 'pgoutput')")
    with step("2. Nothing is in the way"):
        found = candidate.found()
        candidate.sql("SELECT pg_drop_replication_slot('feed')")
        assert found == {}


@claim(source=TOOL, certainty="documented", since=17)
def test_invalid_slots_block(rds_instance: Any, target: str, step: Step) -> None:
    """From 17 on a logical slot that lost WAL it needs blocks the upgrade until it is dropped."""
    instance = rds_instance(parameters={"rds.logical_replication": "1", "max_slot_wal_keep_size": "1"})
    with instance.recorded() as master:
        with step("1. Create a slot, and write more WAL than is kept for it"):
            master.execute("SELECT FROM pg_create_logical_replication_slot('feed', 'pgoutput')")
            master.execute(
                "SELECT FROM generate_series(1, 3),"
                " LATERAL pg_logical_emit_message(false, 'filler', repeat('x', 32 * 1024 * 1024))"
            )
            master.execute("CHECKPOINT")
            lost = "SELECT wal_status, invalidation_reason FROM pg_replication_slots"
            assert master.execute(lost).fetchall() == [("lost", "wal_removed")]
        with step("2. Ask what is in the way"):
            assert [(one.check.id, one.found) for one in instance.obstacles(target)] == [
                ("invalid_slots", ("feed",))
            ]
        with step("3. Drop the slot: nothing is in the way any more"):
            master.execute("SELECT pg_drop_replication_slot('feed')")
            assert instance.obstacles(target) == ()


@rests_on("upgrade-event-triggers")
@claim(source=EVENT_TRIGGERS, certainty="documented")
def test_event_triggers_block(candidate: Any, step: Step, blocking: Any) -> None:
    """An event trigger blocks the upgrade until it is deleted."""
    with step("1. Create an event trigger"):
        candidate.sql(
            "CREATE FUNCTION tell() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
            "CREATE EVENT TRIGGER tell ON ddl_command_end EXECUTE FUNCTION tell()",
        )
    with blocking("event_triggers", "tell"):
        candidate.sql("DROP EVENT TRIGGER tell")


@claim(source=PROCESS, certainty="documented", since=15, until=16, needs=("old_snapshot",))
def test_extensions_the_target_lacks_block(candidate: Any, step: Step, blocking: Any) -> None:
    """old_snapshot, which 17 no longer has, blocks the upgrade until it is dropped."""
    with step("1. Create the extension"):
        candidate.sql("CREATE EXTENSION old_snapshot")
    with blocking("ext_unsupported", "old_snapshot"):
        candidate.sql("DROP EXTENSION old_snapshot")


@rests_on("upgrade-pg-repack")
@claim(source=TOOL, certainty="documented", needs=("pg_repack",))
def test_pg_repack_blocks(candidate: Any, step: Step) -> None:
    """pg_repack has to be dropped before the upgrade; it holds no data."""
    with step("1. Create the extension"):
        candidate.sql("CREATE EXTENSION pg_repack")
    with step("2. Ask for the upgrade: it is refused"):
        _event, found = candidate.refused()
        assert found["pg_repack"] == ("pg_repack",)
    with step("3. Drop it: nothing is in the way any more"):
        candidate.sql("DROP EXTENSION pg_repack")
        assert candidate.found() == {}


@claim(source=PROCESS, certainty="documented", until=16, needs=("address_standardizer",))
def test_some_extensions_are_updated_first(candidate: Any, step: Step, blocking: Any) -> None:
    """An outdated address_standardizer blocks an upgrade that skips a major version until it is updated."""
    with step("1. Have an old version of the extension"):
        candidate.sql("CREATE EXTENSION address_standardizer")
        with candidate.instance.admin(candidate.name) as admin:
            (new,) = admin.execute(
                "WITH old AS (SELECT extversion FROM pg_extension WHERE extname = 'address_standardizer')"
                " UPDATE pg_extension SET extversion = '3.0.0' FROM old"
                " WHERE extname = 'address_standardizer' RETURNING old.extversion"
            ).fetchone()
    with (
        blocking("ext_update_first", "address_standardizer"),
        candidate.instance.admin(candidate.name) as admin,
    ):
        # No script leads from that version to ours: the update is played.
        admin.execute("UPDATE pg_extension SET extversion = %s WHERE extname = 'address_standardizer'", [new])


#: A column of a system view that the target no longer has.
GONE = {
    13: "pg_stat_ssl.compression",
    15: "pg_stat_bgwriter.buffers_backend",
    16: "pg_stat_bgwriter.buffers_backend",
    17: "pg_stat_wal.wal_sync",
}


@claim(source=PROCESS, certainty="derived")
def test_views_on_vanished_columns_block(candidate: Any, step: Step, blocking: Any) -> None:
    """A view on a column of a system view that the target no longer has blocks until it is dropped."""
    gone = GONE[candidate.instance.major]
    view, _, column = gone.partition(".")
    with step("1. Create a view"):
        candidate.sql(f"CREATE VIEW watch AS SELECT {column} FROM {view}")
    with blocking("system_views", f"public.watch ({gone})"):
        candidate.sql("DROP VIEW watch")


@claim(source=VERSIONS, certainty="documented")
def test_targets_are_later_majors(candidate: Any) -> None:
    """An upgrade to the same or an earlier major, or to an older minor, is not offered."""
    instance, major = candidate.instance, candidate.instance.major
    for version in (str(major), str(major - 1), OLD_MINOR[candidate.target]):
        with pytest.raises(TargetRefused, match="Cannot upgrade postgres from ") as caught:
            instance.upgrade(version, parameters={})
        instance.recorder.act(f"-- {caught.value.message}")


@rests_on("upgrade-custom-group")
@claim(source=PROCESS, certainty="documented")
def test_a_custom_group_is_replaced_explicitly(candidate: Any) -> None:
    """While the parameter group is custom, an upgrade that names no new group is refused."""
    with pytest.raises(
        ParameterRefused, match="explicitly specify a new DB instance parameter group"
    ) as caught:
        candidate.instance.upgrade(candidate.target)
    assert caught.value.code == "InvalidParameterCombination"
    candidate.instance.recorder.act(f"-- {caught.value.message}")


@documented
def test_a_refusal_changes_nothing(candidate: Any, step: Step) -> None:
    """A refused upgrade leaves the instance running, its version and data unchanged."""
    with step("1. Put something in the way"):
        candidate.sql("CREATE TABLE job (id int, what regproc)", "INSERT INTO job VALUES (1, 'now')")
        before = candidate.master.execute("SELECT version(), pg_postmaster_start_time()").fetchone()
    with step("2. Ask for the upgrade: it is refused"):
        _event, found = candidate.refused()
        assert found == {"reg_types": ("public.job.what",)}
    with step("3. The same session goes on"):
        assert candidate.master.execute("SELECT * FROM job").fetchall() == [(1, "now")]
        assert candidate.master.execute("SELECT version(), pg_postmaster_start_time()").fetchone() == before
