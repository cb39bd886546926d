"""pgstream init on RDS: who may create its schema, functions, event triggers and slot."""

from typing import Any

from rdscheck import claim, documentation_finding, refused, scenario

DOCS = "https://xata.io/documentation/opensource/pgstream/docs/aws"
EVENT_TRIGGERS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "PostgreSQL.Concepts.General.FeatureSupport.EventTriggers.html"
)
LOGICAL = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "PostgreSQL.Concepts.General.FeatureSupport.LogicalReplication.html"
)
ROLES = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html"
)
CREATE_SCHEMA = "https://www.postgresql.org/docs/current/sql-createschema.html"
ALTER_EVENT_TRIGGER = "https://www.postgresql.org/docs/current/sql-altereventtrigger.html"

pytestmark = scenario(
    "pgstream/init",
    title="Initialise pgstream on an instance of RDS",
    docs=DOCS,
    document="pgstream: AWS Database Onboarding Guide",
    since=13,
    needs=("rdsutils", "wal2json"),
)

TRIGGERS = "SELECT count(*) FROM pg_event_trigger WHERE evtname LIKE 'pgstream%'"
SLOT = "SELECT count(*) FROM pg_replication_slots WHERE slot_name = %s"


@claim(source=DOCS, certainty="documented", basis="emulated")
def test_master(source: Any, stream: Any) -> None:
    """The master user creates the schema, the functions, both event triggers and a slot of wal2json."""
    stream.init(shown=True)
    assert source.value(TRIGGERS) == 2
    told = "SELECT plugin::text || ' in ' || database::text FROM pg_replication_slots WHERE slot_name = %s"
    assert source.value(told, stream.slot) == f"wal2json in {source.name}"


@claim(source=ROLES, certainty="documented", basis="emulated")
@documentation_finding("pgstream-init-grants")
def test_rds_superuser(source: Any, stream: Any) -> None:
    """rds_superuser and CREATE on the database are enough: rds_superuser is in rds_replication already."""
    role = source.role("pgstreamsource", "IN ROLE rds_superuser")
    source.sql("GRANT CREATE ON DATABASE {} TO {}", source.name, role)
    stream.init(source.connect(role))
    assert source.value(SLOT, stream.slot) == 1
    owners = "SELECT array_agg(DISTINCT evtowner::regrole::text) FROM pg_event_trigger"
    assert source.value(f"{owners} WHERE evtname LIKE 'pgstream%'") == [role]


@claim(source=CREATE_SCHEMA, certainty="derived")
@documentation_finding("pgstream-init-create")
def test_schema(source: Any, stream: Any) -> None:
    """The two grants that the guide calls required create no schema in a database of somebody else."""
    role = source.role("pgstreamsource")
    source.sql("GRANT rds_superuser TO {}", role)
    source.sql("GRANT rds_replication TO {}", role)
    with refused("42501", "permission denied for database"):
        stream.functions(source.connect(role))
    source.sql("GRANT CREATE ON DATABASE {} TO {}", source.name, role)
    stream.functions(source.connect(role))


@claim(source=EVENT_TRIGGERS, certainty="documented")
def test_owner(source: Any, stream: Any) -> None:
    """The owner of the database creates schema and functions, but no event trigger and no slot."""
    role = source.role("pgstreamsource")
    source.sql("GRANT {} TO CURRENT_USER", role)
    source.sql("ALTER DATABASE {} OWNER TO {}", source.name, role)
    session = source.connect(role)
    stream.functions(session)
    with refused("42501", "permission denied to create event trigger"):
        stream.trigger(session)
    with refused("42501", "replication slots"):
        stream.create_slot(session)


@claim(source=LOGICAL, certainty="documented", basis="emulated")
def test_rds_replication(source: Any, stream: Any) -> None:
    """rds_replication gives the slot and nothing else: the event triggers are refused."""
    role = source.role("pgstreamsource", "IN ROLE rds_replication")
    source.sql("GRANT CREATE ON DATABASE {} TO {}", source.name, role)
    session = source.connect(role)
    stream.functions(session)
    with refused("42501", "permission denied to create event trigger"):
        stream.trigger(session)
    stream.create_slot(session)
    assert source.value(SLOT, stream.slot) == 1


@claim(source=DOCS, certainty="documented", basis="emulated")
def test_again(source: Any, stream: Any) -> None:
    """A second init finds schema and slot: the one gives a notice, the other an error that says so."""
    stream.init()
    source.master.execute("CREATE SCHEMA IF NOT EXISTS pgstream")
    assert 'schema "pgstream" already exists, skipping' in source.master.notices
    with refused("42710", "already exists"):
        stream.create_slot(source.master)


@claim(source=ALTER_EVENT_TRIGGER, certainty="documented")
def test_trigger_owner(source: Any, stream: Any) -> None:
    """The event triggers stay with who made them: they cannot be given to a role outside rds_superuser."""
    role = source.role("pgstreamsource")
    source.sql("GRANT {} TO CURRENT_USER", role)
    stream.init(slot=False)
    with refused("42501", "permission denied to change owner of event trigger", hint="must be a superuser"):
        source.sql("ALTER EVENT TRIGGER pgstream_emit_ddl_drop OWNER TO {}", role)


@claim(source=EVENT_TRIGGERS, certainty="documented", basis="emulated")
def test_destroy(source: Any, stream: Any) -> None:
    """Destroying it leaves nothing: the schema takes its functions and the event triggers along."""
    stream.init()
    source.master.execute("DROP SCHEMA pgstream CASCADE")
    source.master.execute("SELECT pg_drop_replication_slot(%s)", (stream.slot,))
    assert source.value(TRIGGERS) == source.value(SLOT, stream.slot) == 0
