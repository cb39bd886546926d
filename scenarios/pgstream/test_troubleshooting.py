"""The troubleshooting table: each error really appears, and its fix really removes it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from rdscheck import Basis, claim, documentation_finding, refused, rests_on, scenario, unique_name

DOCS = "https://xata.io/documentation/opensource/pgstream/docs/aws"
PARAMETERS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Parameters.html"
CREATE_EVENT_TRIGGER = "https://www.postgresql.org/docs/current/sql-createeventtrigger.html"

pytestmark = scenario(
    "pgstream/troubleshooting",
    title="Errors of pgstream on RDS, and what mends them",
    docs=DOCS,
    document="pgstream: AWS Database Onboarding Guide",
    since=13,
    needs=("rdsutils",),
)

Step = Callable[[str], AbstractContextManager[None]]

ERROR, FIX = "1. The error", "2. The fix"


def by_rdsutils_before_15(major: int) -> Basis:
    """Tell who decides on session_replication_role: GRANT SET ON PARAMETER came with 15."""
    return Basis.EMULATED if major < 15 else Basis.REAL


@claim(source=DOCS, certainty="documented")
def test_pg_authid(instance: Any, snapshot: Any, step: Step) -> None:
    """The error permission denied for table pg_authid is gone with no_passwords, and with roles disabled."""
    with step(ERROR):
        done = snapshot.roles(instance)
        assert done.status != 0
        assert "permission denied for table pg_authid" in done.errors
    with step(FIX + ": no_passwords"):
        assert snapshot.roles(instance, None, "--no-role-passwords").status == 0
    with step(FIX + ": disabled, no dump of roles at all"):
        assert snapshot.schema(instance, None).status == 0


@claim(source=DOCS, certainty="documented", basis=by_rdsutils_before_15)
def test_session_replication_role(target: Any, step: Step) -> None:
    """The refusal of session_replication_role is gone with rds_superuser, or when nothing sets it."""
    role = target.role("pgstreamtarget")
    target.master.execute("CREATE TABLE orders (id integer)")
    target.sql("GRANT INSERT ON orders TO {}", role)
    session = target.connect(role)
    with step(ERROR), refused("42501", 'permission denied to set parameter "session_replication_role"'):
        session.execute("SET session_replication_role = replica")
    with step(FIX + ": disable_triggers false"):
        session.execute("INSERT INTO orders VALUES (1)")
    with step(FIX + ": a role with enough privileges"):
        target.sql("GRANT rds_superuser TO {}", role)
        session = target.connect(role)
        session.execute("SET session_replication_role = replica")
        assert session.execute("SHOW session_replication_role").fetchone() == ("replica",)


def give_table(target: Any, schema: str, role: str) -> None:
    """Give a table of the master user to a role."""
    target.sql("ALTER TABLE {}.orders OWNER TO {}", schema, role)


@claim(source=DOCS, certainty="documented")
def test_schema_without_create(target: Any, step: Step) -> None:
    """The error permission denied for schema, when a table is handed over, is gone with CREATE on it."""
    schema = "public" if target.database.server.major >= 15 else "sales"
    role = target.role("pgstreamtarget")
    target.sql("GRANT {} TO CURRENT_USER", role)
    target.sql("CREATE SCHEMA IF NOT EXISTS {}", schema)
    target.sql("CREATE TABLE {}.orders (id integer)", schema)
    with step(ERROR), refused("42501", f"permission denied for schema {schema}"):
        give_table(target, schema, role)
    with step(FIX):
        target.sql("GRANT CREATE ON SCHEMA {} TO {}", schema, role)
        give_table(target, schema, role)


@claim(source="https://www.postgresql.org/docs/14/ddl-schemas.html", certainty="documented", until=14)
@documentation_finding("pgstream-public-create")
def test_public_schema(target: Any, step: Step) -> None:
    """Up to 14 the error does not come up for public, where all may create; and the fix grants nothing."""
    role = target.role("pgstreamtarget")
    target.sql("GRANT {} TO CURRENT_USER", role)
    target.sql("CREATE TABLE orders (id integer)")
    with step("1. No error"):
        give_table(target, "public", role)
    with step(FIX):
        target.sql("GRANT CREATE ON SCHEMA public TO {}", role)
        assert target.master.notices[-1:] == ['no privileges were granted for "public"']


@claim(source=DOCS, certainty="documented", basis="emulated")
def test_role_creation(target: Any, step: Step) -> None:
    """Role creation fails for what pgstreamtarget does not administer, until it was granted that first."""
    role, name = target.role("pgstreamtarget", "CREATEROLE"), unique_name("restored")
    target.master.recorder.mask(name, "restored")
    session = target.connect(role)
    with step(ERROR), refused("42501", "rds_replication"):
        target.sql("CREATE ROLE {} IN ROLE rds_replication", name, by=session)
    with step(FIX):
        target.sql("GRANT rds_replication TO {} WITH ADMIN OPTION", role)
        target.sql("CREATE ROLE {} IN ROLE rds_replication", name, by=session)
    target.sql("DROP ROLE {}", name, by=session)


@claim(source=CREATE_EVENT_TRIGGER, certainty="documented", basis="emulated")
@documentation_finding("pgstream-event-trigger-text")
def test_event_triggers(instance: Any, initialising: Any, step: Step) -> None:
    """No version says must be superuser to create event triggers: it is permission denied, and mended."""
    role = instance.role("pgstreamsource")
    instance.sql("GRANT CREATE ON DATABASE {} TO {}", instance.name, role)
    session = instance.connect(role)
    initialising.functions(session)
    with (
        step(ERROR),
        refused(
            "42501",
            'permission denied to create event trigger "pgstream_emit_ddl_drop"',
            hint="Must be superuser to create an event trigger.",
        ) as refusal,
    ):
        initialising.trigger(session)
    assert "must be superuser to create event triggers" not in str(refusal.value)
    with step(FIX):
        instance.sql("GRANT rds_superuser TO {}", role)
        initialising.trigger(session)


@claim(source=PARAMETERS, certainty="guessed", basis="emulated")
@rests_on("rds-parameter-contexts")
@documentation_finding("pgstream-parameter-text")
def test_parameter(instance: Any, source: Any, step: Step) -> None:
    """SQL does not set rds.logical_replication, though it says so in other words; a parameter group does."""
    with step(ERROR):
        for how in ("SET", f'ALTER DATABASE "{instance.name}" SET'):
            with refused("55P02", "cannot be changed without restarting the server") as refusal:
                instance.master.execute(f"{how} rds.logical_replication = 1")
            assert "cannot set parameter" not in str(refusal.value)
        with refused("42501"):
            instance.master.execute("ALTER SYSTEM SET rds.logical_replication = 1")
    with step(FIX + ": an instance with rds.logical_replication = 1 in its parameter group"):
        assert source.value("SHOW rds.logical_replication") == "on"
        assert source.value("SHOW wal_level") == "logical"
