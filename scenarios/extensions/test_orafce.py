"""orafce as the guide sets it up: create, give the schema oracle to rds_superuser, in every database."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest

from rdscheck import Basis, claim, documentation_finding, refused, rests_on, scenario

DOCS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.orafce.html"
LISTS = "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html"
UPSTREAM = "https://github.com/orafce/orafce"
PRIVILEGES = "https://www.postgresql.org/docs/current/ddl-priv.html"

pytestmark = scenario(
    "extensions/orafce",
    title="Set up orafce",
    docs=DOCS,
    since=13,
    needs=("rdsutils", "orafce"),
    basis=Basis.EMULATED,  # a superuser's extension, created by somebody who is none
)
documented = claim(source=DOCS, certainty="documented")
derived = claim(source=PRIVILEGES, certainty="derived")

OWNER = "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'oracle'"
SCHEMAS = (
    "SELECT n.nspname::text FROM pg_namespace n JOIN pg_depend d ON d.objid = n.oid"
    " AND d.classid = 'pg_namespace'::regclass AND d.deptype = 'e'"
    " JOIN pg_extension e ON e.oid = d.refobjid WHERE e.extname = 'orafce' ORDER BY 1"
)

#: Of every version this guide knows; 4.0 added dbms_sql, something after 4.15 added utl_raw.
ALWAYS = {
    "dbms_alert", "dbms_assert", "dbms_output", "dbms_pipe", "dbms_random", "dbms_utility", "oracle",
    "plunit", "plvchr", "plvdate", "plvlex", "plvstr", "plvsubst", "utl_file",
}  # fmt: skip


@pytest.fixture
def orafce(rds: Any) -> Any:
    """Connect as the master user to a database that has orafce."""
    rds.execute("CREATE EXTENSION orafce")
    return rds


def column(connection: Any, query: str) -> list[Any]:
    """Return the first column of a query's rows."""
    return [row[0] for row in connection.execute(query).fetchall()]


def version(connection: Any) -> tuple[int, int]:
    """Return the version of the installed extension, for example (4, 15)."""
    (text,) = column(connection, "SELECT extversion FROM pg_extension WHERE extname = 'orafce'")
    major, minor, *_ = (int(part) for part in text.split("."))
    return major, minor


Step = Callable[[str], AbstractContextManager[None]]


@documented
def test_procedure(rds: Any, step: Step) -> None:
    """The master user creates orafce and gives the schema oracle to rds_superuser."""
    with step("1. Connect as the master user"):
        assert column(rds, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == [False]
        assert column(rds, "SELECT pg_has_role('rds_superuser', 'member')") == [True]
    with step("2. Turn on the extension"):
        rds.execute("CREATE EXTENSION orafce")
        assert column(rds, OWNER) == ["rdsadmin"]
    with step("3. Transfer the schema oracle"):
        rds.execute("ALTER SCHEMA oracle OWNER TO rds_superuser")
    with step(r"The owner, as \dn shows it"):
        assert column(rds, OWNER) == ["rds_superuser"]


@claim(source=LISTS, certainty="documented")
def test_on_the_list(rds: Any) -> None:
    """The list of supported extensions names orafce, and not what RDS does not have."""
    supported = column(rds, "SHOW rds.extensions")[0].split(",")
    assert "orafce" in supported
    assert "plpython3u" not in supported


@claim(source=UPSTREAM, certainty="documented")
def test_ordinary_role_cannot_create(rds: Any, rds_db: Any, login: Any) -> None:
    """The extension is not trusted: a role with CREATE on the database cannot create it."""
    app = rds_db.create_role("app")
    rds.execute(f"GRANT CREATE ON DATABASE {rds_db.name} TO {app}")
    with refused("42501", 'permission denied to create extension "orafce"'):
        login(app).execute("CREATE EXTENSION orafce")
    assert column(rds, "SELECT extname FROM pg_extension WHERE extname = 'orafce'") == []


@claim(source=UPSTREAM, certainty="derived", basis="real")
def test_schemas(orafce: Any) -> None:
    """Which schemas orafce brings depends on its version: dbms_sql from 4.0 on, utl_raw in the newest."""
    found = set(column(orafce, SCHEMAS))
    assert found >= ALWAYS
    assert ("dbms_sql" in found) == (version(orafce) >= (4, 0))
    # Where between 4.15 and 4.17 it came is not known.
    assert "utl_raw" not in found or version(orafce) > (4, 15)
    assert "utl_raw" in found or version(orafce) < (4, 17)
    assert found <= ALWAYS | {"dbms_sql", "utl_raw"}


@claim(source=UPSTREAM, certainty="derived", basis="real")
def test_schemas_are_open(orafce: Any, rds_db: Any, login: Any) -> None:
    """Every role may use the schemas of orafce and create nothing in them."""
    app = rds_db.create_role("app")
    rights = orafce.execute(
        f"SELECT n, has_schema_privilege('{app}', n, 'USAGE'), has_schema_privilege('{app}', n, 'CREATE')"
        f" FROM ({SCHEMAS}) AS s (n)"
    ).fetchall()
    assert len(rights) >= len(ALWAYS)
    assert {(usage, create) for _, usage, create in rights} == {(True, False)}
    with refused("42501", "permission denied for schema oracle"):
        login(app).execute("CREATE TABLE oracle.mine (i integer)")


@derived
def test_transfer_needs_ownership(orafce: Any, rds_db: Any, login: Any) -> None:
    """Members of rds_superuser act as owners of the schema once it is transferred, ordinary roles do not."""
    orafce.execute("ALTER SCHEMA oracle OWNER TO rds_superuser")
    app, second = rds_db.create_role("app"), rds_db.create_role("second", options="IN ROLE rds_superuser")
    with refused("42501", "must be owner of schema oracle"):
        login(app).execute("COMMENT ON SCHEMA oracle IS 'mine'")
    login(second).execute("COMMENT ON SCHEMA oracle IS 'ours'")
    assert column(orafce, "SELECT obj_description('oracle'::regnamespace)") == ["ours"]


@derived
@rests_on("extension-objects")
def test_transfer_to_another_role(orafce: Any, rds_db: Any) -> None:
    """The master user gives the schema to no role that he cannot act as: neither another one nor rdsadmin."""
    app = rds_db.create_role("app")
    with refused("42501", "must be owner of schema oracle"):
        orafce.execute(f"ALTER SCHEMA oracle OWNER TO {app}")
    assert column(orafce, OWNER) == ["rdsadmin"]
    orafce.execute("ALTER SCHEMA oracle OWNER TO rds_superuser")
    with pytest.raises(psycopg.Error) as caught:
        orafce.execute("ALTER SCHEMA oracle OWNER TO rdsadmin")
    assert caught.value.sqlstate == "42501"
    assert column(orafce, OWNER) == ["rds_superuser"]


@claim(source="https://www.postgresql.org/docs/current/sql-revoke.html", certainty="derived")
@rests_on("extension-objects")
def test_transfer_gives_control(orafce: Any, rds_db: Any, login: Any, step: Step) -> None:
    """Only as its owner rds_superuser can close the schema oracle to everybody and open it to some."""
    app, other = rds_db.create_role("app"), rds_db.create_role("other")
    session = login(app)
    with step("1. Before the transfer REVOKE takes nothing away"):
        orafce.execute("REVOKE USAGE ON SCHEMA oracle FROM PUBLIC")
        assert session.execute("SELECT oracle.substr('abc', 2)").fetchone() == ("bc",)
    with step("2. After it, it does"):
        orafce.execute("ALTER SCHEMA oracle OWNER TO rds_superuser")
        orafce.execute("REVOKE USAGE ON SCHEMA oracle FROM PUBLIC")
        with refused("42501", "permission denied for schema oracle"):
            session.execute("SELECT oracle.substr('abc', 2)")
    with step("3. The role that is granted USAGE has it again, another has not"):
        orafce.execute(f"GRANT USAGE ON SCHEMA oracle TO {app}")
        assert session.execute("SELECT oracle.substr('abc', 2)").fetchone() == ("bc",)
        with refused("42501", "permission denied for schema oracle"):
            login(other).execute("SELECT oracle.substr('abc', 2)")


@documented
def test_another_database(orafce: Any, rds_server: Any, rds_connect: Any, step: Step) -> None:
    """In another database of the instance orafce is not there until the same is done there."""
    name = rds_server.create_database("second")
    try:
        with rds_connect(name) as second:
            with step("1. In the second database it is not there"):
                assert column(second, "SELECT extname FROM pg_extension WHERE extname = 'orafce'") == []
                with refused("3F000", 'schema "oracle" does not exist'):
                    second.execute("ALTER SCHEMA oracle OWNER TO rds_superuser")
            with step("2. The same procedure there"):
                second.execute("CREATE EXTENSION orafce")
                second.execute("ALTER SCHEMA oracle OWNER TO rds_superuser")
                assert column(second, OWNER) == ["rds_superuser"]
            with step("3. The first database is as it was"):
                assert column(orafce, OWNER) == ["rdsadmin"]
    finally:
        rds_server.drop_database(name)


@claim(source=DOCS, certainty="derived", basis="real")
@documentation_finding("extensions-guide-slash-c")
def test_slash_c(rds: Any, rds_db: Any) -> None:
    """The guide's /c dbname is no command of psql: the server gets it and finds a syntax error."""
    with refused("42601", 'syntax error at or near "/"'):
        rds.execute(f"/c {rds_db.name}")


@derived
@rests_on("extension-objects")
def test_drop(orafce: Any, rds_db: Any, login: Any) -> None:
    """The master user drops orafce with all its schemas, transferred or not; an ordinary role does not."""
    orafce.execute("ALTER SCHEMA oracle OWNER TO rds_superuser")
    with refused("42501", "must be owner of extension orafce"):
        login(rds_db.create_role("app")).execute("DROP EXTENSION orafce")
    schemas = set(column(orafce, SCHEMAS))
    orafce.execute("DROP EXTENSION orafce")
    left = set(column(orafce, "SELECT nspname::text FROM pg_namespace"))
    assert schemas >= ALWAYS
    assert schemas & left == set()
