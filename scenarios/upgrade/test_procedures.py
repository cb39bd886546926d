"""Procedures that speak of upgrades, run across one: slots of pglogical, PLV8, extensions with a library.

The module upgrades one instance, once: a first request is refused for the slot, the second goes through.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from psycopg import sql

from rdscheck import UpgradeBlocked, claim, rests_on, scenario

GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
PGLOGICAL = f"{GUIDE}/Appendix.PostgreSQL.CommonDBATasks.pglogical.recover-replication-after-upgrade.html"
PLV8 = f"{GUIDE}/PostgreSQL.Concepts.General.UpgradingPLv8.html"
UPSTREAM = "https://github.com/2ndQuadrant/pglogical/blob/REL2_x_STABLE/pglogical_manager.c"
EXTENSIONS = f"{GUIDE}/USER_UpgradeDBInstance.PostgreSQL.ExtensionUpgrades.html"

pytestmark = scenario(
    "upgrade/procedures",
    title="Upgrade an instance with pglogical, pgAudit and PLV8",
    docs=PGLOGICAL,
    since=13,
    until=17,
    needs=("rdsutils", "upgrade", "pglogical", "pgaudit", "plv8"),
)

Step = Callable[[str], AbstractContextManager[None]]

DATABASE = "lab"
#: The same for both majors: what is preloaded for an extension is preloaded afterwards too.
GROUP = {"shared_preload_libraries": "pgaudit,pglogical", "rds.logical_replication": "1"}

#: Older than the default version of every major.
OLD_PLV8 = "2.3.15"

SLOT = "pgl_lab_provider_subscription"
CREATE_SLOT = f"SELECT pg_create_logical_replication_slot('{SLOT}', 'pglogical_output')"
CONTENTS = (
    "CREATE EXTENSION pgaudit",
    "CREATE EXTENSION pglogical",
    "CREATE TABLE item (id int PRIMARY KEY)",
    "INSERT INTO item SELECT generate_series(1, 100)",
    "SELECT pglogical.create_node('provider', 'host=source-instance dbname=lab')",
    "SELECT pglogical.replication_set_add_table('default', 'item')",
    CREATE_SLOT,
    f"CREATE EXTENSION plv8 VERSION '{OLD_PLV8}'",
)

INSTALLED = "SELECT extversion FROM pg_extension WHERE extname = %s"
CHECK = "SELECT default_version, installed_version FROM pg_available_extensions WHERE name = 'plv8'"


def prepare(target: str) -> Callable[[Any], dict[str, Any]]:
    """Return what fills an instance and upgrades it: in vain while the slot stands, then for good."""

    def upgrade(instance: Any) -> dict[str, Any]:
        notes: dict[str, Any] = {}
        instance.create_named_database(DATABASE)
        with instance.connect(DATABASE) as master:
            for line in CONTENTS:
                master.execute(line)
            # The stand-in's bodies are PL/pgSQL wherever nothing runs JavaScript.
            body = "return a + b;" if instance.has("pljs") else "BEGIN RETURN a + b; END"
            master.execute(
                sql.SQL("CREATE FUNCTION add(a int, b int) RETURNS int LANGUAGE plv8 AS {}").format(body)
            )
            notes["scripted"] = instance.has("pljs")
            notes["versions"] = dict(
                master.execute("SELECT extname, extversion FROM pg_extension").fetchall()
            )
        if instance.major < 17:
            notes["refused"] = refusal(instance, target)
        with instance.connect(DATABASE) as master:
            master.execute("SELECT pg_drop_replication_slot(%s)", [SLOT])
        instance.upgrade(target, parameters=GROUP)
        return notes

    return upgrade


def refusal(instance: Any, target: str) -> str:
    """Ask for the upgrade; return the event that refuses it."""
    try:
        instance.upgrade(target, parameters=GROUP)
    except UpgradeBlocked as error:
        return str(error)
    return "it went through"


class Lab:
    """The instance after its upgrade."""

    def __init__(self, instance: Any, notes: dict[str, Any]) -> None:
        self.instance, self.notes = instance, notes
        self.master = instance.recorded(DATABASE)

    def one(self, query: str, *values: str) -> Any:
        """Return the first value of a query of the master user."""
        return self.master.execute(query, list(values) or None).fetchone()[0]


@pytest.fixture
def lab(rds_prepared: Any, target: str) -> Any:
    """Give the upgraded instance."""
    instance, notes = rds_prepared("procedures", prepare(target), GROUP)
    instance.recorder.act(
        "-- once, for all claims of this procedure, an instance was filled by these statements:"
    )
    for statement in CONTENTS:
        instance.recorder.act(statement)
    instance.recorder.act(f"-- and upgraded to {target} once its slot was dropped")
    found = Lab(instance, notes)
    yield found
    found.master.close()


@claim(source=PGLOGICAL, certainty="documented", basis="emulated", until=16)
def test_slot_of_pglogical_held_the_upgrade_up(lab: Lab) -> None:
    """The upgrade was refused while a slot of pglogical was there, and went through once it was dropped."""
    lab.master.recorder.act(f"-- event: {lab.notes['refused']}")
    assert "one or more databases have logical replication slots" in lab.notes["refused"]
    assert lab.one("SELECT count(*) FROM pg_replication_slots") == 0


@claim(source=PGLOGICAL, certainty="documented")
def test_slot_is_made_anew(lab: Lab, step: Step) -> None:
    """After the upgrade nodes and replication sets are there, and a slot can be made again."""
    with step("1. What pglogical keeps in tables came through"):
        assert lab.one("SELECT node_name FROM pglogical.node") == "provider"
        assert lab.one("SELECT set_reloid::regclass::text FROM pglogical.replication_set_table") == "item"
    with step("2. Make the slot that was dropped"):
        lab.master.execute(CREATE_SLOT)
        assert lab.one("SELECT plugin FROM pg_replication_slots") == "pglogical_output"
        lab.master.execute("SELECT pg_drop_replication_slot(%s)", [SLOT])


@claim(source=EXTENSIONS, certainty="documented")
def test_pgaudit_keeps_its_version(lab: Lab) -> None:
    """PgAudit comes through, in its old version, where the new parameter group names its library too."""
    assert "pgaudit" in lab.one("SHOW shared_preload_libraries")
    assert lab.one(INSTALLED, "pgaudit") == lab.notes["versions"]["pgaudit"]


@claim(source=UPSTREAM, certainty="observed")
def test_pglogical_updates_itself(lab: Lab) -> None:
    """Pglogical is brought to the version of its library by its own workers, in a database with a node."""
    newest = lab.instance.info.extension_versions["pglogical"]
    assert lab.notes["versions"]["pglogical"] != newest
    deadline = time.monotonic() + 30
    # Its workers begin some time after the server does.
    with lab.instance.connect(DATABASE) as watching:
        while watching.execute(INSTALLED, ["pglogical"]).fetchone()[0] != newest:
            assert time.monotonic() < deadline, "pglogical was not updated"
            time.sleep(0.05)
    assert lab.one(INSTALLED, "pglogical") == newest


@claim(source=EXTENSIONS, certainty="documented")
def test_pgaudit_is_created_anew(lab: Lab) -> None:
    """PgAudit has a version of its own for each major: dropped and created, it has that of the new server."""
    newest = lab.instance.info.extension_versions["pgaudit"]
    assert lab.notes["versions"]["pgaudit"] != newest
    with lab.master.transaction(force_rollback=True):  # the other claims look at it too
        lab.master.execute("DROP EXTENSION pgaudit")
        lab.master.execute("CREATE EXTENSION pgaudit")
        assert lab.one(INSTALLED, "pgaudit") == newest


@claim(source=PLV8, certainty="documented", basis="stand-in")
@rests_on("plv8-stand-in")
def test_plv8_keeps_its_version(lab: Lab) -> None:
    """After the upgrade functions in PLV8 answer as before, and the check shows an older version."""
    default, installed = lab.master.execute(CHECK).fetchone()
    assert installed == OLD_PLV8 != default
    assert lab.one("SELECT add(19, 23)") == 42


@claim(source=PLV8, certainty="documented", basis="stand-in", until=15)
@rests_on("plv8-stand-in")
def test_plv8_is_synchronized(lab: Lab, rds_client: Any, step: Step) -> None:
    """The guide's steps bring PLV8 to the version of the new server, and its functions back."""
    client = rds_client(lab.instance, dbname=DATABASE)
    with step("4-5. Dump the schema, list its functions"):
        dumped = client.shell(
            "pg_dump -Fc --schema-only >test.dmp && pg_restore -l test.dmp | grep ' add(' >list"
        )
        assert dumped.status == 0
    with lab.master.transaction(force_rollback=True):
        with step("6-7. Drop the extension, create it"):
            lab.master.execute("DROP EXTENSION plv8 CASCADE")
            lab.master.execute("CREATE EXTENSION plv8")
            default, installed = lab.master.execute(CHECK).fetchone()
            assert installed == default
        with step("8-9. Create the functions, compare"):
            script = client.run("pg_restore", "-f", "-", "-L", "list", "test.dmp")
            assert script.status == 0
            # Lines for psql alone begin with a backslash.
            lines = [line for line in script.output.splitlines() if not line.startswith("\\")]
            lab.master.execute("\n".join(lines))
            assert lab.one("SELECT public.add(19, 23)") == 42
