"""Install aws_s3 and aws_commons: who may, in which order, what is there afterwards."""

from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import Basis, refused, rests_on, scenario

pytestmark = scenario(
    "s3/extension",
    title="Install the aws_s3 extension",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "USER_PostgreSQL.S3Import.InstallExtension.html",
    since=13,
    needs=("aws_s3",),
    basis=Basis.STAND_IN,
)

OPTIONS = "options text DEFAULT NULL::text"
COUNTS = "OUT rows_uploaded bigint, OUT files_uploaded bigint, OUT bytes_uploaded bigint"
EXPORT_IN_1_1 = [
    f"query text, bucket text, file_path text, region text DEFAULT NULL::text, {OPTIONS}, {COUNTS}",
    f"query text, s3_info aws_commons._s3_uri_1, {OPTIONS}, {COUNTS}",
]
WITH_KMS_KEY = f"{OPTIONS}, kms_key text DEFAULT NULL::text"
_KEYS = ", ".join(f"{name} text DEFAULT NULL::text" for name in ("access_key", "secret_key", "session_token"))
_CREDENTIALS = "aws_commons._aws_credentials_1"
_TARGET = "table_name text, column_list text, options text"
IMPORT = [
    f"{_TARGET}, bucket text, file_path text, region text, {_KEYS}",
    f"{_TARGET}, s3_info aws_commons._s3_uri_1, credentials {_CREDENTIALS} DEFAULT NULL::{_CREDENTIALS}",
]


def signatures(rds: Any, name: str) -> list[str]:
    """Return the argument lists of a function of aws_s3."""
    found = rds.execute(
        "SELECT pg_get_function_arguments(p.oid) FROM pg_proc p"
        " WHERE p.pronamespace = 'aws_s3'::regnamespace AND p.proname = %s",
        [name],
    ).fetchall()
    return sorted(arguments for (arguments,) in found)


def test_aws_commons_first_then_aws_s3(rds: Any, step: Any) -> None:
    """aws_commons and then aws_s3 can be created one after the other, without CASCADE."""
    with step("1. CREATE EXTENSION aws_commons, then aws_s3"):
        rds.execute("CREATE EXTENSION aws_commons")
        rds.execute("CREATE EXTENSION aws_s3")
    assert rds.notices == []
    assert rds.execute(
        "SELECT extname, extversion FROM pg_extension WHERE extname LIKE 'aws%' ORDER BY 1"
    ).fetchall() == [("aws_commons", "1.2"), ("aws_s3", "1.2")]


def test_aws_s3_alone_is_refused(rds: Any, step: Any) -> None:
    """CREATE EXTENSION aws_s3 without CASCADE and without aws_commons is refused, with a hint."""
    with (
        step("1. CREATE EXTENSION aws_s3 in an empty database"),
        refused(
            pg.UndefinedObject,
            'required extension "aws_commons" is not installed',
            hint="CREATE EXTENSION ... CASCADE",
        ),
    ):
        rds.execute("CREATE EXTENSION aws_s3")
    assert rds.execute("SELECT count(*) FROM pg_extension WHERE extname LIKE 'aws%'").fetchone() == (0,)


@pytest.mark.parametrize("name", ["aws_commons", "aws_s3"])
def test_only_rds_superuser_may_install(rds: Any, rds_db: Any, login: Any, step: Any, name: str) -> None:
    """A role with CREATE on the database may not install it, a member of rds_superuser may."""
    with step("1. An ordinary role with CREATE on the database is refused"):
        ordinary = rds_db.create_role("app_owner")
        rds.execute(f"GRANT CREATE ON DATABASE {rds_db.name} TO {ordinary}")
        conn = login(ordinary)
        with refused(
            pg.InsufficientPrivilege,
            'permission denied to create extension "aws_',
            hint="Must be superuser to create this extension.",
        ):
            conn.execute(f"CREATE EXTENSION {name} CASCADE")
    with step("2. The same role as a member of rds_superuser may"):
        rds.execute(f"GRANT rds_superuser TO {ordinary}")
        conn.execute(f"CREATE EXTENSION {name} CASCADE")
        assert rds.execute("SELECT count(*) FROM pg_extension WHERE extname = %s", [name]).fetchone() == (1,)


def test_psql_shows_the_documented_list(aws_s3: Any) -> None:
    r"""\dx lists both extensions with schema public and the descriptions that AWS prints."""
    assert aws_s3.execute(
        "SELECT e.extname, n.nspname, d.description"
        " FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace"
        " JOIN pg_description d ON d.objoid = e.oid AND d.classoid = 'pg_extension'::regclass"
        " WHERE e.extname LIKE 'aws%' ORDER BY 1"
    ).fetchall() == [
        ("aws_commons", "public", "Common data types across AWS services"),
        ("aws_s3", "public", "AWS S3 extension for importing data from S3"),
    ]


@rests_on("aws-s3-1.2-adds-kms-key")
def test_functions_have_the_documented_arguments(aws_s3: Any) -> None:
    """Version 1.2 has the documented functions with their argument names, defaults and results."""
    assert signatures(aws_s3, "query_export_to_s3") == [
        one.replace(OPTIONS, WITH_KMS_KEY) for one in EXPORT_IN_1_1
    ]
    assert signatures(aws_s3, "table_import_from_s3") == IMPORT
    assert aws_s3.execute(
        "SELECT DISTINCT pg_get_function_result(oid) FROM pg_proc"
        " WHERE pronamespace = 'aws_s3'::regnamespace ORDER BY 1"
    ).fetchall() == [("record",), ("text",)]


def test_types_have_the_documented_fields(aws_s3: Any) -> None:
    """The location and credentials types of aws_commons have the documented fields in that order."""
    for name, fields in (
        ("_s3_uri_1", ["bucket", "file_path", "region"]),
        ("_aws_credentials_1", ["access_key", "secret_key", "session_token"]),
    ):
        found = aws_s3.execute(
            "SELECT attname, atttypid::regtype::text FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum",
            [f"aws_commons.{name}"],
        ).fetchall()
        assert found == [(field, "text") for field in fields]


def test_constructors_make_rows(aws_s3: Any, step: Any) -> None:
    """The constructors of aws_commons return their arguments as a row and check nothing."""
    with step("1. create_s3_uri, positional and by name"):
        for call in (
            "'b', 'k/f.csv', 'us-east-1'",
            "region := 'us-east-1', bucket := 'b', file_path := 'k/f.csv'",
        ):
            assert aws_s3.execute(f"SELECT aws_commons.create_s3_uri({call})::text").fetchone() == (
                "(b,k/f.csv,us-east-1)",
            )
    with step("2. create_aws_credentials"):
        assert aws_s3.execute(
            "SELECT c.access_key, c.secret_key, c.session_token"
            " FROM aws_commons.create_aws_credentials('AK', 'SK', '') AS c"
        ).fetchone() == ("AK", "SK", "")


@rests_on("constructor-defaults")
def test_constructors_have_the_defaults_we_suppose(aws_s3: Any, step: Any) -> None:
    """create_s3_uri needs all three arguments; create_aws_credentials takes NULL for those left out."""
    with step("1. create_s3_uri without a region"), refused(pg.UndefinedFunction, "create_s3_uri"):
        aws_s3.execute("SELECT aws_commons.create_s3_uri('b', 'k')")
    with step("2. create_aws_credentials with two arguments"):
        assert aws_s3.execute("SELECT aws_commons.create_aws_credentials('AK', 'SK')::text").fetchone() == (
            "(AK,SK,)",
        )


@rests_on("aws-s3-1.2-adds-kms-key")
def test_old_version_is_updated(rds: Any, rds_s3: Any, step: Any) -> None:
    """Version 1.1 exports without kms_key, stays 1.1 until ALTER EXTENSION, and then has kms_key."""
    call = "SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', %s, 'out.txt', options := 'format csv'{})"
    with step("1. CREATE EXTENSION aws_s3 VERSION '1.1': export works, kms_key is unknown"):
        rds.execute("CREATE EXTENSION aws_s3 VERSION '1.1' CASCADE")
        assert signatures(rds, "query_export_to_s3") == EXPORT_IN_1_1
        assert rds.execute(call.format(""), [rds_s3.bucket]).fetchone() == (1, 1, 2)
        with pytest.raises(pg.UndefinedFunction):
            rds.execute(call.format(", kms_key := 'k'"), [rds_s3.bucket])
    with step("2. ALTER EXTENSION aws_s3 UPDATE"):
        rds.execute("ALTER EXTENSION aws_s3 UPDATE")
        assert rds.execute("SELECT extversion FROM pg_extension WHERE extname = 'aws_s3'").fetchone() == (
            "1.2",
        )
        assert all(WITH_KMS_KEY in one for one in signatures(rds, "query_export_to_s3"))
        assert signatures(rds, "table_import_from_s3") == IMPORT
        assert rds.execute(call.format(""), [rds_s3.bucket]).fetchone() == (1, 1, 2)


@rests_on("aws-s3-1.2-adds-kms-key", "aws-s3-grants")
def test_update_takes_grants_along(rds: Any, rds_db: Any, step: Any) -> None:
    """An update to 1.2 drops what was granted on the old export functions; import keeps its grants."""
    with step("1. Grant all functions of 1.1 to a role, then update"):
        rds.execute("CREATE EXTENSION aws_s3 VERSION '1.1' CASCADE")
        role = rds_db.create_role("reporting_role")
        rds.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_s3 TO {role}")
        rds.execute("ALTER EXTENSION aws_s3 UPDATE")
    with step("2. Ask for the role's rights"):
        found = rds.execute(
            "SELECT DISTINCT proname, has_function_privilege(%s, oid, 'EXECUTE') FROM pg_proc"
            " WHERE pronamespace = 'aws_s3'::regnamespace ORDER BY 1",
            [role],
        ).fetchall()
        assert found == [("query_export_to_s3", False), ("table_import_from_s3", True)]


def test_extension_can_be_dropped_and_made_again(aws_s3: Any, step: Any) -> None:
    """DROP EXTENSION removes schema and functions; aws_commons cannot go first without CASCADE."""
    with (
        step("1. DROP EXTENSION aws_commons while aws_s3 needs it"),
        refused(pg.DependentObjectsStillExist, "cannot drop extension aws_commons"),
    ):
        aws_s3.execute("DROP EXTENSION aws_commons")
    with step("2. DROP EXTENSION aws_s3 and create it again"):
        aws_s3.execute("DROP EXTENSION aws_s3")
        assert aws_s3.execute("SELECT to_regnamespace('aws_s3')").fetchone() == (None,)
        aws_s3.execute("CREATE EXTENSION aws_s3")
        assert len(signatures(aws_s3, "query_export_to_s3")) == 2


@rests_on("extension-ownership")
def test_functions_belong_to_the_service(rds: Any, rds_db: Any, aws_s3: Any) -> None:
    """The extension and its functions belong to rdsadmin: they cannot be altered."""
    assert aws_s3.execute(
        "SELECT extowner::regrole::text FROM pg_extension WHERE extname = 'aws_s3'"
    ).fetchone() == ("rdsadmin",)
    assert aws_s3.execute(
        "SELECT DISTINCT proowner::regrole::text FROM pg_proc WHERE pronamespace = 'aws_s3'::regnamespace"
    ).fetchall() == [("rdsadmin",)]
    with pytest.raises(pg.InsufficientPrivilege, match="must be owner of function"):
        aws_s3.execute(
            "ALTER FUNCTION aws_s3.query_export_to_s3(text, text, text, text, text, text) SECURITY DEFINER"
        )


def test_extension_is_not_in_the_list_of_trusted_ones(rds: Any) -> None:
    """The catalog does not call aws_s3 trusted, as it is not on RDS's list of trusted extensions."""
    assert rds.execute(
        "SELECT bool_or(trusted) FROM pg_available_extension_versions WHERE name = 'aws_s3'"
    ).fetchone() == (False,)
