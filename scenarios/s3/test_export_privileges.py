"""Exports by others than the master user: what must be granted, and whose rights the query has."""

from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import Basis, refused, rests_on, scenario

pytestmark = scenario(
    "s3/export-privileges",
    title="Let other roles export, each with its own rights",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/postgresql-s3-export.html",
    document="RDS for PostgreSQL: export to S3 with a stored procedure",
    since=13,
    needs=("aws_s3",),
    basis=Basis.STAND_IN,
)

KEY = "out.csv"
FLAT = "SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', %s, 'out.csv')"


@pytest.fixture
def reporter(reporting_role: str, login: Any) -> Any:
    """Log in as a role that may call the functions of aws_s3 and nothing else."""
    return login(reporting_role)


@rests_on("aws-s3-grants")
def test_both_grants_are_needed(aws_s3: Any, rds_db: Any, rds_s3: Any, login: Any, step: Any) -> None:
    """A role needs USAGE on schema aws_s3 and EXECUTE on its functions; the master user may grant both."""
    role = rds_db.create_role("app")
    app = login(role)
    with (
        step("1. Without any grant"),
        refused(pg.InsufficientPrivilege, "permission denied for schema aws_s3"),
    ):
        app.execute(FLAT, [rds_s3.bucket])
    with step("2. With USAGE on the schema only"):
        aws_s3.execute(f"GRANT USAGE ON SCHEMA aws_s3 TO {role}")
        with refused(pg.InsufficientPrivilege, "permission denied for function query_export_to_s3"):
            app.execute(FLAT, [rds_s3.bucket])
    assert rds_s3.keys() == []
    with step("3. With EXECUTE on all functions of the schema too"):
        aws_s3.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_s3 TO {role}")
        assert app.execute(FLAT, [rds_s3.bucket]).fetchone() == (1, 1, 2)
    with step("4. Taken back: refused again"):
        aws_s3.execute(f"REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_s3 FROM {role}")
        with refused(pg.InsufficientPrivilege, "permission denied for function query_export_to_s3"):
            app.execute(FLAT, [rds_s3.bucket])


@rests_on("aws-s3-grants")
def test_one_form_can_be_granted(
    aws_s3: Any, rds_db: Any, rds_s3: Any, login: Any, export: Any, step: Any
) -> None:
    """EXECUTE on one form of the function by its arguments lets a role call that form and not the other."""
    role = rds_db.create_role("app")
    app = login(role)
    with step("1. Grant the form with a location"):
        aws_s3.execute(f"GRANT USAGE ON SCHEMA aws_s3 TO {role}")
        aws_s3.execute(
            "GRANT EXECUTE ON FUNCTION"
            f" aws_s3.query_export_to_s3(text, aws_commons._s3_uri_1, text, text) TO {role}"
        )
    with step("2. Call both"):
        assert export("SELECT 1", KEY, conn=app) == (1, 1, 2)
        with refused(pg.InsufficientPrivilege, "permission denied for function query_export_to_s3"):
            app.execute(FLAT, [rds_s3.bucket])


def test_aws_commons_is_open(aws_s3: Any, rds_db: Any, login: Any) -> None:
    """Every role may build a location with aws_commons, without any grant."""
    app = login(rds_db.create_role("app"))
    assert app.execute("SELECT aws_commons.create_s3_uri('b', 'k', 'us-east-1')::text").fetchone() == (
        "(b,k,us-east-1)",
    )


def test_select_is_needed(
    aws_s3: Any, rds_s3: Any, reporting_role: str, reporter: Any, export: Any, step: Any
) -> None:
    """A role exports only tables it may SELECT from."""
    aws_s3.execute("CREATE TABLE secret AS SELECT 42 AS answer")
    with (
        step("1. Without SELECT on the table"),
        refused(pg.InsufficientPrivilege, "permission denied for table secret"),
    ):
        export("SELECT * FROM secret", KEY, conn=reporter)
    assert rds_s3.keys() == []
    with step("2. With SELECT"):
        aws_s3.execute(f"GRANT SELECT ON secret TO {reporting_role}")
        assert export("SELECT * FROM secret", KEY, conn=reporter) == (1, 1, 3)
        assert rds_s3.get(KEY) == b"42\n"


def test_column_privileges_hold(
    aws_s3: Any, rds_s3: Any, reporting_role: str, reporter: Any, export: Any, step: Any
) -> None:
    """A role that may SELECT one column exports that column and no other."""
    aws_s3.execute("CREATE TABLE staff AS SELECT 'ann' AS name, 5000 AS pay")
    aws_s3.execute(f"GRANT SELECT (name) ON staff TO {reporting_role}")
    for query in (
        "SELECT * FROM staff",
        "SELECT name FROM staff WHERE pay > 1",
        "SELECT count(s) FROM staff s",
    ):
        with step(query), refused(pg.InsufficientPrivilege, "permission denied for table staff"):
            export(query, KEY, conn=reporter)
    assert rds_s3.keys() == []
    with step("The granted column"):
        export("SELECT name FROM staff", KEY, conn=reporter)
        assert rds_s3.get(KEY) == b"ann\n"


def test_row_security_holds(
    aws_s3: Any, rds_s3: Any, reporting_role: str, reporter: Any, export: Any, step: Any
) -> None:
    """A table with row-level security is exported as the caller sees it; its owner exports all of it."""
    aws_s3.execute("CREATE TABLE notes (owner name, note text)")
    aws_s3.execute("INSERT INTO notes VALUES (%s, 'mine'), ('somebody', 'theirs')", [reporting_role])
    aws_s3.execute("ALTER TABLE notes ENABLE ROW LEVEL SECURITY")
    aws_s3.execute("CREATE POLICY own ON notes USING (owner = current_user)")
    aws_s3.execute(f"GRANT SELECT ON notes TO {reporting_role}")
    with step("1. The role exports its own row"):
        export("SELECT note FROM notes", "role.txt", conn=reporter)
        assert rds_s3.get("role.txt") == b"mine\n"
    with step("2. The owner exports both"):
        export("SELECT note FROM notes ORDER BY note", "owner.txt")
        assert rds_s3.get("owner.txt") == b"mine\ntheirs\n"


def test_query_runs_as_the_caller(
    aws_s3: Any, rds_s3: Any, reporting_role: str, reporter: Any, export: Any, step: Any
) -> None:
    """Inside the query current_user and session_user are the caller, for functions it calls as well."""
    aws_s3.execute(
        "CREATE FUNCTION whoami() RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN current_user; END'"
    )
    with step("1. Export who runs"):
        export("SELECT current_user, session_user, whoami()", KEY, "format csv", conn=reporter)
        assert rds_s3.get(KEY).decode() == f"{reporting_role},{reporting_role},{reporting_role}\n"
    with step("2. A function in the query has no more rights than the caller"):
        aws_s3.execute("CREATE TABLE secret AS SELECT 42 AS answer")
        aws_s3.execute(
            "CREATE FUNCTION peek() RETURNS int LANGUAGE plpgsql"
            " AS 'BEGIN RETURN (SELECT answer FROM secret); END'"
        )
        with refused(pg.InsufficientPrivilege, "permission denied for table secret"):
            export("SELECT peek()", "peek.csv", conn=reporter)


def test_set_role_counts(
    aws_s3: Any, rds_db: Any, rds_s3: Any, reporting_role: str, export: Any, step: Any
) -> None:
    """After SET ROLE the query has the rights of that role, while session_user stays who logged in."""
    with step("1. The master user becomes the role and exports"):
        aws_s3.execute(f"GRANT {reporting_role} TO CURRENT_USER")
        aws_s3.execute(f"SET ROLE {reporting_role}")
        export("SELECT current_user, session_user", KEY, "format csv")
        aws_s3.execute("RESET ROLE")
    assert rds_s3.get(KEY).decode() == f"{reporting_role},{rds_db.server.master_user}\n"


def test_security_definer_runs_as_its_owner(
    aws_s3: Any, rds_db: Any, rds_s3: Any, login: Any, step: Any
) -> None:
    """Inside a SECURITY DEFINER function an export has the owner's rights; the caller needs none."""
    master = rds_db.server.master_user
    role = rds_db.create_role("app")
    with step("1. The master user makes such a function"):
        aws_s3.execute(
            "CREATE FUNCTION export_report() RETURNS bigint LANGUAGE sql SECURITY DEFINER"
            " SET search_path = pg_catalog, pg_temp AS $$"
            " SELECT rows_uploaded FROM aws_s3.query_export_to_s3("
            f"'SELECT current_user, session_user', '{rds_s3.bucket}', '{KEY}', options := 'format csv') $$"
        )
    with step("2. A role without any right on aws_s3 calls it"):
        assert login(role).execute("SELECT export_report()").fetchone() == (1,)
        assert rds_s3.get(KEY).decode() == f"{master},{role}\n"


def test_grants_cannot_be_passed_on(
    aws_s3: Any, rds_db: Any, reporting_role: str, reporter: Any, login: Any, step: Any
) -> None:
    """A role that was granted aws_s3 without grant option cannot pass it on."""
    other = rds_db.create_role("other")
    with step("1. The role grants what it has: PostgreSQL warns and grants nothing"):
        reporter.execute(f"GRANT USAGE ON SCHEMA aws_s3 TO {other}")
        assert reporter.notices == ['no privileges were granted for "aws_s3"']
    with (
        step("2. The other role is refused"),
        refused(pg.InsufficientPrivilege, "permission denied for schema aws_s3"),
    ):
        login(other).execute(FLAT, ["my-bucket"])


def test_files_of_the_server_stay_closed(export: Any, nothing_left: Any, step: Any) -> None:
    """An export opens no way to files or programs of the server."""
    for query in ("SELECT pg_read_file('/etc/passwd')", "SELECT lo_import('/etc/passwd')"):
        with step(query), refused(pg.InsufficientPrivilege, "permission denied for function"):
            export(query, KEY)
    nothing_left()
