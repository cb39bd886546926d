"""Who may export where: associated roles, their policies, Regions, and no way to S3 at all."""

from typing import Any

import psycopg.errors as pg

from rdscheck import Basis, claim, deviation, refused, rests_on, scenario

pytestmark = scenario(
    "s3/export-access",
    title="Give the instance access to a bucket for exports",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/postgresql-s3-export-access-bucket.html",
    document="RDS for PostgreSQL: export to S3 with a stored procedure",
    since=13,
    needs=("aws_s3",),
    basis=Basis.STAND_IN,
)

FAILED = "could not upload to Amazon S3"
DENIED = "Amazon S3 client returned 'Access Denied'."


@claim(basis=Basis.EMULATED)
@rests_on("export-no-role-text")
def test_role_comes_and_goes(rds_db: Any, rds_s3: Any, export: Any, step: Any) -> None:
    """An export works while a role is associated for s3Export, and in the same session not without one."""
    with step("1. With the role"):
        assert export("SELECT 1", "with.txt") == (1, 1, 2)
    with step("2. The role is removed: refused, with a hint at the feature name"):
        rds_db.remove_role("s3Export")
        with refused(
            pg.SystemError,
            "credentials stored with the database cluster can't be accessed",
            hint='associated with the feature-name "s3Export"?',
        ):
            export("SELECT 1", "without.txt")
    with step("3. Associated again: works"):
        rds_db.associate_role("s3Export")
        assert export("SELECT 1", "again.txt") == (1, 1, 2)
    assert rds_s3.keys() == ["again.txt", "with.txt"]


@claim(basis=Basis.EMULATED)
@rests_on("export-no-role-text")
def test_role_for_import_does_not_export(rds_db: Any, rds_s3: Any, export: Any, nothing_left: Any) -> None:
    """A role associated for s3Import does not serve exports, whatever its policy allows."""
    rds_db.remove_role("s3Export")
    rds_db.associate_role("s3Import", allow=("s3:*",))
    with refused(pg.SystemError, "credentials stored", hint="s3Export"):
        export("SELECT 1")
    nothing_left()


@claim(basis=Basis.EMULATED)
@rests_on("export-s3-errors", "policy-subset")
def test_policy_must_allow(rds_db: Any, rds_s3: Any, export: Any, nothing_left: Any, step: Any) -> None:
    """A role whose policy does not allow s3:PutObject on the object is denied."""
    for name, allow in (("nothing", ()), ("s3:GetObject only", ("s3:GetObject",))):
        with step(f"A policy that allows {name}"):
            rds_db.associate_role("s3Export", allow=allow)
            with refused(pg.SystemError, FAILED, detail=DENIED):
                export("SELECT 1")
    nothing_left()
    with step("A policy that allows s3:Put*"):
        rds_db.associate_role("s3Export", allow=("s3:Put*",))
        assert export("SELECT 1", "allowed.txt") == (1, 1, 2)
        assert rds_s3.get("allowed.txt") == b"1\n"


@claim(basis=Basis.EMULATED)
@rests_on("export-s3-errors", "policy-subset")
def test_deny_beats_allow(rds_db: Any, rds_s3: Any, export: Any, nothing_left: Any) -> None:
    """A policy that allows everything and denies s3:PutObject denies."""
    rds_db.associate_role("s3Export", allow=("s3:*",), deny=("s3:PutObject",))
    with refused(pg.SystemError, FAILED, detail=DENIED):
        export("SELECT 1")
    nothing_left()


@claim(basis=Basis.EMULATED)
@rests_on("export-s3-errors")
def test_policy_names_the_bucket(rds_db: Any, rds_s3: Any, export: Any, step: Any) -> None:
    """A bucket the policy does not name is denied until the policy names it."""
    other = rds_s3.new_bucket()
    with step("1. The policy names the first bucket only"):
        with refused(pg.SystemError, FAILED, detail=DENIED):
            export("SELECT 1", "a.txt", bucket=other)
        assert export("SELECT 1", "a.txt") == (1, 1, 2)
    with step("2. The policy names the other bucket only"):
        rds_db.associate_role("s3Export", resource=(f"arn:aws:s3:::{other}/*",))
        assert export("SELECT 2", "b.txt", bucket=other) == (1, 1, 2)
        with refused(pg.SystemError, FAILED, detail=DENIED):
            export("SELECT 2", "b.txt")
    assert rds_s3.keys() == ["a.txt"]
    assert rds_s3.keys(bucket=other) == ["b.txt"]


@claim(basis=Basis.EMULATED)
@rests_on("export-s3-errors")
def test_policy_names_a_folder(rds_db: Any, rds_s3: Any, export: Any) -> None:
    """A policy on reports/* lets exports into that folder and nowhere else."""
    rds_db.associate_role("s3Export", resource=(f"arn:aws:s3:::{rds_s3.bucket}/reports/*",))
    assert export("SELECT 1", "reports/2024/a.txt") == (1, 1, 2)
    for key in ("a.txt", "reports", "Reports/a.txt", "other/reports/a.txt"):
        with refused(pg.SystemError, FAILED, detail=DENIED):
            export("SELECT 1", key)
    assert rds_s3.keys() == ["reports/2024/a.txt"]


@claim(basis=Basis.EMULATED)
@rests_on("export-s3-errors")
def test_part_files_are_checked_too(rds_db: Any, rds_s3: Any, export: Any, nothing_left: Any) -> None:
    """A policy that covers the key but not key_part2 denies a split export as a whole."""
    rds_db.associate_role("s3Export", resource=(f"arn:aws:s3:::{rds_s3.bucket}/a.txt",))
    assert export("SELECT 1", "a.txt") == (1, 1, 2)
    rds_s3.client.delete_object(Bucket=rds_s3.bucket, Key="a.txt")
    rds_db.split_bytes(100)
    with refused(pg.SystemError, FAILED, detail=DENIED):
        export("SELECT repeat('x', 79) FROM generate_series(1, 2)", "a.txt")
    nothing_left()


@rests_on("export-s3-errors")
def test_missing_bucket(rds_db: Any, rds_s3: Any, export: Any) -> None:
    """A bucket that does not exist is told as such, and not created."""
    missing = rds_s3.new_bucket()
    rds_s3.client.delete_bucket(Bucket=missing)
    rds_db.associate_role("s3Export", resource=("*",))
    with refused(pg.SystemError, FAILED, detail="'The specified bucket does not exist'"):
        export("SELECT 1", bucket=missing)
    assert missing not in {one["Name"] for one in rds_s3.client.list_buckets()["Buckets"]}


@claim(basis=Basis.EMULATED)
@rests_on("export-s3-errors", "s3-wrong-region-served")
def test_wrong_region(rds_s3: Any, export: Any, nothing_left: Any, step: Any) -> None:
    """The bucket's Region must be named right: another one is refused with S3's redirect."""
    with (
        step("1. Name a Region the bucket is not in"),
        refused(pg.SystemError, FAILED, detail="must be addressed using the specified endpoint"),
    ):
        export("SELECT 1", region="eu-central-1" if rds_s3.region != "eu-central-1" else "us-east-1")
    nothing_left()
    with step("2. Name the right one"):
        assert export("SELECT 1", "right.txt", region=rds_s3.region) == (1, 1, 2)


def test_region_left_out(aws_s3: Any, rds_s3: Any, step: Any) -> None:
    """Without a Region the instance's own is used: left out, NULL and empty."""
    for key, region in (("out.txt", ""), ("null.txt", ", NULL"), ("empty.txt", ", ''")):
        with step(f"Export to {key}"):
            done = aws_s3.execute(
                f"SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', %s, %s{region})", [rds_s3.bucket, key]
            ).fetchone()
            assert done == (1, 1, 2)
    assert rds_s3.keys() == ["empty.txt", "null.txt", "out.txt"]


@claim(basis=Basis.EMULATED)
@rests_on("export-other-region", "export-s3-errors")
def test_bucket_in_another_region(rds_db: Any, rds_s3: Any, export: Any, step: Any) -> None:
    """A bucket in another Region is refused under the instance's Region and written under its own."""
    elsewhere = "eu-west-1" if rds_s3.region != "eu-west-1" else "us-east-1"
    bucket = rds_s3.new_bucket(elsewhere)
    rds_db.associate_role("s3Export", resource=("*",))
    with step("1. Under the Region of the instance"), refused(pg.SystemError, FAILED, detail="endpoint"):
        export("SELECT 1", bucket=bucket)
    assert rds_s3.keys(bucket=bucket) == []
    with step("2. Under the Region of the bucket"):
        assert export("SELECT 1", bucket=bucket, region=elsewhere) == (1, 1, 2)
        assert rds_s3.keys(bucket=bucket) == ["out.csv"]


@rests_on("export-s3-errors")
def test_nothing_answers(rds_db: Any, rds_s3: Any, export: Any, step: Any) -> None:
    """Without a way to S3 the export ends with an error that says so."""
    with step("1. Nobody listens at the endpoint"):
        # Port 9 is the discard service: reserved, and on no machine of ours.
        rds_db.use_s3("http://127.0.0.1:9", rds_s3.region, None, rds_s3.bucket)
        with refused(pg.SystemError, FAILED, detail="'Unable to connect to endpoint'"):
            export("SELECT 1")
    assert rds_s3.keys() == []


@rests_on("export-s3-errors")
def test_no_network_path(aws_s3: Any) -> None:
    """On an instance that has no network path to S3 an export fails the same way."""
    with refused(pg.SystemError, FAILED, detail="'Unable to connect to endpoint'"):
        aws_s3.execute(
            "SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', 'my-bucket', 'out.txt', 'us-east-1')"
        )


@claim(basis=Basis.EMULATED)
@deviation("association-scope", raises=pg.SystemError)
def test_role_serves_every_database(aws_s3: Any, rds_db: Any, rds_s3: Any, login: Any) -> None:
    """A role associated with the instance serves a second database of it too."""
    second = f"{rds_db.name}_b"
    aws_s3.execute(f"CREATE DATABASE {second}")
    aws_s3.recorder.mask(second, "seconddb")
    try:
        with rds_db.server.connect(second) as conn:
            conn.execute("CREATE EXTENSION aws_s3 CASCADE")
            conn.execute(
                "SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', %s, 'second.txt')", [rds_s3.bucket]
            )
    finally:
        aws_s3.execute(f"DROP DATABASE {second} WITH (FORCE)")
