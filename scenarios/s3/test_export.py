"""Export a query to S3 with the stored procedure of the guide, step by step."""

import csv
import io
import re
from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import Basis, InvalidFeatureName, claim, documentation_finding, refused, rests_on, scenario

pytestmark = scenario(
    "s3/export",
    title="Export query results to S3 with a stored procedure",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/postgresql-s3-export.html",
    document="RDS for PostgreSQL: export to S3 with a stored procedure",
    since=13,
    needs=("aws_s3",),
    basis=Basis.STAND_IN,
)

KEY = "exports/my_table_daily.csv"
CALL = "CALL export_query_to_s3(%s, %s, %s, %s)"


@pytest.fixture
def my_table(aws_s3: Any) -> str:
    """Create the table of the guide's example: two rows of today, one of last month."""
    aws_s3.execute("CREATE TABLE public.my_table (id int PRIMARY KEY, note text, updated_at timestamptz)")
    aws_s3.execute(
        "INSERT INTO public.my_table VALUES (1, 'plain', now()), (2, E'say \"hi\",\\nbye', now()),"
        " (3, 'old', now() - interval '1 month')"
    )
    return "public.my_table"


def counts(notice: str) -> tuple[int, int, int]:
    """Read the three numbers of the procedure's notice."""
    rows, files, size = re.findall(r"=(\d+)", notice)
    return int(rows), int(files), int(size)


@claim(basis=Basis.EMULATED)
@documentation_finding("export-guide-feature-name")
@rests_on("feature-name-refusal")
def test_role_is_associated_by_the_feature_name_s3Export(  # noqa: N802 (the name's own spelling)
    rds_db: Any, rds_s3: Any, export: Any, step: Any
) -> None:
    """The role is associated for s3Export; S3_EXPORT, as the guide prints it, is refused."""
    rds_db.remove_role("s3Export")
    with (
        step("1. Associate the role as the guide says: --feature-name S3_EXPORT"),
        pytest.raises(InvalidFeatureName, match="S3_EXPORT"),
    ):
        rds_db.associate_role("S3_EXPORT")
    with step("2. Without an association an export is refused"), pytest.raises(pg.SystemError):
        export("SELECT 1")
    with step("3. Associate it with --feature-name s3Export, then export"):
        rds_db.associate_role("s3Export")
        assert export("SELECT 1", "after.txt") == (1, 1, 2)
        assert rds_s3.get("after.txt") == b"1\n"


@claim(basis=Basis.EMULATED)
@rests_on("feature-name-refusal")
def test_feature_name_is_case_sensitive(rds_db: Any, rds_s3: Any, step: Any) -> None:
    """A feature name in other letters than s3Export is refused."""
    for name in ("s3export", "S3Export", "s3_export", "s3Export ", ""):
        with step(f"--feature-name '{name}'"), pytest.raises(InvalidFeatureName):
            rds_db.associate_role(name)


@claim(basis=Basis.EMULATED)
@documentation_finding("export-guide-minimum-permissions")
@rests_on("export-s3-errors")
def test_two_permissions_are_enough(rds_db: Any, rds_s3: Any, export: Any, step: Any) -> None:
    """PutObject and AbortMultipartUpload are enough to export; the guide asks for two more."""
    rds_db.part_bytes(5 * 1024**2)
    big = "SELECT repeat('x', 1023) FROM generate_series(1, 6000)"
    with step("1. Only s3:PutObject and s3:AbortMultipartUpload: one upload in parts, one whole"):
        rds_db.associate_role("s3Export", allow=("s3:PutObject", "s3:AbortMultipartUpload"))
        assert export(big, "big.txt") == (6000, 1, 6000 * 1024)
        assert export("SELECT 1", "small.txt") == (1, 1, 2)
        assert rds_s3.keys() == ["big.txt", "small.txt"]
    with step("2. The other two of the guide alone do not let anything out"):
        rds_db.associate_role("s3Export", allow=("s3:ListBucket", "s3:GetBucketLocation"))
        with refused(pg.SystemError, "could not upload to Amazon S3", detail="Access Denied"):
            export("SELECT 1", "refused.txt")
        assert rds_s3.keys() == ["big.txt", "small.txt"]


@documentation_finding("export-guide-second-extension")
def test_extensions_are_created_in_the_order_of_the_guide(rds: Any, step: Any) -> None:
    """CREATE EXTENSION aws_s3 CASCADE installs aws_commons too; the guide's second statement does nothing."""
    with step("1. CREATE EXTENSION IF NOT EXISTS aws_s3 CASCADE"):
        rds.execute("CREATE EXTENSION IF NOT EXISTS aws_s3 CASCADE")
        assert rds.notices == ['installing required extension "aws_commons"']
        before = rds.execute("SELECT extname, oid FROM pg_extension WHERE extname LIKE 'aws%'").fetchall()
        assert sorted(name for name, _ in before) == ["aws_commons", "aws_s3"]
    with step("2. CREATE EXTENSION IF NOT EXISTS aws_commons changes nothing"):
        rds.execute("CREATE EXTENSION IF NOT EXISTS aws_commons")
        assert rds.notices[1:] == ['extension "aws_commons" already exists, skipping']
        after = rds.execute("SELECT extname, oid FROM pg_extension WHERE extname LIKE 'aws%'").fetchall()
        assert sorted(after) == sorted(before)


def test_call_exports_what_the_query_returns(
    rds: Any, rds_s3: Any, my_table: str, procedure: str, step: Any
) -> None:
    """CALL with a query that holds doubled quotes writes exactly its rows as CSV and tells the counts."""
    with step("1. CALL the procedure as the guide does"):
        rds.execute(
            "CALL export_query_to_s3('SELECT id, note FROM public.my_table"
            " WHERE updated_at >= now() - interval ''1 day'' ORDER BY id',"
            f" '{rds_s3.bucket}', '{KEY}', '{rds_s3.region}')"
        )
    with step("2. The bucket holds that object and no other"):
        assert rds_s3.keys() == [KEY]
        data = rds_s3.get(KEY)
        assert data == b'id,note\n1,plain\n2,"say ""hi"",\nbye"\n'
    with step("3. The counts of the notice are those of the object"):
        rows, files, size = counts(rds.notices[-1])
        records = list(csv.reader(io.StringIO(data.decode(), newline="")))
        assert (files, size) == (1, len(data))
        assert rows == len(records) - 1  # one line of them is the header


@rests_on("rows-uploaded-header")
def test_header_is_not_counted(rds: Any, rds_s3: Any, procedure: str) -> None:
    """The header line is in the file and in bytes_uploaded, but not in rows_uploaded."""
    rds.execute(CALL, ["SELECT 1 AS a", rds_s3.bucket, KEY, rds_s3.region])
    assert rds_s3.get(KEY) == b"a\n1\n"
    assert counts(rds.notices[-1]) == (1, 1, 4)


def test_region_may_be_left_out(rds: Any, rds_s3: Any, procedure: str) -> None:
    """CALL without the region uses the procedure's default and finds a bucket of that region."""
    if rds_s3.region != "us-east-1":
        pytest.skip("the guide's default is us-east-1, this bucket is elsewhere")
    rds.execute("CALL export_query_to_s3(%s, %s, %s)", ["SELECT 7 AS a", rds_s3.bucket, KEY])
    assert rds_s3.get(KEY) == b"a\n7\n"


@claim(basis=Basis.EMULATED)
@rests_on("export-s3-errors")
def test_default_region_does_not_reach_a_bucket_elsewhere(
    rds: Any, rds_s3: Any, rds_db: Any, procedure: str, step: Any
) -> None:
    """A bucket outside the default region of the procedure is not written when the region is left out."""
    bucket = rds_s3.new_bucket("eu-west-1")
    rds_db.associate_role("s3Export", resource=("*",))
    with (
        step("1. CALL without the region, for a bucket in eu-west-1"),
        refused(pg.SystemError, "could not upload to Amazon S3", detail="PermanentRedirect"),
    ):
        rds.execute("CALL export_query_to_s3(%s, %s, %s)", ["SELECT 7 AS a", bucket, KEY])
    assert rds_s3.keys(bucket=bucket) == []


def test_existing_object_is_overwritten(rds: Any, rds_s3: Any, procedure: str, step: Any) -> None:
    """A second export to the same key replaces the object, so a daily key holds the last day only."""
    with step("1. Export two rows, then one row to the same key"):
        rds.execute(CALL, ["SELECT generate_series(1, 2) AS a", rds_s3.bucket, KEY, rds_s3.region])
        rds.execute(CALL, ["SELECT 9 AS a", rds_s3.bucket, KEY, rds_s3.region])
    with step("2. Only the second is there"):
        assert rds_s3.keys() == [KEY]
        assert rds_s3.get(KEY) == b"a\n9\n"


@rests_on("export-empty-result")
def test_query_without_rows_writes_the_header_alone(rds: Any, rds_s3: Any, procedure: str) -> None:
    """A query that finds nothing leaves an object that holds the header line and nothing else."""
    rds.execute(CALL, ["SELECT 1 AS a, 2 AS b WHERE false", rds_s3.bucket, KEY, rds_s3.region])
    assert rds_s3.get(KEY) == b"a,b\n"
    assert counts(rds.notices[-1]) == (0, 1, 4)


@rests_on("export-empty-result")
def test_empty_result_writes_an_empty_object(rds_s3: Any, export: Any) -> None:
    """A result without rows and without a header is an object of zero bytes."""
    assert export("SELECT 1 WHERE false", "empty.txt") == (0, 1, 0)
    assert rds_s3.get("empty.txt") == b""


def test_options_example_of_the_guide(aws_s3: Any, rds_s3: Any) -> None:
    """The guide's example of options with a doubled-quoted delimiter and a header works as written."""
    done = aws_s3.execute(
        f"SELECT * FROM aws_s3.query_export_to_s3('SELECT 1 AS a, ''x|y'' AS b',"
        f" aws_commons.create_s3_uri('{rds_s3.bucket}', '{KEY}', '{rds_s3.region}'),"
        " options := 'format csv, delimiter ''|'', header true')"
    ).fetchone()
    assert rds_s3.get(KEY) == b'a|b\n1|"x|y"\n'
    assert done == (1, 1, 12)


def test_failing_query_tells_its_own_error(
    rds: Any, rds_s3: Any, procedure: str, nothing_left: Any, step: Any
) -> None:
    """A query that fails ends the CALL with its own error: no notice, no object."""
    with (
        step("1. CALL with a query for a table that does not exist"),
        refused(pg.UndefinedTable, 'relation "public.nosuch" does not exist'),
    ):
        rds.execute(CALL, ["SELECT * FROM public.nosuch", rds_s3.bucket, KEY, rds_s3.region])
    assert rds.notices == []
    nothing_left()


@rests_on("export-s3-errors")
def test_missing_bucket_is_told(rds: Any, rds_s3: Any, rds_db: Any, procedure: str, step: Any) -> None:
    """CALL for a bucket that does not exist says so."""
    rds_db.associate_role("s3Export", resource=("*",))
    missing = rds_s3.new_bucket()
    rds_s3.client.delete_bucket(Bucket=missing)
    with (
        step("1. CALL for a bucket that was deleted"),
        refused(
            pg.SystemError, "could not upload to Amazon S3", detail="The specified bucket does not exist"
        ),
    ):
        rds.execute(CALL, ["SELECT 1", missing, KEY, rds_s3.region])
    assert rds.notices == []


def test_object_holds_the_bytes_of_copy(rds_s3: Any, export: Any, copied: Any) -> None:
    """The object holds byte for byte what COPY of the same query with the same options gives."""
    query = "SELECT n, md5(n::text), n / 7.0, 'é' || n FROM generate_series(1, 1000) AS n"
    expected = copied(query, "format csv, header true")
    assert export(query, KEY, "format csv, header true") == (1000, 1, len(expected))
    assert rds_s3.get(KEY) == expected
