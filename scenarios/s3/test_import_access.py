"""Who may import from where: associated roles, credentials, Regions, and what S3 refuses."""

from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import Basis, claim, refused, rests_on, scenario

pytestmark = scenario(
    "s3/import-access",
    title="Give the instance access to a bucket for imports",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PostgreSQL.S3Import.AccessPermission.html",
    since=13,
    needs=("aws_s3",),
    basis=Basis.STAND_IN,
)

STATUS = "Unable to validate pre-signed URL. Error: HTTP {}. Check your arguments and try again."
NO_ROLE = "Unable to generate pre-signed url, look at engine log for details."


@pytest.fixture
def t(aws_s3: Any, rds_s3: Any) -> str:
    """Create an empty table and put a file for it into the bucket."""
    aws_s3.execute("CREATE TABLE t (a int)")
    rds_s3.put("t.csv", "1\n")
    return "t"


@pytest.fixture
def count(aws_s3: Any) -> Any:
    """Count the rows imported."""
    return lambda: aws_s3.execute("SELECT count(*) FROM t").fetchone()[0]


@claim(basis=Basis.EMULATED)
@rests_on("import-no-role-text")
def test_role_comes_and_goes(rds_db: Any, t: str, import_: Any, count: Any, step: Any) -> None:
    """An import works while a role is associated for s3Import, and in the same session not without one."""
    with step("1. With the role"):
        import_(t, "t.csv")
    with step("2. The role is removed"):
        rds_db.remove_role("s3Import")
        with refused(pg.InternalError_, NO_ROLE):
            import_(t, "t.csv")
    with step("3. Associated again"):
        rds_db.associate_role("s3Import")
        import_(t, "t.csv")
    assert count() == 2


@claim(basis=Basis.EMULATED)
@rests_on("import-no-role-text")
def test_role_for_export_does_not_import(rds_db: Any, t: str, import_: Any, count: Any) -> None:
    """A role associated for s3Export does not serve imports, whatever its policy allows."""
    rds_db.remove_role("s3Import")
    rds_db.associate_role("s3Export", allow=("s3:*",))
    with refused(pg.InternalError_, NO_ROLE):
        import_(t, "t.csv")
    assert count() == 0


@claim(basis=Basis.EMULATED)
@rests_on("import-status-texts", "policy-subset")
def test_policy_must_allow(rds_db: Any, rds_s3: Any, t: str, import_: Any, count: Any, step: Any) -> None:
    """Without s3:GetObject on the object, or with a deny, an import ends with HTTP 403."""
    everything = ("s3:GetObject", "s3:ListBucket")
    for name, allow, deny, resource in (
        ("s3:ListBucket only", ("s3:ListBucket",), (), None),
        ("allowed and denied", everything, ("s3:GetObject",), None),
        ("another bucket", everything, (), ("arn:aws:s3:::another", "arn:aws:s3:::another/*")),
        ("another folder", everything, (), (f"arn:aws:s3:::{rds_s3.bucket}/in/*",)),
    ):
        with step(name), refused(pg.InternalError_, STATUS.format(403)):
            rds_db.associate_role("s3Import", allow=allow, deny=deny, resource=resource)
            import_(t, "t.csv")
    assert count() == 0
    with step("s3:GetObject alone is enough for a file that exists"):
        rds_db.associate_role("s3Import", allow=("s3:GetObject",))
        import_(t, "t.csv")
    assert count() == 1


@rests_on("import-status-texts")
def test_missing_file(rds_db: Any, t: str, import_: Any, step: Any) -> None:
    """A missing file is HTTP 404 for who may list the bucket, and HTTP 403 for who may not."""
    with step("1. With s3:ListBucket"), refused(pg.InternalError_, STATUS.format(404)):
        import_(t, "nosuch.csv")
    with step("2. Without"), refused(pg.InternalError_, STATUS.format(403)):
        rds_db.associate_role("s3Import", allow=("s3:GetObject",))
        import_(t, "nosuch.csv")


@rests_on("import-status-texts")
def test_missing_bucket(rds_db: Any, rds_s3: Any, t: str, import_: Any) -> None:
    """A bucket that does not exist is HTTP 404."""
    missing = rds_s3.new_bucket()
    rds_s3.client.delete_bucket(Bucket=missing)
    rds_db.associate_role("s3Import", resource=("*",))
    with refused(pg.InternalError_, STATUS.format(404)):
        import_(t, "t.csv", bucket=missing)


def test_empty_file(rds_s3: Any, t: str, import_: Any, step: Any) -> None:
    """A file of 0 bytes is an error, HTTP 416; a file with a header only is none."""
    rds_s3.put("empty.csv", "")
    with step("1. 0 bytes"), refused(pg.InternalError_, STATUS.format(416)) as caught:
        import_(t, "empty.csv")
    assert 'SQL function "table_import_from_s3"' in (caught.value.diag.context or "")
    with step("2. A header and no row"):
        rds_s3.put("empty.csv", "a\n")
        assert import_(t, "empty.csv", "(format csv, header)").startswith("0 rows imported")


@claim(basis=Basis.EMULATED)
@rests_on("import-status-texts", "s3-wrong-region-served")
def test_wrong_region(rds_s3: Any, t: str, import_: Any, count: Any, step: Any) -> None:
    """The bucket's Region must be named right: another one is HTTP 301."""
    wrong = "eu-central-1" if rds_s3.region != "eu-central-1" else "us-east-1"
    with step("1. Name a Region the bucket is not in"), refused(pg.InternalError_, STATUS.format(301)):
        import_(t, "t.csv", region=wrong)
    assert count() == 0
    with step("2. Name the right one"):
        import_(t, "t.csv", region=rds_s3.region)
    assert count() == 1


@claim(basis=Basis.EMULATED)
def test_bucket_in_another_region(
    rds_db: Any, rds_s3: Any, t: str, import_: Any, count: Any, step: Any
) -> None:
    """A bucket in another Region than the instance is read when the call names its Region."""
    elsewhere = "eu-west-1" if rds_s3.region != "eu-west-1" else "us-east-1"
    bucket = rds_s3.new_bucket(elsewhere)
    rds_s3.put("t.csv", "7\n", bucket=bucket)
    rds_db.associate_role("s3Import", resource=("*",))
    import_(t, "t.csv", bucket=bucket, region=elsewhere)
    assert count() == 1


@rests_on("s3-signature-not-checked")
def test_credentials_need_no_role(
    aws_s3: Any, rds_db: Any, rds_s3: Any, t: str, count: Any, step: Any
) -> None:
    """With credentials in the call neither a role nor its policy is asked; without them both are."""
    if rds_s3.backend.startswith("http"):
        pytest.skip("this S3 checks keys, and a scenario has none of its own")
    call = (
        f"SELECT aws_s3.table_import_from_s3('t', '', '(format csv)', '{rds_s3.bucket}', 't.csv',"
        f" '{rds_s3.region}'{{}})"
    )
    with step("1. No role at all"):
        rds_db.remove_role("s3Import")
        aws_s3.execute(call.format(", 'AK', 'SK'"))
        with refused(pg.InternalError_, NO_ROLE):
            aws_s3.execute(call.format(""))
    with step("2. A role that may do nothing"):
        rds_db.associate_role("s3Import", allow=())
        aws_s3.execute(call.format(", 'AK', 'SK', 'TOKEN'"))
        with refused(pg.InternalError_, STATUS.format(403)):
            aws_s3.execute(call.format(""))
    assert count() == 2


@rests_on("import-unreachable-text")
def test_nothing_answers(rds_db: Any, rds_s3: Any, t: str, import_: Any, count: Any) -> None:
    """Without a way to S3 an import ends with an error that says so."""
    # Port 9 is the discard service: reserved, and on no machine of ours.
    rds_db.use_s3("http://127.0.0.1:9", rds_s3.region, None, rds_s3.bucket)
    with refused(pg.ExternalRoutineException, "Amazon S3 client returned 'Unable to connect to endpoint'"):
        import_(t, "t.csv")
    assert count() == 0


@rests_on("aws-s3-grants")
def test_both_grants_are_needed(
    aws_s3: Any, rds_db: Any, t: str, import_: Any, count: Any, login: Any, step: Any
) -> None:
    """A role needs USAGE on schema aws_s3, EXECUTE on its functions and INSERT on the table, and no more."""
    role = rds_db.create_role("loader")
    loader = login(role)
    for grant, missing in (
        ("USAGE ON SCHEMA aws_s3", "permission denied for schema aws_s3"),
        ("EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_s3", "permission denied for function table_import_from_s3"),
        ("INSERT ON t", "permission denied for table t"),
    ):
        with step(f"Before GRANT {grant}"), refused(pg.InsufficientPrivilege, missing):
            import_(t, "t.csv", conn=loader)
        aws_s3.execute(f"GRANT {grant} TO {role}")
    with step("With all three"):
        import_(t, "t.csv", conn=loader)
    assert count() == 1


@rests_on("aws-s3-grants")
def test_insert_on_columns_is_enough(
    aws_s3: Any, rds_s3: Any, reporting_role: str, login: Any, import_: Any, step: Any
) -> None:
    """INSERT on some columns lets a role import those and no others."""
    aws_s3.execute("CREATE TABLE t (a int, b int)")
    aws_s3.execute(f"GRANT INSERT (a) ON t TO {reporting_role}")
    loader = login(reporting_role)
    with step("1. The granted column"):
        rds_s3.put("a.csv", "1\n")
        import_("t", "a.csv", columns="a", conn=loader)
    with step("2. All columns"), refused(pg.InsufficientPrivilege, "permission denied for table t"):
        rds_s3.put("ab.csv", "1,2\n")
        import_("t", "ab.csv", conn=loader)
    assert aws_s3.execute("SELECT * FROM t").fetchall() == [(1, None)]
