"""Snapshots from RDS: what pgstream's role needs there, and how roles come along."""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import Any

import psycopg

from rdscheck import claim, documentation_finding, refused, rests_on, scenario

DOCS = "https://xata.io/documentation/opensource/pgstream/docs/aws"
PG_DUMP = "https://www.postgresql.org/docs/current/app-pgdump.html"
SNAPSHOTS = "https://www.postgresql.org/docs/current/functions-admin.html"
PREDEFINED = "https://www.postgresql.org/docs/current/predefined-roles.html"
PGAUDIT = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "Appendix.PostgreSQL.CommonDBATasks.pgaudit.auditing.html"
)
SOURCES = "https://github.com/xataio/pgstream"
ISSUE_479 = "https://github.com/xataio/pgstream/issues/479"

pytestmark = scenario(
    "pgstream/snapshot-from",
    title="Snapshot a database of RDS with pgstream",
    docs=DOCS,
    document="pgstream: AWS Database Onboarding Guide",
    since=13,
    needs=("rdsutils",),
)
documented = claim(source=DOCS, certainty="documented")
derived = claim(source=PG_DUMP, certainty="derived")

Step = Callable[[str], AbstractContextManager[None]]

#: What the guide prints for roles with passwords.
NO_AUTHID = "pg_dumpall: error: query failed: ERROR:  permission denied for table pg_authid"


@documented
def test_procedure(source: Any, shop: Any, snapshot: Any, step: Step) -> None:
    """With USAGE on the schema and SELECT on tables and sequences a role gets schema, values and rows."""
    with step("1. User privileges"):
        role = shop.grant()
    with step("2. Roles disabled: schema and values of sequences"):
        schema = snapshot.schema(source, role)
        assert "CREATE TABLE public.orders" in schema.output
        values = snapshot.values(source, role, "public.orders_id_seq")
        assert "setval('public.orders_id_seq', 500, true)" in values.output
    with step("3. Rows"):
        rows = source.connect(role).execute(
            "SELECT count(*) FROM ONLY orders WHERE ctid BETWEEN '(0,0)' AND '(9,0)'"
        )
        assert rows.fetchone() == (500,)


@derived
def test_without_usage(source: Any, shop: Any, snapshot: Any) -> None:
    """Without USAGE on a schema its dump is refused, though every table may be read."""
    role = shop.reader
    source.sql("GRANT CREATE ON DATABASE {} TO {}", source.name, shop.owner)
    shop.session.execute("CREATE SCHEMA sales")
    shop.session.execute("CREATE TABLE sales.visits (id integer)")
    source.sql("GRANT SELECT ON sales.visits TO {}", role, by=shop.session)
    done = snapshot.schema(source, role, schema="sales")
    assert done.status != 0
    assert "permission denied for schema sales" in done.errors


@derived
def test_without_select(source: Any, shop: Any, snapshot: Any) -> None:
    """Without SELECT on a table even a dump of the schema alone is refused: pg_dump locks the table first."""
    role = shop.reader
    done = snapshot.schema(source, role)
    assert done.status != 0
    assert "permission denied for table orders" in done.errors
    source.sql("GRANT SELECT ON orders TO {}", role, by=shop.session)
    assert snapshot.schema(source, role).status == 0


@derived
@documentation_finding("pgstream-sequences")
def test_sequences(source: Any, shop: Any, snapshot: Any) -> None:
    """Access to schema and tables, as the guide has it, is not enough for the values of sequences."""
    role = shop.reader
    source.sql("GRANT USAGE ON SCHEMA public TO {}", role)
    source.sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO {}", role, by=shop.session)
    assert snapshot.schema(source, role).status == 0
    done = snapshot.values(source, role, "public.orders_id_seq")
    assert done.status != 0
    # From 18 on pg_dump asks by a function, which gives it nothing, and says so itself.
    old = source.database.server.major < 18
    said = (
        "permission denied for sequence orders_id_seq"
        if old
        else "user may lack SELECT privilege on the sequence"
    )
    assert said in done.errors
    source.sql("GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {}", role, by=shop.session)
    assert "setval" in snapshot.values(source, role, "public.orders_id_seq").output


@claim(source=PREDEFINED, certainty="documented", since=14, until=15)
def test_read_all_data(source: Any, shop: Any, snapshot: Any) -> None:
    """On 14 and 15 the master user gives pg_read_all_data, which is all that a snapshot takes."""
    role = shop.reader
    source.sql("GRANT pg_read_all_data TO {}", role)
    assert "CREATE TABLE public.orders" in snapshot.schema(source, role).output
    assert "setval" in snapshot.values(source, role, "public.orders_id_seq").output
    assert source.connect(role).execute("SELECT count(*) FROM ONLY orders").fetchone() == (500,)


@claim(source=PREDEFINED, certainty="guessed", basis="emulated", since=16)
@rests_on("rds-superuser-memberships")
def test_read_all_data_refused(source: Any) -> None:
    """From 16 on pg_read_all_data is not the master user's to give, unless RDS lets him administer it."""
    with refused("42501", "pg_read_all_data"):
        source.sql("GRANT pg_read_all_data TO {}", source.role("pgstreamsource"))


@claim(source=SNAPSHOTS, certainty="documented")
def test_exported_snapshot(source: Any, shop: Any) -> None:
    """Every role may export a snapshot, and its workers see the rows of that moment, however late."""
    role = shop.grant()
    exporter, worker = source.connect(role), source.connect(role)
    exporter.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    (snapshot,) = exporter.execute("SELECT pg_export_snapshot()").fetchone()
    source.master.recorder.mask(snapshot, "00000003-00000002-1")
    shop.session.execute("INSERT INTO orders (item) VALUES ('late')")
    worker.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    worker.execute("SET TRANSACTION SNAPSHOT %s", (snapshot,))
    assert worker.execute("SELECT count(*) FROM ONLY orders").fetchone() == (500,)
    worker.execute("COMMIT")
    exporter.execute("COMMIT")
    assert worker.execute("SELECT count(*) FROM ONLY orders").fetchone() == (501,)


@claim(source=SNAPSHOTS, certainty="derived")
def test_exported_snapshot_elsewhere(source: Any, target: Any) -> None:
    """An exported snapshot does not exist on another instance, such as another reader behind one endpoint."""
    source.master.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    (snapshot,) = source.master.execute("SELECT pg_export_snapshot()").fetchone()
    source.master.recorder.mask(snapshot, "00000003-00000002-1")
    target.master.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    # 42704 from 17 on; before, the file that is not there is told as an invalid value.
    with refused("42704" if target.database.server.major >= 17 else "22023", "snapshot"):
        target.master.execute("SET TRANSACTION SNAPSHOT %s", (snapshot,))


# Roles


@claim(source=DOCS, certainty="documented")
def test_roles_with_passwords(source: Any, snapshot: Any) -> None:
    """roles_snapshot_mode enabled fails with the guide's very text, as the master user too."""
    for user in (None, source.role("pgstreamsource")):
        done = snapshot.roles(source, user)
        assert done.status != 0
        assert done.errors.splitlines()[0] == NO_AUTHID


@claim(source=ISSUE_479, certainty="observed")
def test_roles_without_passwords(source: Any, shop: Any, snapshot: Any) -> None:
    """roles_snapshot_mode no_passwords works for a role without any privileges, and has no passwords."""
    done = snapshot.roles(source, shop.reader, "--no-role-passwords")
    assert done.status == 0, done.errors
    assert f"CREATE ROLE {shop.owner};" in done.output
    assert " PASSWORD " not in done.output


@claim(source=DOCS, certainty="documented", basis="stand-in")
def test_managed_roles(source: Any, shop: Any, snapshot: Any) -> None:
    """The roles that RDS manages are in the dump, and none of them in what pgstream keeps of it."""
    managed = {"rdsadmin", "rds_superuser", "rds_replication", "rds_iam", "rds_password", "postgres"}
    source.sql("GRANT SELECT ON orders TO rds_superuser", by=shop.session)
    roles = snapshot.roles(source, shop.grant(), "--no-role-passwords").output
    kept = snapshot.kept(roles, snapshot.schema(source, shop.reader).output)
    told = {line.split()[2].strip(";") for line in roles.splitlines() if line.startswith("CREATE ROLE")}
    left = {line.split()[2].strip(";") for line in kept.splitlines() if line.startswith("CREATE ROLE")}
    assert managed <= told
    assert left == {shop.owner, shop.group, shop.reader}
    source.master.recorder.act(
        f"-- kept: {', '.join(sorted(source.master.recorder.clean(one) for one in left))}"
    )


@claim(source=SOURCES, certainty="derived", basis="stand-in")
def test_managed_memberships(source: Any, shop: Any, snapshot: Any) -> None:
    """Memberships of managed roles do not come along: who streams or logs in by IAM gets them anew."""
    for managed in ("rds_replication", "rds_iam"):
        source.sql("GRANT {} TO {}", managed, shop.group)
    roles = snapshot.roles(source, shop.grant(), "--no-role-passwords").output
    assert f"GRANT rds_replication TO {shop.group}" in roles
    assert f"GRANT rds_iam TO {shop.group}" in roles
    kept = snapshot.kept(roles, snapshot.schema(source, shop.reader).output)
    assert f"CREATE ROLE {shop.group};" in kept
    assert "rds_" not in kept


@claim(source=PGAUDIT, certainty="derived", basis="stand-in")
@documentation_finding("pgstream-managed-roles")
def test_role_of_pgaudit(source: Any, shop: Any, snapshot: Any) -> None:
    """rds_pgaudit, the role that audits objects on RDS, is not among the managed roles and comes along."""
    with source.database.server.maintenance() as admin, suppress(psycopg.errors.DuplicateObject):
        admin.execute("CREATE ROLE rds_pgaudit")  # it belongs to the whole server and stays
    source.sql("GRANT SELECT ON orders TO rds_pgaudit", by=shop.session)
    roles = snapshot.roles(source, shop.grant(), "--no-role-passwords").output
    schema = snapshot.schema(source, shop.reader).output
    assert "CREATE ROLE rds_pgaudit;" in snapshot.kept(roles, schema)
    assert "GRANT SELECT ON TABLE public.orders TO rds_pgaudit;" in snapshot.owned(schema)
