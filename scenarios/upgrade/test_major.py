"""A major upgrade: what comes through it, what does not, and what is left to do.

The module upgrades one instance, once: a first attempt meets something that only pg_upgrade sees, the
second goes through. Each claim looks at its own part of the result.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from psycopg import sql

from rdscheck import Basis, UpgradeFailed, claim, rests_on, scenario

GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
PROCESS = f"{GUIDE}/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.Process.html"
EXTENSIONS = f"{GUIDE}/USER_UpgradeDBInstance.PostgreSQL.ExtensionUpgrades.html"
TLS = f"{GUIDE}/PostgreSQL.Concepts.General.SSL.html"
PG_UPGRADE = "https://www.postgresql.org/docs/current/pgupgrade.html"
ROLES_16 = "https://www.postgresql.org/docs/16/release-16.html"
COLLATIONS = "https://www.postgresql.org/docs/current/sql-altercollation.html"

pytestmark = scenario(
    "upgrade/major",
    title="Upgrade an instance to a later major version",
    docs=PROCESS,
    since=13,
    until=17,
    needs=("rdsutils", "upgrade"),
)
documented = claim(source=PROCESS, certainty="documented")
upstream = claim(source=PG_UPGRADE, certainty="documented")

Step = Callable[[str], AbstractContextManager[None]]

DATABASE = "shop"
PASSWORD = "tea-at-five"

#: The old group, and the new one named for the upgrade.
OLD_GROUP = {"work_mem": "8192", "rds.logical_replication": "1"}
NEW_GROUP = {"shared_preload_libraries": "auto_explain,pg_stat_statements", "rds.logical_replication": "1"}

#: A function that the target no longer has; prechecks do not look at those.
VANISHED = {
    13: "pg_is_in_backup()",
    15: "pg_stat_get_bgwriter_timed_checkpoints()",
    16: "pg_stat_get_bgwriter_timed_checkpoints()",
    17: "pg_timezone_abbrevs()",
}

ROLES = (
    sql.SQL("CREATE ROLE clerks"),
    sql.SQL("CREATE ROLE clerk LOGIN PASSWORD {} IN ROLE clerks").format(PASSWORD),
    sql.SQL("ALTER ROLE clerk SET statement_timeout = '90s'"),
)
CONTENTS = (
    "CREATE TABLE item (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, price numeric)",
    "INSERT INTO item (name, price) SELECT 'item ' || n, n / 4.0 FROM generate_series(1, 1000) n",
    "CREATE INDEX ON item (name)",
    "CREATE VIEW dear AS SELECT * FROM item WHERE price > 200",
    "CREATE FUNCTION total() RETURNS int LANGUAGE sql AS 'SELECT sum(price)::int FROM item'",
    "GRANT SELECT ON item TO clerks",
    "ALTER DATABASE shop SET default_statistics_target = 50",
    "CREATE EXTENSION pg_stat_statements",
    "CREATE EXTENSION citext",
    "SELECT lo_from_bytea(424242, 'kept')",
    "ANALYZE item",
)


def prepare(target: str) -> Callable[[Any], dict[str, Any]]:
    """Return what fills an instance and upgrades it: once in vain, once for good."""

    def upgrade(instance: Any) -> dict[str, Any]:
        notes: dict[str, Any] = {
            "port": instance.info.port,
            "offered": instance.info.extension_versions,
            "roles": memberships(instance),
        }
        with instance.connect() as master:
            for statement in ROLES:
                master.execute(statement)
        instance.create_named_database(DATABASE)
        with instance.connect(DATABASE) as master:
            for line in CONTENTS:
                master.execute(line)
            notes["extensions"] = dict(
                master.execute("SELECT extname, extversion FROM pg_extension").fetchall()
            )
            notes["plain"] = logs_in(instance, sslmode="disable")
            master.execute(f"CREATE VIEW gone AS SELECT * FROM {VANISHED[instance.major]}")
        notes["failure"] = fail(instance, target)
        with instance.connect(DATABASE) as master:
            notes["after failure"] = [master.execute("SELECT total()").fetchone()[0], instance.major]
            master.execute("DROP VIEW gone")
            feed(master, instance.major)
        notes["log"] = instance.upgrade(target, parameters=NEW_GROUP)
        return notes

    return upgrade


def fail(instance: Any, target: str) -> str:
    """Ask for an upgrade that pg_upgrade refuses; return why, or that it went through."""
    try:
        instance.upgrade(target, parameters={})
    except UpgradeFailed as error:
        return str(error)
    return "it went through"


def feed(master: Any, major: int) -> None:
    """Leave a logical slot behind that has consumed everything, from 17 on, where an upgrade keeps it."""
    if major >= 17:
        master.execute("SELECT FROM pg_create_logical_replication_slot('feed', 'pgoutput')")
        master.execute("SELECT FROM pg_replication_slot_advance('feed', pg_current_wal_lsn())")


def memberships(instance: Any) -> list[str]:
    """Return the roles that rds_superuser is a member of."""
    query = (
        "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = 'rds_superuser'::regrole ORDER BY 1"
    )
    with instance.connect() as master:
        return [row[0] for row in master.execute(query)]


def logs_in(instance: Any, **options: str) -> bool:
    """Tell whether the master user gets in with these options of libpq."""
    try:
        instance.connect(DATABASE, **options).close()
    except psycopg.OperationalError:
        return False
    return True


class Upgraded:
    """The instance after its upgrade."""

    def __init__(self, instance: Any, notes: dict[str, Any]) -> None:
        self.instance, self.notes = instance, notes
        self.master = instance.recorded(DATABASE)

    def one(self, query: str) -> Any:
        """Return the first value of a query of the master user."""
        return self.master.execute(query).fetchone()[0]


@pytest.fixture
def upgraded(rds_prepared: Any, target: str) -> Any:
    """Give the upgraded instance."""
    instance, notes = rds_prepared("upgraded", prepare(target), OLD_GROUP)
    recorder = instance.recorder
    recorder.act("-- once, for all claims of this procedure, an instance was filled by these statements:")
    for statement in CONTENTS:
        recorder.act(statement)
    recorder.act(f"-- and upgraded to {target}")
    found = Upgraded(instance, notes)
    yield found
    found.master.close()


@documented
def test_the_server_is_of_the_new_version(upgraded: Upgraded, target: str) -> None:
    """The upgraded instance answers as the new major version."""
    assert upgraded.one("SELECT current_setting('server_version_num')::int / 10000") == int(target)


@claim(source=PROCESS, certainty="derived", basis=Basis.EMULATED)
def test_address_and_master_password_stay(upgraded: Upgraded) -> None:
    """The instance keeps its address and the master user's password."""
    assert upgraded.instance.info.port == upgraded.notes["port"]
    assert upgraded.one("SELECT current_user") == "postgres"


@upstream
def test_data_survives(upgraded: Upgraded) -> None:
    """Tables, views, functions, identity columns and large objects come through."""
    assert upgraded.one("SELECT total()") == 125125
    assert upgraded.one("SELECT count(*) FROM dear") == 200
    assert upgraded.one("SELECT convert_from(lo_get(424242), 'UTF8')") == "kept"
    upgraded.master.execute("BEGIN")
    assert upgraded.one("INSERT INTO item (name) VALUES ('new') RETURNING id") == 1001
    upgraded.master.execute("ROLLBACK")


@upstream
def test_indexes_survive(upgraded: Upgraded) -> None:
    """Indexes are valid afterwards and answer queries."""
    upgraded.master.execute("SET enable_seqscan = off")
    plan = upgraded.one("EXPLAIN (COSTS off, FORMAT json) SELECT id FROM item WHERE name = 'item 7'")
    assert "item_name_idx" in str(plan)
    assert upgraded.one("SELECT id FROM item WHERE name = 'item 7'") == 7


@upstream
def test_roles_and_passwords_survive(upgraded: Upgraded) -> None:
    """A role logs in with its old password, is a member as before, and keeps its own settings."""
    with upgraded.instance.recorded(DATABASE, "clerk", PASSWORD) as clerk:
        assert clerk.execute("SELECT pg_has_role('clerks', 'MEMBER')").fetchone() == (True,)
        assert clerk.execute("SHOW statement_timeout").fetchone() == ("90s",)
        assert clerk.execute("SHOW default_statistics_target").fetchone() == ("50",)


@upstream
def test_grants_survive(upgraded: Upgraded) -> None:
    """What was granted still is, and nothing more."""
    with upgraded.instance.recorded(DATABASE, "clerk", PASSWORD) as clerk:
        assert clerk.execute("SELECT count(*) FROM item").fetchone() == (1000,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            clerk.execute("DELETE FROM item")


@claim(source=PROCESS, certainty="derived", basis=Basis.EMULATED)
def test_master_user_has_the_rights_of_the_new_version(upgraded: Upgraded, target: str) -> None:
    """The master user may do what RDS lets it do in the new version, through rds_superuser."""
    since = {15: "pg_checkpoint", 16: "pg_create_subscription", 17: "pg_maintain"}
    expected = {role for major, role in since.items() if major <= int(target)}
    assert set(upgraded.notes["roles"]) | expected <= set(memberships(upgraded.instance))
    upgraded.master.execute("CHECKPOINT")
    upgraded.master.execute("CREATE ROLE later LOGIN")
    upgraded.master.execute("DROP ROLE later")


@claim(source=PROCESS, certainty="derived")
def test_master_user_is_no_superuser_afterwards(upgraded: Upgraded) -> None:
    """The master user is refused what it was refused before."""
    for statement in (
        "CREATE ROLE god SUPERUSER",
        "SELECT pg_read_file('PG_VERSION')",
        "SET zero_damaged_pages = on",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            upgraded.master.execute(statement)


@rests_on("upgrade-created-roles")
@claim(source=ROLES_16, certainty="guessed", since=13, until=15)
def test_created_roles_need_the_admin_option_from_16_on(upgraded: Upgraded, target: str) -> None:
    """A role the master user made before 16 can be altered by it in 15, and no longer in 16 or later."""
    statement = "ALTER ROLE clerk CONNECTION LIMIT 5"
    if int(target) < 16:
        upgraded.master.execute(statement)
        return
    with pytest.raises(psycopg.errors.InsufficientPrivilege) as caught:
        upgraded.master.execute(statement)
    assert "ADMIN option" in (caught.value.diag.message_detail or "")


@claim(source=EXTENSIONS, certainty="documented")
def test_extensions_keep_their_version(upgraded: Upgraded, step: Step) -> None:
    """Extensions are not upgraded with the engine; ALTER EXTENSION UPDATE brings the new version."""
    newest = upgraded.instance.info.extension_versions["pg_stat_statements"]
    installed = "SELECT extversion FROM pg_extension WHERE extname = 'pg_stat_statements'"
    with step("1. After the upgrade it has the old version"):
        assert upgraded.one(installed) == upgraded.notes["extensions"]["pg_stat_statements"] != newest
    with step("2. Update it"):
        upgraded.master.execute("ALTER EXTENSION pg_stat_statements UPDATE")
        assert upgraded.one(installed) == newest
        assert upgraded.one("SELECT count(*) >= 0 FROM pg_stat_statements") is True


@claim(source=EXTENSIONS, certainty="documented", needs=("pg_repack",))
def test_pg_repack_is_created_anew(upgraded: Upgraded) -> None:
    """After the upgrade pg_repack, dropped before it, is created in the version of the new server."""
    if reason := upgraded.instance.why_not("pg_repack"):
        pytest.skip(reason)
    upgraded.master.execute("CREATE EXTENSION pg_repack")
    version = upgraded.one("SELECT extversion FROM pg_extension WHERE extname = 'pg_repack'")
    upgraded.master.execute("DROP EXTENSION pg_repack")
    assert (
        version
        == upgraded.instance.info.extension_versions["pg_repack"]
        != upgraded.notes["offered"]["pg_repack"]
    )


@claim(source=PROCESS, certainty="documented", until=16)
def test_statistics_are_gone(upgraded: Upgraded, step: Step) -> None:
    """Statistics of tables do not come through before 18; ANALYZE makes them anew."""
    seen = "SELECT count(*) FROM pg_stats WHERE tablename = 'item'"
    with step("1. There are none"):
        assert upgraded.one(seen) == 0
    with step("2. ANALYZE"):
        upgraded.master.execute("BEGIN")
        upgraded.master.execute("ANALYZE item")
        found = upgraded.one(seen)
        upgraded.master.execute("ROLLBACK")
        assert found == 3


@claim(source=PG_UPGRADE, certainty="documented", since=17)
def test_statistics_are_kept_by_18(upgraded: Upgraded) -> None:
    """An upgrade to 18 brings the statistics of tables along."""
    assert upgraded.one("SELECT count(*) FROM pg_stats WHERE tablename = 'item'") == 3


@claim(source=PROCESS, certainty="documented", basis=Basis.EMULATED)
def test_old_parameter_group_is_not_taken_along(upgraded: Upgraded) -> None:
    """The new instance has the new group: its values, and defaults for what only the old one set."""
    assert upgraded.one("SHOW shared_preload_libraries") == "rdsutils,auto_explain,pg_stat_statements"
    assert upgraded.one("SHOW work_mem") == "4MB"
    assert upgraded.instance.group == NEW_GROUP


@claim(source=PROCESS, certainty="documented", basis=Basis.EMULATED)
def test_libraries_of_the_new_group_are_loaded(upgraded: Upgraded) -> None:
    """A library the new group names is loaded from the start, without another reboot."""
    assert upgraded.one("SHOW auto_explain.log_min_duration") == "-1"
    assert upgraded.instance.parameter_status == "in-sync"


@claim(source=TLS, certainty="documented", until=14, basis=Basis.EMULATED)
def test_tls_is_required_from_15_on(upgraded: Upgraded) -> None:
    """A client without TLS that got in before an upgrade to 15 does not get in after it."""
    assert upgraded.notes["plain"] is True
    assert logs_in(upgraded.instance, sslmode="disable") is False
    assert logs_in(upgraded.instance, sslmode="require") is True


@claim(source=PROCESS, certainty="documented", since=17)
def test_consumed_slots_survive(upgraded: Upgraded) -> None:
    """From 17 on a logical slot that has consumed everything comes through, and can be read."""
    assert (
        upgraded.one("SELECT plugin::text FROM pg_replication_slots WHERE slot_name = 'feed'") == "pgoutput"
    )
    query = (
        "SELECT count(*) FROM pg_logical_slot_peek_binary_changes('feed', NULL, NULL,"
        " 'proto_version', '1', 'publication_names', 'none')"
    )
    assert upgraded.one(query) == 0


@rests_on("upgrade-collations")
@claim(source=COLLATIONS, certainty="documented", since=15)
def test_changed_collations_are_reported(upgraded: Upgraded, step: Step) -> None:
    """Where the system sorts otherwise now, a log-in warns until the database is rebuilt and refreshed."""
    check = (
        "SELECT datcollversion IS NOT DISTINCT FROM pg_database_collation_actual_version(oid)"
        " FROM pg_database WHERE datname = current_database()"
    )
    if upgraded.one(check):
        pytest.skip("both servers here sort text by the same rules")
    with step("1. A log-in warns"):
        upgraded.instance.connect(DATABASE).close()
        log = upgraded.instance.log()
        warning = f'WARNING:  database "{DATABASE}" has a collation version mismatch'
        assert warning in log
        upgraded.instance.recorder.act(f"-- logged: {warning}")
    with step("2. Rebuild what is sorted, and refresh"):
        upgraded.master.execute("REINDEX DATABASE shop")
        upgraded.master.execute("ALTER DATABASE shop REFRESH COLLATION VERSION")
    with step("3. No warning any more"):
        assert upgraded.one(check) is True


@upstream
def test_prechecks_do_not_see_everything(upgraded: Upgraded) -> None:
    """A view on a function that the target lacks passes the prechecks; pg_upgrade gives up on it."""
    told = upgraded.notes["failure"]
    upgraded.instance.recorder.act(f"-- {told}")
    assert told.startswith("pg_upgrade failed: ")
    assert "does not exist" in told


@claim(source=PROCESS, certainty="documented", basis=Basis.EMULATED)
def test_a_failed_upgrade_leaves_the_old_server(upgraded: Upgraded, rds_version: str) -> None:
    """After pg_upgrade failed the instance runs on in its old version with all its data."""
    assert upgraded.notes["after failure"] == [125125, int(rds_version.partition(".")[0])]


@upstream
def test_pg_upgrade_names_extensions_to_update(upgraded: Upgraded) -> None:
    """The log of pg_upgrade says that extensions should be updated."""
    line = "Your installation contains extensions that should be updated"
    assert line in upgraded.notes["log"]
    upgraded.instance.recorder.act(f"-- pg_upgrade: {line}")


@claim(source=PROCESS, certainty="documented", until=13)
def test_a_major_can_be_skipped(rds_instance: Any, step: Step) -> None:
    """An instance of 13 goes straight to 17, without a stop at 14, 15 or 16."""
    instance = rds_instance()
    with step("1. Fill it"), instance.recorded() as master:
        master.execute("CREATE TABLE item AS SELECT generate_series(1, 1000) AS id")
    with step("2. Upgrade it to 17"):
        instance.upgrade("17")
    with step("3. Everything is there"), instance.recorded() as master:
        assert master.execute("SELECT count(*) FROM item").fetchone() == (1000,)
        assert instance.major == 17
