"""Snapshots to RDS: ownership, roles, triggers, and whether everything arrived."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg

from rdscheck import Basis, claim, documentation_finding, refused, scenario, unique_name

DOCS = "https://xata.io/documentation/opensource/pgstream/docs/aws"
ROLES = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.html"
ALTER_TABLE = "https://www.postgresql.org/docs/current/sql-altertable.html"
ALTER_SCHEMA = "https://www.postgresql.org/docs/current/sql-alterschema.html"
CREATE_ROLE = "https://www.postgresql.org/docs/current/sql-createrole.html"
CREATE_ROLE_15 = "https://www.postgresql.org/docs/15/sql-createrole.html"
GRANT = "https://www.postgresql.org/docs/current/sql-grant.html"
ISSUE_1004 = "https://github.com/xataio/pgstream/issues/1004"

pytestmark = scenario(
    "pgstream/snapshot-to",
    title="Bring a snapshot to RDS with pgstream",
    docs=DOCS,
    document="pgstream: AWS Database Onboarding Guide",
    since=13,
    needs=("rdsutils",),
)
documented = claim(source=DOCS, certainty="documented")


def by_rdsutils_before_15(major: int) -> Basis:
    """Tell who decides on session_replication_role: GRANT SET ON PARAMETER came with 15."""
    return Basis.EMULATED if major < 15 else Basis.REAL


Step = Callable[[str], AbstractContextManager[None]]

OWN_DATABASE = "ALTER DATABASE {} OWNER TO {}"
OWN_PUBLIC = "ALTER SCHEMA public OWNER TO {}"
REPLICA = "SET session_replication_role = replica"
CONTENT = "SELECT md5(string_agg(o::text, ',' ORDER BY id)), count(*) FROM orders o"


def not_a_member(side: Any) -> str:
    """Return how PostgreSQL says that one may not give something to a role."""
    return "must be able to SET ROLE" if side.database.server.major >= 16 else "must be member of role"


def owned_by(target: Any, role: str) -> None:
    """Give the database to a role as the guide says, after what it leaves out."""
    target.sql("GRANT {} TO CURRENT_USER", role)
    target.sql(OWN_DATABASE, target.name, role)


# Ownership


@claim(source=ALTER_SCHEMA, certainty="documented")
@documentation_finding("pgstream-target-membership")
def test_ownership(target: Any, step: Step) -> None:
    """The guide's ALTER DATABASE is refused until the master user is a member of the new owner."""
    role = target.role("pgstreamtarget")
    with step("1. As the guide has it"), refused("42501", not_a_member(target)):
        target.sql(OWN_DATABASE, target.name, role)
    with step("2. After GRANT pgstreamtarget TO CURRENT_USER"):
        owned_by(target, role)
        owner = "SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()"
        assert target.value(owner) == role


@claim(source=ISSUE_1004, certainty="observed", until=14)
@documentation_finding("pgstream-public-rdsadmin")
def test_public_schema(target: Any) -> None:
    """Up to 14 the schema public belongs to rdsadmin: nobody can give it away, and all may create in it."""
    role = target.role("pgstreamtarget")
    owned_by(target, role)
    for session in (target.master, target.connect(role)):
        with refused("42501", "must be owner of schema public"):
            target.sql(OWN_PUBLIC, role, by=session)
    target.connect(role).execute("CREATE TABLE orders (id integer)")


@claim(source=ALTER_SCHEMA, certainty="derived", since=15)
@documentation_finding("pgstream-public-owner")
def test_public_schema_of_owner(target: Any, step: Step) -> None:
    """From 15 on who owns the database creates in its schema public; ALTER SCHEMA adds nothing to that."""
    role = target.role("pgstreamtarget")
    session = target.connect(role)
    with step("1. Before"), refused("42501", "permission denied for schema public"):
        session.execute("CREATE TABLE orders (id integer)")
    with step("2. ALTER DATABASE only"):
        owned_by(target, role)
        session.execute("CREATE TABLE orders (id integer)")
        session.execute("COMMENT ON SCHEMA public IS 'mine'")
    with step("3. ALTER SCHEMA as the guide has it"):
        target.sql(OWN_PUBLIC, role)
        session.execute("CREATE TABLE items (id integer)")


@claim(source=ISSUE_1004, certainty="observed", until=14)
def test_comment_of_public(source: Any, shop: Any, target: Any, snapshot: Any) -> None:
    """Up to 14 a dump of the schema public comments on it, which only rdsadmin may; the tables arrive."""
    role = target.role("pgstreamtarget")
    owned_by(target, role)
    dump = snapshot.schema(source, shop.grant(), "--no-owner", "--no-privileges").output
    restored = snapshot.restore(target, role, dump)
    assert restored.errors == [
        'ERROR:  schema "public" already exists',
        "ERROR:  must be owner of schema public",
    ]
    assert restored.fatal == []
    assert target.connect(role).execute("SELECT count(*) FROM orders").fetchone() == (0,)


@claim(source=ISSUE_1004, certainty="derived", until=14)
def test_clean(source: Any, shop: Any, target: Any, snapshot: Any) -> None:
    """Up to 14 clean_target_db ends the snapshot: DROP SCHEMA public is rdsadmin's too."""
    role = target.role("pgstreamtarget")
    owned_by(target, role)
    dump = snapshot.schema(
        source, shop.grant(), "--clean", "--if-exists", "--no-owner", "--no-privileges"
    ).output
    restored = snapshot.restore(target, role, dump)
    assert "ERROR:  must be owner of schema public" in restored.fatal


@claim(source=ALTER_SCHEMA, certainty="derived", since=15)
def test_clean_by_owner(source: Any, shop: Any, target: Any, snapshot: Any) -> None:
    """From 15 on clean_target_db works for the owner of the database: tables are dropped and made anew."""
    role = target.role("pgstreamtarget")
    owned_by(target, role)
    session = target.connect(role)
    session.execute("CREATE TABLE orders (id integer)")
    dump = snapshot.schema(
        source, shop.grant(), "--clean", "--if-exists", "--no-owner", "--no-privileges"
    ).output
    assert snapshot.restore(target, role, dump).fatal == []
    columns = "SELECT count(*) FROM pg_attribute WHERE attrelid = 'orders'::regclass AND attnum > 0"
    assert session.execute(columns).fetchone() == (2,)


# Databases and roles


@documented
def test_create_database(target: Any) -> None:
    """create_target_db takes CREATEDB, which the master user can give."""
    role = target.role("pgstreamtarget")
    name = unique_name("copied")
    target.master.recorder.mask(name, "copied")
    session = target.connect(role)
    with refused("42501", "permission denied to create database"):
        target.sql("CREATE DATABASE {}", name, by=session)
    target.sql("ALTER ROLE {} CREATEDB", role)
    target.sql("CREATE DATABASE {}", name, by=session)
    target.sql("DROP DATABASE {}", name, by=session)


@documented
def test_create_role(target: Any) -> None:
    """Restoring roles takes CREATEROLE, which the master user can give."""
    role, name = target.role("pgstreamtarget"), unique_name("restored")
    target.master.recorder.mask(name, "restored")
    session = target.connect(role)
    with refused("42501", "permission denied to create role"):
        target.sql("CREATE ROLE {}", name, by=session)
    target.sql("ALTER ROLE {} CREATEROLE", role)
    target.sql("CREATE ROLE {}", name, by=session)
    target.sql("DROP ROLE {}", name, by=session)


@claim(source=CREATE_ROLE, certainty="documented", since=16)
def test_assigned_attribute(target: Any) -> None:
    """From 16 on a role gives others CREATEDB only if it has that itself."""
    role, name = target.role("pgstreamtarget", "CREATEROLE"), unique_name("restored")
    target.master.recorder.mask(name, "restored")
    session = target.connect(role)
    with refused("42501", "permission denied to create role", detail="CREATEDB attribute"):
        target.sql("CREATE ROLE {} CREATEDB", name, by=session)
    target.sql("ALTER ROLE {} CREATEDB", role)
    target.sql("CREATE ROLE {} CREATEDB", name, by=session)
    target.sql("DROP ROLE {}", name, by=session)


@claim(source=CREATE_ROLE_15, certainty="documented", until=15)
@documentation_finding("pgstream-assigned-privileges")
def test_assigned_attribute_before_16(target: Any) -> None:
    """Up to 15 a role with CREATEROLE gives others CREATEDB without holding it itself."""
    role, name = target.role("pgstreamtarget", "CREATEROLE"), unique_name("restored")
    target.master.recorder.mask(name, "restored")
    session = target.connect(role)
    with refused("42501", "permission denied to create database"):
        target.sql("CREATE DATABASE {}", name, by=session)
    target.sql("CREATE ROLE {} CREATEDB", name, by=session)
    target.sql("DROP ROLE {}", name, by=session)


@claim(source=ROLES, certainty="derived", basis="emulated")
@documentation_finding("pgstream-replication-attribute")
def test_replication_attribute(target: Any, step: Step) -> None:
    """Nobody can hold REPLICATION, the guide's example; rds_replication with ADMIN OPTION takes its place."""
    role, name = target.role("pgstreamtarget", "CREATEROLE"), unique_name("restored")
    target.master.recorder.mask(name, "restored")
    session = target.connect(role)
    with step("1. The attribute is refused to all"):
        with refused("42501"):
            target.sql("ALTER ROLE {} REPLICATION", role)
        for by in (session, target.master):
            with refused("42501"):
                target.sql("CREATE ROLE {} REPLICATION", name, by=by)
    with step("2. Membership can be given by who administers it"):
        target.sql("CREATE ROLE {}", name, by=session)
        with refused("42501", "rds_replication"):
            target.sql("GRANT rds_replication TO {}", name, by=session)
        target.sql("GRANT rds_replication TO {} WITH ADMIN OPTION", role)
        target.sql("GRANT rds_replication TO {}", name, by=session)
        assert target.value("SELECT pg_has_role(%s, 'rds_replication', 'member')", name)
    target.sql("DROP ROLE {}", name, by=session)


@claim(source=DOCS, certainty="documented", basis="stand-in")
def test_roles_and_owners(source: Any, shop: Any, target: Any, snapshot: Any) -> None:
    """Roles arrive, own what they own at the source, and cannot log in with the password they have there."""
    role = target.role("pgstreamtarget", "CREATEROLE")
    owned_by(target, role)
    schema = snapshot.schema(source, shop.grant()).output
    roles = snapshot.kept(snapshot.roles(source, shop.reader, "--no-role-passwords").output, schema)
    without_memberships = "\n".join(line for line in roles.splitlines() if not line.startswith("GRANT"))
    assert snapshot.restore(target, role, without_memberships).errors == []
    assert snapshot.restore(target, role, snapshot.owned(schema)).fatal == []
    told = "SELECT tableowner FROM pg_tables WHERE tablename = 'orders'"
    assert target.value(told) == source.value(told) == shop.owner
    assert target.value("SELECT has_table_privilege(%s, 'orders', 'SELECT')", shop.group)
    with refused(psycopg.OperationalError, "password authentication failed"):
        target.connect(shop.owner, source.database.login(shop.owner)["password"])


@claim(source=GRANT, certainty="derived", basis="stand-in")
@documentation_finding("pgstream-memberships")
def test_memberships(source: Any, shop: Any, target: Any, snapshot: Any) -> None:
    """Memberships do not arrive: the dump names the source's grantor, for whom pgstreamtarget cannot act."""
    role = target.role("pgstreamtarget", "CREATEROLE")
    schema = snapshot.schema(source, shop.grant()).output
    roles = snapshot.kept(snapshot.roles(source, shop.reader, "--no-role-passwords").output, schema)
    assert f"GRANT {shop.group} TO {shop.owner}" in roles
    restored = snapshot.restore(target, role, roles)
    if target.database.server.major >= 16:
        assert restored.errors == ['ERROR:  permission denied to grant privileges as role "postgres"']
        assert restored.fatal == []
    else:
        assert restored.fatal == ["ERROR:  must be superuser to set grantor"]
    assert not target.value("SELECT pg_has_role(%s, %s, 'member')", shop.owner, shop.group)


@claim(source=DOCS, certainty="derived", basis="emulated")
def test_managed_roles_unfiltered(source: Any, target: Any, snapshot: Any) -> None:
    """Without pgstream's filter a dump of roles asks for rdsadmin and its rights, and is refused."""
    role = target.role("pgstreamtarget", "CREATEROLE")
    roles = snapshot.roles(source, None, "--no-role-passwords").output
    managed = [line for line in roles.splitlines() if line.startswith(("CREATE ROLE rds", "ALTER ROLE rds"))]
    restored = snapshot.restore(target, role, "\n".join(managed))
    assert 'ERROR:  role "rdsadmin" already exists' in restored.errors
    assert len(restored.fatal) >= 8


@claim(source=ALTER_TABLE, certainty="documented")
def test_owner_that_is_missing(source: Any, shop: Any, target: Any, snapshot: Any) -> None:
    """With roles disabled and owners kept every ALTER … OWNER TO fails: the roles are not at the target."""
    role = target.role("pgstreamtarget")
    owned_by(target, role)
    restored = snapshot.restore(target, role, snapshot.schema(source, shop.grant(), "--no-privileges").output)
    assert f'ERROR:  role "{shop.owner}" does not exist' in restored.errors
    assert target.value("SELECT tableowner FROM pg_tables WHERE tablename = 'orders'") == role


@claim(source=ALTER_TABLE, certainty="documented")
def test_owner_of_others(target: Any) -> None:
    """A table is given only to roles that pgstreamtarget is a member of: pgstream grants them to it first."""
    role = target.role("pgstreamtarget", "CREATEROLE")
    owner = target.role("app_owner", login=False)
    owned_by(target, role)
    session = target.connect(role)
    session.execute("CREATE TABLE orders (id integer)")
    target.sql("GRANT ALL ON SCHEMA public TO {}", owner, by=session)
    with refused("42501", not_a_member(target)):
        target.sql("ALTER TABLE orders OWNER TO {}", owner, by=session)
    target.sql("GRANT {} TO {}", owner, role)
    target.sql("ALTER TABLE orders OWNER TO {}", owner, by=session)


# Rows


@claim(source=DOCS, certainty="documented", basis="stand-in")
def test_everything_arrives(source: Any, shop: Any, target: Any, snapshot: Any, step: Step) -> None:
    """Schema, rows, values of sequences and indexes are the same at source and target, with no_owner."""
    role = target.role("pgstreamtarget")
    owned_by(target, role)
    with step("1. Schema, without owners and privileges"):
        dump = snapshot.schema(source, shop.grant(), "--no-owner", "--no-privileges").output
        assert "OWNER TO" not in dump
        assert snapshot.restore(target, role, dump).fatal == []
    with step("2. Rows and values of sequences"):
        reader, writer = source.connect(shop.reader), target.connect(role)
        assert snapshot.copy("public.orders", reader, writer) == 500
        snapshot.restore(target, role, snapshot.values(source, shop.reader, "public.orders_id_seq").output)
    with step("3. The same on both sides"):
        indexes = "SELECT array_agg(indexdef ORDER BY indexname) FROM pg_indexes WHERE tablename = 'orders'"
        for query in (CONTENT, indexes, "SELECT last_value, is_called FROM orders_id_seq"):
            assert reader.execute(query).fetchone() == writer.execute(query).fetchone()
        assert target.value("SELECT tableowner FROM pg_tables WHERE tablename = 'orders'") == role


def with_trigger(session: Any) -> None:
    """Make tables whose rows are noted by a trigger, and refer to rows that are not there yet."""
    session.execute("CREATE TABLE customers (id integer PRIMARY KEY)")
    session.execute("CREATE TABLE orders (id integer, customer integer REFERENCES customers)")
    session.execute("CREATE TABLE noted (id integer)")
    session.execute(
        "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN INSERT INTO noted VALUES (NEW.id); RETURN NEW; END'"
    )
    session.execute("CREATE TRIGGER noting AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION note()")


@claim(source=DOCS, certainty="documented", basis=by_rdsutils_before_15)
def test_disable_triggers(target: Any) -> None:
    """With disable_triggers a member of rds_superuser loads rows in any order, and no trigger fires."""
    role = target.role("pgstreamtarget", "IN ROLE rds_superuser")
    owned_by(target, role)
    session = target.connect(role)
    with_trigger(session)
    with session.transaction():
        session.execute(REPLICA)
        session.execute("INSERT INTO orders VALUES (1, 7)")
        session.execute("INSERT INTO customers VALUES (7)")
        session.execute("SET session_replication_role = DEFAULT")
    assert session.execute("SELECT count(*) FROM noted").fetchone() == (0,)
    session.execute("INSERT INTO orders VALUES (2, 7)")
    assert session.execute("SELECT id FROM noted").fetchall() == [(2,)]


@claim(source=DOCS, certainty="documented")
def test_disable_triggers_refused(target: Any) -> None:
    """With disable_triggers a role outside rds_superuser loads nothing, whatever it owns."""
    role = target.role("pgstreamtarget", "CREATEDB CREATEROLE")
    owned_by(target, role)
    session = target.connect(role)
    with_trigger(session)
    with (
        refused("42501", 'permission denied to set parameter "session_replication_role"'),
        session.transaction(),
    ):
        session.execute(REPLICA)
        session.execute("INSERT INTO customers VALUES (7)")
    assert session.execute("SELECT count(*) FROM customers").fetchone() == (0,)


@claim(source=DOCS, certainty="documented")
def test_triggers_left_on(target: Any) -> None:
    """With disable_triggers false any owner loads rows; triggers fire, and foreign keys are checked."""
    role = target.role("pgstreamtarget")
    owned_by(target, role)
    session = target.connect(role)
    with_trigger(session)
    with refused("23503", "violates foreign key constraint"):
        session.execute("INSERT INTO orders VALUES (1, 7)")
    session.execute("INSERT INTO customers VALUES (7)")
    session.execute("INSERT INTO orders VALUES (1, 7)")
    assert session.execute("SELECT id FROM noted").fetchall() == [(1,)]
