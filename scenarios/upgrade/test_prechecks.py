"""The prechecks of a major upgrade: what blocks it, with which words, and what mends it."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from rdscheck import (
    Basis,
    ParameterRefused,
    TargetRefused,
    UpgradeBlocked,
    UpgradeFailed,
    claim,
    documentation_finding,
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
PG_UPGRADE = "https://github.com/postgres/postgres/blob/REL_18_STABLE/src/bin/pg_upgrade/check.c"
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

#: The parameter group: logical slots and prepared transactions are possible.
GROUP = {"rds.logical_replication": "1", "max_prepared_transactions": "5"}

#: A minor that is older than the newest of every earlier major.
OLD_MINOR = {"15": "15.3", "17": "17.1", "18": "18.1"}

Step = Callable[[str], AbstractContextManager[None]]


class Candidate:
    """A database on an instance that is to be upgraded."""

    def __init__(self, instance: Any, target: str) -> None:
        self.instance, self.target = instance, target
        self.name: str = instance.create_database("upgrade")
        instance.recorder.mask(self.name, "labdb")
        self.master = instance.recorded(self.name)

    def sql(self, *statements: str) -> None:
        """Run statements as the master user."""
        for statement in statements:
            self.master.execute(statement)

    def found(self) -> dict[str, tuple[str, ...]]:
        """Return what blocks, by check: of this database, and of the instance."""
        return self._blocking(self.instance.obstacles(self.target))

    def refused(self) -> tuple[str, dict[str, tuple[str, ...]]]:
        """Ask for the upgrade, which must be refused; return the event, and what blocks as ``found`` does."""
        with pytest.raises(UpgradeBlocked) as caught:
            self.instance.upgrade(self.target, parameters={})
        event = str(caught.value)
        self.instance.recorder.act(f"-- event: {event}")
        return event, self._blocking(caught.value.obstacles)

    def tried(self) -> str:
        """Let pg_upgrade try without prechecks, which must fail; return its log, the server runs again."""
        self.master.close()
        with pytest.raises(UpgradeFailed) as caught:
            self.instance.upgrade(self.target, parameters={}, prechecks=False)
        self.instance.recorder.act(f"-- {caught.value}")
        return str(caught.value.log)

    def _blocking(self, obstacles: Iterable[Any]) -> dict[str, tuple[str, ...]]:
        return {
            one.check.id: one.found for one in obstacles if one.blocks and one.database in {"", self.name}
        }

    def end(self) -> None:
        """Leave nothing behind."""
        self.master.close()
        self.instance.drop_database(self.name)


@pytest.fixture
def candidate(rds_prepared: Any, target: str) -> Iterator[Candidate]:
    """Give a fresh database on an instance of this worker's own, where nothing is in the way yet."""
    # Obstacles of the whole instance must not be another worker's.
    name = f"prechecks{os.environ.get('PYTEST_XDIST_WORKER', '')}"
    instance, _ = rds_prepared(name, lambda _instance: {}, GROUP)
    made = Candidate(instance, target)
    yield made
    made.end()


@contextmanager
def blocking(candidate: Candidate, step: Step, check: str, *objects: str) -> Iterator[None]:
    """Expect that a check blocks for these objects, and no longer after the block has mended it."""
    with step("2. Ask for the upgrade: it is refused"):
        _event, found = candidate.refused()
        assert found.get(check) == objects
    with step("3. Mend it"):
        yield
    with step("4. Nothing is in the way any more"):
        assert candidate.found() == {}


@documented
def test_nothing_is_in_the_way_of_an_ordinary_database(candidate: Candidate) -> None:
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
def test_prepared_transactions_block(candidate: Candidate, step: Step) -> None:
    """An open prepared transaction blocks the upgrade; after COMMIT PREPARED it does not."""
    with step("1. Leave a transaction prepared"):
        candidate.sql(
            "CREATE TABLE t (id int)", "BEGIN", "INSERT INTO t VALUES (1)", "PREPARE TRANSACTION 'late'"
        )
    with blocking(candidate, step, "prepared_xacts", "late"):
        candidate.sql("COMMIT PREPARED 'late'")


@pytest.mark.parametrize(
    "kind", ["regproc", "regprocedure", "regoper", "regoperator", "regconfig", "regdictionary"]
)
@documented
def test_columns_of_reg_types_block(candidate: Candidate, step: Step, kind: str) -> None:
    """A column of this type blocks the upgrade; as text it does not."""
    with step("1. Use the type in a table"):
        candidate.sql(f"CREATE TABLE job (id int, what {kind})")
    with blocking(candidate, step, "reg_types", "public.job.what"):
        candidate.sql("ALTER TABLE job ALTER COLUMN what TYPE text")


@claim(source=PG_UPGRADE, certainty="documented")
def test_reg_types_are_found_inside_other_types(candidate: Candidate, step: Step) -> None:
    """A domain, an array or a composite type over regproc blocks as the type itself does."""
    with step("1. Use the type by way of others"):
        candidate.sql(
            "CREATE DOMAIN handler AS regproc",
            "CREATE TYPE pair AS (id int, one handler)",
            "CREATE TABLE a (x handler)",
            "CREATE TABLE b (x regproc[])",
            "CREATE TABLE c (x pair)",
        )
    with blocking(candidate, step, "reg_types", "public.a.x", "public.b.x", "public.c.x"):
        candidate.sql("DROP TABLE a, b, c")


@claim(source=PG_UPGRADE, certainty="documented")
def test_reg_types_the_page_does_not_name_block_too(candidate: Candidate, step: Step) -> None:
    """The types regcollation and regnamespace block too, although the page does not name them."""
    with step("1. Use the types in a table"):
        candidate.sql("CREATE TABLE job (a regcollation, b regnamespace)")
    with blocking(candidate, step, "reg_types_upstream", "public.job.a", "public.job.b"):
        candidate.sql("DROP TABLE job")


#: As the page has it.
QUERY_OF_THE_PAGE = """\
SELECT count(*) FROM pg_catalog.pg_class c, pg_catalog.pg_namespace n, pg_catalog.pg_attribute a
  WHERE c.oid = a.attrelid
      AND NOT a.attisdropped
      AND a.atttypid IN ('pg_catalog.regproc'::pg_catalog.regtype,
                         'pg_catalog.regprocedure'::pg_catalog.regtype,
                         'pg_catalog.regoper'::pg_catalog.regtype,
                         'pg_catalog.regoperator'::pg_catalog.regtype,
                         'pg_catalog.regconfig'::pg_catalog.regtype,
                         'pg_catalog.regdictionary'::pg_catalog.regtype)
      AND c.relnamespace = n.oid
      AND n.nspname NOT IN ('pg_catalog', 'information_schema')"""


@documentation_finding("upgrade-reg-query")
@claim(source=PG_UPGRADE, certainty="documented", basis=Basis.REAL)
def test_query_of_the_page_misses_reg_types(candidate: Candidate, step: Step) -> None:
    """The page's query counts nothing where pg_upgrade refuses a regnamespace and an array of regproc."""
    with step("1. Use types that the query does not look for, and regrole"):
        candidate.sql("CREATE TABLE job (a regnamespace, b regproc[], c regrole)")
    with step("2. Run the query of the page"):
        assert candidate.master.execute(QUERY_OF_THE_PAGE).fetchone() == (0,)
    with step("3. Let pg_upgrade try, without prechecks"):
        log = candidate.tried()
        assert "job.a" in log
        assert "job.b" in log
        assert "job.c" not in log


@documentation_finding("upgrade-pg-repack")
@claim(source=PG_UPGRADE, certainty="documented", until=13, needs=("pg_repack",), basis=Basis.REAL)
def test_pg_upgrade_refuses_pg_repack_of_13(candidate: Candidate, step: Step) -> None:
    """From 13 pg_upgrade itself refuses a database with pg_repack, for its aggregate on array_append."""
    with step("1. Create the extension"):
        candidate.sql("CREATE EXTENSION pg_repack")
    with step("2. Let pg_upgrade try, without prechecks"):
        assert "repack.array_accum" in candidate.tried()


@rests_on("upgrade-precheck-texts")
@documented
def test_invalid_databases_block(candidate: Candidate, step: Step) -> None:
    """A database left behind by an interrupted DROP DATABASE blocks the upgrade until it is dropped."""
    with step("1. Let DROP DATABASE be interrupted"):
        name = candidate.instance.create_database("half_gone")
        candidate.instance.recorder.mask(name, "half_gone")
        with candidate.instance.admin() as admin:
            admin.execute("UPDATE pg_database SET datconnlimit = -2 WHERE datname = %s", [name])
        candidate.instance.recorder.act("-- half_gone is marked as DROP DATABASE marks it: datconnlimit = -2")
    with blocking(candidate, step, "invalid_db", name):
        candidate.instance.drop_database(name)


@rests_on("upgrade-database-names")
@claim(source=PROCESS, certainty="documented")
def test_unusual_database_names_block(candidate: Candidate, step: Step) -> None:
    """A database whose name holds a blank blocks the upgrade until it is renamed."""
    with step("1. Create a database with an unusual name"):
        candidate.sql('CREATE DATABASE "sales 2026"')
    with blocking(candidate, step, "db_name", "sales 2026"):
        candidate.sql('ALTER DATABASE "sales 2026" RENAME TO sales_2026')
    candidate.sql("DROP DATABASE sales_2026")


@claim(source=PROCESS, certainty="documented", until=16)
def test_logical_slots_block(candidate: Candidate, step: Step) -> None:
    """A logical replication slot, active or not, blocks the upgrade from 16 or earlier."""
    with step("1. Create a slot"):
        candidate.sql("SELECT FROM pg_create_logical_replication_slot('feed', 'pgoutput')")
    with blocking(candidate, step, "logical_slots", "feed"):
        candidate.sql("SELECT pg_drop_replication_slot('feed')")


@claim(source=SLOTS, certainty="observed", until=16)
def test_event_names_logical_slots(candidate: Candidate) -> None:
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
def test_logical_slots_pass_from_17_on(candidate: Candidate, step: Step) -> None:
    """From 17 on a valid logical slot is no obstacle."""
    with step("1. Create a slot"):
        candidate.sql("SELECT FROM pg_create_logical_replication_slot('feed', 'pgoutput')")
    with step("2. Nothing is in the way"):
        found = candidate.found()
        candidate.sql("SELECT pg_drop_replication_slot('feed')")
        assert found == {}


@rests_on("upgrade-event-triggers")
@claim(source=EVENT_TRIGGERS, certainty="documented")
def test_event_triggers_block(candidate: Candidate, step: Step) -> None:
    """An event trigger blocks the upgrade until it is deleted."""
    with step("1. Create an event trigger"):
        candidate.sql(
            "CREATE FUNCTION tell() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
            "CREATE EVENT TRIGGER tell ON ddl_command_end EXECUTE FUNCTION tell()",
        )
    with blocking(candidate, step, "event_triggers", "tell"):
        candidate.sql("DROP EVENT TRIGGER tell")


@claim(source=PROCESS, certainty="documented", since=15, until=16, needs=("old_snapshot",))
def test_extensions_the_target_lacks_block(candidate: Candidate, step: Step) -> None:
    """old_snapshot, which 17 no longer has, blocks the upgrade until it is dropped."""
    with step("1. Create the extension"):
        candidate.sql("CREATE EXTENSION old_snapshot")
    with blocking(candidate, step, "ext_unsupported", "old_snapshot"):
        candidate.sql("DROP EXTENSION old_snapshot")


@rests_on("upgrade-pg-repack")
@claim(source=TOOL, certainty="documented", needs=("pg_repack",))
def test_pg_repack_blocks(candidate: Candidate, step: Step) -> None:
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
def test_some_extensions_are_updated_first(candidate: Candidate, step: Step) -> None:
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
        blocking(candidate, step, "ext_update_first", "address_standardizer"),
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
def test_views_on_vanished_columns_block(candidate: Candidate, step: Step) -> None:
    """A view on a column of a system view that the target no longer has blocks until it is dropped."""
    gone = GONE[candidate.instance.major]
    view, _, column = gone.partition(".")
    with step("1. Create a view"):
        candidate.sql(f"CREATE VIEW watch AS SELECT {column} FROM {view}")
    with blocking(candidate, step, "system_views", f"public.watch ({gone})"):
        candidate.sql("DROP VIEW watch")


@claim(source=PG_UPGRADE, certainty="documented", until=13)
def test_postfix_operators_block(candidate: Candidate, step: Step) -> None:
    """A user's postfix operator blocks the upgrade from 13, since 14 has none."""
    with step("1. Create an operator"):
        candidate.sql(
            "CREATE FUNCTION dozen(int) RETURNS int LANGUAGE sql AS 'SELECT 12 * $1'",
            "CREATE OPERATOR !!! (LEFTARG = int, FUNCTION = dozen)",
        )
    with blocking(candidate, step, "postfix_operators", "!!!(integer,NONE)"):
        candidate.sql("DROP OPERATOR !!! (int, NONE)")


@claim(source=PG_UPGRADE, certainty="documented", until=13)
def test_encoding_conversions_block(candidate: Candidate, step: Step) -> None:
    """A user's encoding conversion blocks the upgrade from 13."""
    with step("1. Create a conversion"):
        candidate.sql("CREATE CONVERSION latin FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1")
    with blocking(candidate, step, "encoding_conversions", "public.latin"):
        candidate.sql("DROP CONVERSION latin")


@claim(source=PG_UPGRADE, certainty="documented", until=13)
def test_polymorphic_aggregates_block(candidate: Candidate, step: Step) -> None:
    """An aggregate over array_append(anyarray, anyelement) blocks the upgrade from 13."""
    with step("1. Create an aggregate"):
        candidate.sql(
            "CREATE AGGREGATE pile(anyelement) (SFUNC = array_append, STYPE = anyarray, INITCOND = '{}')"
        )
    with blocking(candidate, step, "polymorphics", "aggregate pile(anyelement)"):
        candidate.sql("DROP AGGREGATE pile(anyelement)")


@claim(source=PG_UPGRADE, certainty="documented", since=15, until=15)
def test_aclitem_columns_block(candidate: Candidate, step: Step) -> None:
    """A column of type aclitem blocks the upgrade to 16 or later."""
    with step("1. Use the type in a table"):
        candidate.sql("CREATE TABLE rights (who aclitem)")
    with blocking(candidate, step, "aclitem_type", "public.rights.who"):
        candidate.sql("DROP TABLE rights")


@claim(source=PG_UPGRADE, certainty="documented")
def test_rows_of_system_catalogs_block(candidate: Candidate, step: Step) -> None:
    """A column with the row type of a system catalog blocks the upgrade."""
    with step("1. Use the type in a table"):
        candidate.sql("CREATE TABLE copy (one pg_class)")
    with blocking(candidate, step, "system_composites", "public.copy.one"):
        candidate.sql("DROP TABLE copy")


@claim(source=PG_UPGRADE, certainty="documented", since=17)
def test_null_below_not_null_blocks(candidate: Candidate, step: Step) -> None:
    """A child's column that may be null where its parent forbids it blocks the upgrade to 18."""
    with step("1. Let parent and child differ"):
        candidate.sql(
            "CREATE TABLE parent (id int NOT NULL)",
            "CREATE TABLE child () INHERITS (parent)",
            "ALTER TABLE child ALTER COLUMN id DROP NOT NULL",
        )
    with blocking(candidate, step, "not_null_inheritance", "public.child.id"):
        candidate.sql("ALTER TABLE child ALTER COLUMN id SET NOT NULL")


@claim(source=VERSIONS, certainty="documented")
def test_targets_are_later_majors(candidate: Candidate) -> None:
    """An upgrade to the same or an earlier major, or to an older minor, is not offered."""
    instance, major = candidate.instance, candidate.instance.major
    for version in (str(major), str(major - 1), OLD_MINOR[candidate.target]):
        with pytest.raises(TargetRefused, match="Cannot upgrade postgres from ") as caught:
            instance.upgrade(version, parameters={})
        instance.recorder.act(f"-- {caught.value.message}")


@rests_on("upgrade-custom-group")
@claim(source=PROCESS, certainty="documented")
def test_a_custom_group_is_replaced_explicitly(candidate: Candidate) -> None:
    """While the parameter group is custom, an upgrade that names no new group is refused."""
    with pytest.raises(
        ParameterRefused, match="explicitly specify a new DB instance parameter group"
    ) as caught:
        candidate.instance.upgrade(candidate.target)
    assert caught.value.code == "InvalidParameterCombination"
    candidate.instance.recorder.act(f"-- {caught.value.message}")


@documented
def test_a_refusal_changes_nothing(candidate: Candidate, step: Step) -> None:
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
