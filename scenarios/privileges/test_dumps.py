"""pg_dumpall and pg_dump as the master user: what they may read, and with which options."""

from typing import Any

import pytest

from rdscheck import claim, refused, scenario

DOCS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Procedural.Importing.html"
PG_DUMPALL = "https://www.postgresql.org/docs/current/app-pg-dumpall.html"
PG_DUMP = "https://www.postgresql.org/docs/current/app-pgdump.html"

pytestmark = scenario(
    "privileges/dumps",
    title="Dump roles and databases as the master user",
    docs=DOCS,
    since=13,
)


@pytest.fixture
def dump(rds_client: Any, rds_db: Any) -> Any:
    """Run a client program as the master user, and return its exit status, output and errors."""
    client = rds_client(rds_db)

    def run(name: str, *arguments: str) -> tuple[int, str, str]:
        client.require(name)
        done = client.run(name, *arguments)
        return done.status, done.output, done.errors

    return run


@claim(source=DOCS, certainty="documented")
def test_roles_with_passwords(dump: Any) -> None:
    """pg_dumpall --roles-only fails: it reads the passwords in pg_authid."""
    status, _, said = dump("pg_dumpall", "--roles-only", "--database=postgres")
    assert status != 0
    assert "permission denied for table pg_authid" in said


@claim(source=DOCS, certainty="documented")
def test_roles_without_passwords(dump: Any, rds_db: Any) -> None:
    """pg_dumpall --roles-only --no-role-passwords works, and prints roles without passwords."""
    role = rds_db.create_role("app")
    status, printed, said = dump("pg_dumpall", "--roles-only", "--no-role-passwords", "--database=postgres")
    assert status == 0, said
    assert f"CREATE ROLE {role};" in printed
    assert "CREATE ROLE rds_superuser;" in printed
    assert "PASSWORD" not in printed.replace("--no-role-passwords", "")


@claim(source=PG_DUMPALL, certainty="documented")
def test_globals_with_passwords(dump: Any) -> None:
    """pg_dumpall --globals-only fails without --no-role-passwords."""
    status, _, said = dump("pg_dumpall", "--globals-only", "--database=postgres")
    assert status != 0
    assert "permission denied for table pg_authid" in said


@claim(source=PG_DUMPALL, certainty="documented")
def test_statement_with_passwords(rds: Any, rds_db: Any) -> None:
    """The query pg_dumpall sends for roles is refused on pg_authid and works on pg_roles."""
    query = "SELECT oid, rolname, rolsuper, rolpassword FROM {} WHERE rolname !~ '^pg_' ORDER BY 2"
    with refused("42501", "permission denied for table pg_authid"):
        rds.execute(query.format("pg_authid"))
    passwords = {row[3] for row in rds.execute(query.format("pg_roles")).fetchall()}
    assert passwords == {"********"}


@claim(source=PG_DUMP, certainty="documented")
def test_database(dump: Any, rds: Any) -> None:
    """pg_dump of a database works for its owner."""
    rds.execute("CREATE TABLE orders AS SELECT 7 AS id")
    status, printed, said = dump("pg_dump")
    assert status == 0, said
    assert "CREATE TABLE public.orders" in printed
    assert "\n7\n" in printed


@claim(source=PG_DUMP, certainty="documented")
def test_database_with_foreign_table(dump: Any, rds: Any, rds_db: Any) -> None:
    """pg_dump fails on a table the master user may not read, and names it."""
    rds.execute("GRANT ALL ON SCHEMA public TO PUBLIC")
    with rds_db.connect(rds_db.create_role("app")) as app:
        app.execute("CREATE TABLE secret AS SELECT 7 AS id")
    status, _, said = dump("pg_dump")
    assert status != 0
    assert "permission denied for table secret" in said


@claim(source=DOCS, certainty="derived", needs=("rdsutils", "dblink"), basis="emulated")
def test_extension_is_one_line(dump: Any, rds: Any) -> None:
    """A dump has CREATE EXTENSION and no grants on its objects, so that it can be restored anywhere."""
    rds.execute("CREATE EXTENSION dblink")
    status, printed, said = dump("pg_dump", "--schema-only")
    assert status == 0, said
    assert "CREATE EXTENSION IF NOT EXISTS dblink" in printed
    assert [line for line in printed.splitlines() if "dblink" in line and line.startswith("GRANT")] == []
