"""pglogical: library, parameters, reboot, extension, and who may use it."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import ParameterRefused, claim, documentation_finding, scenario

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
DOCS = f"{_GUIDE}Appendix.PostgreSQL.CommonDBATasks.pglogical.basic-setup.html"
PARAMETERS = f"{_GUIDE}Appendix.PostgreSQL.CommonDBATasks.Parameters.html"
LOGICAL = f"{_GUIDE}PostgreSQL.Concepts.General.FeatureSupport.LogicalReplication.html"
ISSUE = "https://github.com/2ndQuadrant/pglogical/issues/483"

pytestmark = scenario(
    "extensions/pglogical",
    title="Set up pglogical",
    docs=DOCS,
    since=13,
    needs=("rdsutils", "pglogical"),
)
documented = claim(source=DOCS, certainty="documented")

CREATE = "CREATE EXTENSION pglogical"
GROUP = {"shared_preload_libraries": "pglogical", "rds.logical_replication": "1"}


@pytest.fixture(scope="module")
def servers(rds_fleet: Any, rds_version: str) -> Any:
    """Start a server with the library and logical decoding, and one with the library alone."""
    alone = {"shared_preload_libraries": "pglogical"}
    return rds_fleet.start([(rds_version, GROUP), (rds_version, alone)])


class Lab:
    """A fresh database on one server."""

    def __init__(self, server: Any, opened: ExitStack) -> None:
        self.server, self._opened = server, opened
        self.name = server.create_database("labdb")
        server.recorder.mask(self.name, "labdb")
        self.master = opened.enter_context(server.recorded(self.name))

    def login(self, wish: str, options: str = "") -> tuple[str, Any]:
        """Create a role that may create objects in public; return its name and a session of it."""
        name = f"{wish}_{self.name.removeprefix('labdb_')}"
        self.server.recorder.mask(name, wish)
        self.master.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'open-sesame' {options}")
        self.master.execute(f"GRANT CREATE ON SCHEMA public TO {name}")
        return name, self._opened.enter_context(self.server.recorded(self.name, name, "open-sesame"))


@pytest.fixture
def lab(servers: Any, rds_recording: Any) -> Iterator[Lab]:
    """Give a fresh database where the extension can be created."""
    rds_recording({"my-instance": servers[0]})
    with ExitStack() as opened:
        yield Lab(servers[0], opened)


@documented
@documentation_finding("pglogical-command-tag")
def test_set_up(rds_instance: Any, step: Any) -> None:
    """The library and logical decoding come with a reboot; then the extension can be created."""
    instance = rds_instance()
    with step("1. and 2. Change the parameter group: it waits"):
        instance.modify({"shared_preload_libraries": "pglogical"}, apply_method="pending-reboot")
        instance.modify({"rds.logical_replication": "1"}, apply_method="pending-reboot")
        assert instance.parameter_status == "pending-reboot"
        with instance.recorded() as master:
            assert master.execute("SHOW wal_level").fetchone() == ("replica",)
            with pytest.raises(pg.InternalError_, match="pglogical is not in shared_preload_libraries"):
                master.execute(CREATE)
    with step("3. Reboot"):
        instance.reboot()
        assert instance.parameter_status == "in-sync"
    with instance.recorded() as master:
        with step("4. Verify"):
            assert master.execute("SHOW shared_preload_libraries").fetchone() == ("rdsutils,pglogical",)
            assert master.execute("SHOW wal_level").fetchone() == ("logical",)
        with step("5. Create the extension"):
            assert master.execute(CREATE).statusmessage == "CREATE EXTENSION"
            row = master.execute("SELECT count(*) FROM pg_extension WHERE extname = 'pglogical'").fetchone()
            assert row == (1,)


@documented
def test_extension_needs_the_library(rds: Any) -> None:
    """CREATE EXTENSION is refused while the library is not loaded, and leaves nothing behind."""
    with pytest.raises(pg.InternalError_, match="pglogical is not in shared_preload_libraries"):
        rds.execute(CREATE)
    row = rds.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'pglogical'").fetchone()
    assert row == (0,)


@claim(source=LOGICAL, certainty="documented")
def test_library_alone_is_not_enough(servers: Any, rds_recording: Any) -> None:
    """Without rds.logical_replication no slot can be made, so nobody can subscribe."""
    rds_recording({"my-instance": servers[1]})
    slot = "SELECT pg_create_logical_replication_slot('mine', 'pglogical_output')"
    with servers[1].recorded() as master:
        assert master.execute("SHOW wal_level").fetchone() == ("replica",)
        with pytest.raises(
            pg.ObjectNotInPrerequisiteState, match=r"logical decoding requires .*wal_level.*logical"
        ):
            master.execute(slot)


@claim(source=LOGICAL, certainty="documented")
def test_slot_with_logical_replication(lab: Lab) -> None:
    """With rds.logical_replication a slot of pglogical's plugin can be made and dropped."""
    assert lab.master.execute("SHOW rds.logical_replication").fetchone() == ("on",)
    lab.master.execute("SELECT pg_create_logical_replication_slot('mine', 'pglogical_output')")
    slots = "SELECT plugin, slot_type FROM pg_replication_slots WHERE slot_name = 'mine'"
    assert lab.master.execute(slots).fetchall() == [("pglogical_output", "logical")]
    lab.master.execute("SELECT pg_drop_replication_slot('mine')")


@claim(source=PARAMETERS, certainty="documented", basis="emulated")
@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"rds.logical_replication": "1"}, "cannot use immediate apply method for static parameter"),
        ({"shared_preload_libraries": "pglogical"}, "cannot use immediate apply method for static parameter"),
        ({"wal_level": "logical"}, "cannot be modified"),
    ],
    ids=["logical-replication", "library", "wal-level"],
)
def test_group_refuses(servers: Any, values: Any, told: str) -> None:
    """Both parameters are static, and wal_level cannot be set by itself."""
    with pytest.raises(ParameterRefused, match=told):
        servers[1].modify(values, apply_method="immediate")
    assert servers[1].parameter_status == "in-sync"


@claim(source=DOCS, certainty="documented", basis="emulated")
def test_extension_needs_rds_superuser(lab: Lab) -> None:
    """An ordinary user with CREATE on the database does not create the extension; the master user does."""
    name, app = lab.login("app")
    lab.master.execute(f'GRANT CREATE ON DATABASE "{lab.name}" TO {name}')
    with pytest.raises(pg.InsufficientPrivilege, match='permission denied to create extension "pglogical"'):
        app.execute(CREATE)
    lab.master.execute(CREATE)


@claim(source=DOCS, certainty="documented", basis="emulated")
def test_use_needs_rds_superuser(lab: Lab) -> None:
    """An ordinary user creates no node and sees none; another member of rds_superuser does."""
    lab.master.execute(CREATE)
    node = "SELECT pglogical.create_node(node_name := 'mine', dsn := 'dbname=labdb')"
    _, app = lab.login("app")
    for statement in (node, "SELECT * FROM pglogical.node"):
        with pytest.raises(pg.InsufficientPrivilege, match="permission denied for schema pglogical"):
            app.execute(statement)
    _, dba = lab.login("dba", "IN ROLE rds_superuser")
    dba.execute(node)
    assert dba.execute("SELECT node_name FROM pglogical.node").fetchall() == [("mine",)]


@claim(source=ISSUE, certainty="observed")
def test_ordinary_users_cannot_drop(lab: Lab) -> None:
    """Once the extension is there, users without USAGE on its schema can drop nothing of their own."""
    name, app = lab.login("app")
    app.execute("CREATE TABLE before (a int, b int)")
    app.execute("ALTER TABLE before DROP COLUMN b")
    lab.master.execute(CREATE)
    app.execute("CREATE TABLE item (a int, b int)")
    for statement in ("ALTER TABLE item DROP COLUMN b", "DROP TABLE item", "DROP TABLE before"):
        with pytest.raises(pg.InsufficientPrivilege, match="permission denied for schema pglogical"):
            app.execute(statement)
    lab.master.execute(f"GRANT USAGE ON SCHEMA pglogical TO {name}")
    app.execute("ALTER TABLE item DROP COLUMN b")
    app.execute("DROP TABLE item")


@claim(source=ISSUE, certainty="observed")
def test_drop_extension_leaves_the_schema(lab: Lab) -> None:
    """The schema outlives DROP EXTENSION, and with it what it refuses, until everybody gets USAGE."""
    _, app = lab.login("app")
    app.execute("CREATE TABLE item (a int)")
    lab.master.execute(CREATE)
    lab.master.execute("DROP EXTENSION pglogical")
    schema = "SELECT count(*) FROM pg_namespace WHERE nspname = 'pglogical'"
    assert lab.master.execute(schema).fetchone() == (1,)
    with pytest.raises(pg.InsufficientPrivilege, match="permission denied for schema pglogical"):
        app.execute("DROP TABLE item")
    lab.master.execute("GRANT USAGE ON SCHEMA pglogical TO PUBLIC")
    app.execute("DROP TABLE item")


@claim(source=ISSUE, certainty="derived")
def test_other_databases_are_free(lab: Lab) -> None:
    """Where the extension was never created, users drop what is theirs, whatever libraries are loaded."""
    _, app = lab.login("app")
    app.execute("CREATE TABLE item (a int, b int)")
    app.execute("ALTER TABLE item DROP COLUMN b")
    app.execute("DROP TABLE item")
