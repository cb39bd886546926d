"""The guide's security advice: hide aws_s3 behind the stored procedure, tried as it is written."""

from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import Basis, documentation_finding, refused, rests_on, scenario

pytestmark = scenario(
    "s3/export-security",
    title="Restrict exports to a stored procedure",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/postgresql-s3-export.html",
    document="RDS for PostgreSQL: export to S3 with a stored procedure",
    since=13,
    needs=("aws_s3",),
    basis=Basis.STAND_IN,
)

CALL = "CALL export_query_to_s3(%s, %s, 'out.csv', %s)"


@pytest.fixture
def my_table(aws_s3: Any) -> str:
    """Create a table with one row."""
    aws_s3.execute("CREATE TABLE my_table AS SELECT 1 AS id")
    return "my_table"


def as_definer(conn: Any, procedure: str) -> None:
    """Let the procedure run with its owner's rights, with a search path nobody else decides."""
    conn.execute(
        f"ALTER PROCEDURE {procedure} SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp"
    )


@documentation_finding("export-guide-security")
@rests_on("aws-s3-grants")
def test_procedure_needs_security_definer(
    aws_s3: Any, rds_db: Any, rds_s3: Any, login: Any, procedure: str, my_table: str, step: Any
) -> None:
    """EXECUTE on the guide's procedure does not let a role without aws_s3 export; SECURITY DEFINER does."""
    role = rds_db.create_role("reporting_role")
    reporter = login(role)
    arguments = [f"SELECT id FROM {my_table}", rds_s3.bucket, rds_s3.region]
    with step("1. As the guide says: EXECUTE on the procedure, nothing on aws_s3; SELECT on the table"):
        aws_s3.execute(f"GRANT EXECUTE ON PROCEDURE {procedure} TO {role}")
        aws_s3.execute(f"GRANT SELECT ON {my_table} TO {role}")
        with refused(pg.InsufficientPrivilege, "permission denied for schema aws_s3"):
            reporter.execute(CALL, arguments)
        assert rds_s3.keys() == []
    with step("2. The procedure becomes SECURITY DEFINER"):
        as_definer(aws_s3, procedure)
        reporter.execute(CALL, arguments)
        assert rds_s3.get("out.csv") == b"id\n1\n"
    with (
        step("3. aws_s3 itself is still closed to the role"),
        refused(pg.InsufficientPrivilege, "permission denied for schema aws_s3"),
    ):
        reporter.execute("SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', %s, 'x')", [rds_s3.bucket])


@documentation_finding("export-guide-public-execute")
def test_public_may_call_the_procedure(
    aws_s3: Any, rds_db: Any, rds_s3: Any, login: Any, procedure: str, step: Any
) -> None:
    """Any role may call a new procedure until EXECUTE is revoked from PUBLIC; approved roles keep it."""
    approved, stranger = rds_db.create_role("reporting_role"), rds_db.create_role("stranger")
    arguments = ["SELECT 1 AS id", rds_s3.bucket, rds_s3.region]
    as_definer(aws_s3, procedure)
    aws_s3.execute(f"GRANT EXECUTE ON PROCEDURE {procedure} TO {approved}")
    with step("1. A role nobody approved calls the procedure"):
        login(stranger).execute(CALL, arguments)
        assert rds_s3.get("out.csv") == b"id\n1\n"
    with step("2. REVOKE EXECUTE FROM PUBLIC: it is refused, the approved role is not"):
        aws_s3.execute(f"REVOKE EXECUTE ON PROCEDURE {procedure} FROM PUBLIC")
        with refused(pg.InsufficientPrivilege, "permission denied for procedure export_query_to_s3"):
            login(stranger).execute(CALL, arguments)
        login(approved).execute(CALL, arguments)


def test_security_definer_lends_the_rights_of_its_owner(
    aws_s3: Any, rds_db: Any, rds_s3: Any, login: Any, procedure: str, my_table: str, step: Any
) -> None:
    """With SECURITY DEFINER a caller exports tables it has no right on, as the query is an argument."""
    role = rds_db.create_role("reporting_role")
    reporter = login(role)
    as_definer(aws_s3, procedure)
    with (
        step("1. The role itself cannot read the table"),
        refused(pg.InsufficientPrivilege, f"permission denied for table {my_table}"),
    ):
        reporter.execute(f"SELECT * FROM {my_table}")
    with step("2. Through the procedure it can"):
        reporter.execute(CALL, [f"SELECT id FROM {my_table}", rds_s3.bucket, rds_s3.region])
        assert rds_s3.get("out.csv") == b"id\n1\n"
    with step("3. The query runs as the procedure's owner"):
        reporter.execute(CALL, ["SELECT current_user AS u", rds_s3.bucket, rds_s3.region])
        assert rds_s3.get("out.csv").decode() == f"u\n{rds_db.server.master_user}\n"


def test_fixed_query_keeps_the_rest_closed(
    aws_s3: Any, rds_db: Any, rds_s3: Any, login: Any, my_table: str, step: Any
) -> None:
    """A SECURITY DEFINER procedure that builds its query itself lets a role export that and nothing else."""
    aws_s3.execute("CREATE TABLE secret AS SELECT 42 AS answer")
    role = rds_db.create_role("reporting_role")
    reporter = login(role)
    with step("1. A procedure that takes a value, not a query"):
        aws_s3.execute(
            f"""
            CREATE PROCEDURE export_id(p_id text)
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
            BEGIN
                PERFORM * FROM aws_s3.query_export_to_s3(
                    format('SELECT id FROM public.my_table WHERE id::text = %L', p_id),
                    '{rds_s3.bucket}', 'id.csv', options := 'format csv, header true');
            END $$"""
        )
        aws_s3.execute("REVOKE EXECUTE ON PROCEDURE export_id(text) FROM PUBLIC")
        aws_s3.execute(f"GRANT EXECUTE ON PROCEDURE export_id(text) TO {role}")
    with step("2. The role exports one id"):
        reporter.execute("CALL export_id('1')")
        assert rds_s3.get("id.csv") == b"id\n1\n"
    with step("3. A value that tries to be a query stays a value"):
        reporter.execute("CALL export_id(%s)", ["' UNION SELECT answer FROM public.secret --"])
        assert rds_s3.get("id.csv") == b"id\n"


def test_plain_procedure_works_for_roles_with_rights(
    aws_s3: Any,
    rds_s3: Any,
    reporting_role: str,
    login: Any,
    procedure: str,
    my_table: str,
    step: Any,
) -> None:
    """Without SECURITY DEFINER a role with aws_s3 exports through the procedure what it may read."""
    reporter = login(reporting_role)
    arguments = [f"SELECT id FROM {my_table}", rds_s3.bucket, rds_s3.region]
    with (
        step("1. Without SELECT on the table"),
        refused(pg.InsufficientPrivilege, f"permission denied for table {my_table}"),
    ):
        reporter.execute(CALL, arguments)
    assert rds_s3.keys() == []
    with step("2. With SELECT on the table"):
        aws_s3.execute(f"GRANT SELECT ON {my_table} TO {reporting_role}")
        reporter.execute(CALL, arguments)
        assert rds_s3.get("out.csv") == b"id\n1\n"


def test_search_path_of_the_caller_does_not_count(
    aws_s3: Any, rds_db: Any, rds_s3: Any, login: Any, procedure: str, my_table: str, step: Any
) -> None:
    """With SET search_path a caller cannot slip its own table of the same name under the query."""
    role = rds_db.create_role("reporting_role")
    reporter = login(role)
    as_definer(aws_s3, procedure)
    with step("1. The caller makes a temporary my_table and puts it first in its path"):
        reporter.execute("CREATE TEMP TABLE my_table AS SELECT 666 AS id")
        reporter.execute("SET search_path = pg_temp, public")
        assert reporter.execute(f"SELECT id FROM {my_table}").fetchone() == (666,)
    with step("2. The procedure exports the real one"):
        reporter.execute(CALL, [f"SELECT id FROM {my_table}", rds_s3.bucket, rds_s3.region])
        assert rds_s3.get("out.csv") == b"id\n1\n"
