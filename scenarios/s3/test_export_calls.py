"""Ways to call the export function: arguments, overloads, transactions, languages, hostile input."""

from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import Basis, refused, rests_on, scenario

pytestmark = scenario(
    "s3/export-calls",
    title="Call aws_s3.query_export_to_s3",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/postgresql-s3-export-functions.html",
    document="RDS for PostgreSQL: export to S3 with a stored procedure",
    since=13,
    needs=("aws_s3",),
    basis=Basis.STAND_IN,
)

FUNCTION = "aws_s3.query_export_to_s3"
UNABLE = "could not upload to Amazon S3"

#: Keys that mean something to a shell, a URL, a file system or SQL.
HOSTILE_KEYS = (
    "sp ace'\";$(touch x)`id`/ü漢+%&?#.csv",
    "../../etc/passwd",
    "a//b/./c",
    "%2e%2e/%00",
    " leading and trailing ",
    "query?acl&uploads=",
    "'; DROP TABLE keep; --",
    "x" * 1024,
)
HOSTILE_OPTIONS = (
    "format csv) TO PROGRAM 'id'; --",
    "format csv); DROP TABLE keep; --",
    "format csv) TO '/tmp/rdscheck-out",
    "format csv, header true); COPY keep TO STDOUT WITH (format csv",
    "program 'id'",
    "filename '/tmp/rdscheck-out'",
    "format csv /*",
    "$$format csv$$",
)
HOSTILE_QUERIES = (
    "SELECT 1; DROP TABLE keep",
    "SELECT 1) TO PROGRAM 'id'; --",
    "SELECT 1) TO STDOUT; DROP TABLE keep; COPY (SELECT 1",
    "DROP TABLE keep",
    "COPY keep TO STDOUT",
    "BEGIN",
    "keep",
    "SELECT 1;",
    "-- nothing",
)


@pytest.fixture
def uri(rds_s3: Any) -> str:
    """Give a location as psql's gset leaves it: the text of a row, without a type."""
    return f"({rds_s3.bucket},out.csv,{rds_s3.region})"


@pytest.fixture
def keep(aws_s3: Any) -> Any:
    """Create a table that hostile input tries to drop; check that it is still there."""
    aws_s3.execute("CREATE TABLE keep AS SELECT 1 AS a")
    yield
    assert aws_s3.execute("SELECT a FROM keep").fetchall() == [(1,)]


def test_location_as_untyped_text(aws_s3: Any, rds_s3: Any, uri: str, step: Any) -> None:
    r"""The text of a location, as psql's \gset keeps it, works as second argument."""
    for call in (
        f"{FUNCTION}('SELECT 1', '{uri}')",
        f"{FUNCTION}('SELECT 1', '{uri}', options := 'format text')",
        f"{FUNCTION}('SELECT 1', '{uri}'::aws_commons._s3_uri_1, 'format text')",
        f"{FUNCTION}(query := 'SELECT 1', s3_info := '{uri}', options := NULL, kms_key := NULL)",
    ):
        with step(call):
            assert aws_s3.execute(f"SELECT * FROM {call}").fetchone() == (1, 1, 2)
            assert rds_s3.get("out.csv") == b"1\n"
            rds_s3.client.delete_object(Bucket=rds_s3.bucket, Key="out.csv")


def test_options_as_third_argument_without_a_type(
    aws_s3: Any, rds_s3: Any, uri: str, nothing_left: Any, step: Any
) -> None:
    """An untyped location with options as third argument means bucket and key: name the options or cast."""
    with (
        step("1. ('query', 'location', 'format text'): the location is taken as a bucket's name"),
        refused(pg.SystemError, UNABLE),
    ):
        aws_s3.execute(f"SELECT * FROM {FUNCTION}('SELECT 1', '{uri}', 'format text')")
    nothing_left()
    with step("2. The same with options :="):
        aws_s3.execute(f"SELECT * FROM {FUNCTION}('SELECT 1', '{uri}', options := 'format text')")
        assert rds_s3.keys() == ["out.csv"]


def test_flat_form(aws_s3: Any, rds_s3: Any, step: Any) -> None:
    """Bucket, key and Region as separate arguments work, by position and by name in any order."""
    bucket, region = rds_s3.bucket, rds_s3.region
    for key, call in (
        ("2.txt", f"'SELECT 1', '{bucket}', '2.txt'"),
        ("3.txt", f"'SELECT 1', '{bucket}', '3.txt', '{region}'"),
        ("4.txt", f"'SELECT 1', '{bucket}', '4.txt', '{region}', 'format csv'"),
        ("5.txt", f"'SELECT 1', '{bucket}', '5.txt', options := 'format csv'"),
        ("6.txt", f"file_path := '6.txt', bucket := '{bucket}', query := 'SELECT 1', region := '{region}'"),
    ):
        with step(call):
            assert aws_s3.execute(f"SELECT * FROM {FUNCTION}({call})").fetchone() == (1, 1, 2)
            assert rds_s3.get(key) == b"1\n"


def test_result_is_one_row_of_three_counts(aws_s3: Any, rds_s3: Any, uri: str) -> None:
    """SELECT * FROM gives one row: rows_uploaded, files_uploaded, bytes_uploaded, all bigint."""
    cursor = aws_s3.execute(f"SELECT * FROM {FUNCTION}('SELECT 1', '{uri}')")
    assert [column.name for column in cursor.description] == [
        "rows_uploaded",
        "files_uploaded",
        "bytes_uploaded",
    ]
    assert [column.type_code for column in cursor.description] == [20, 20, 20]
    assert cursor.fetchall() == [(1, 1, 2)]
    (row,) = aws_s3.execute(f"SELECT {FUNCTION}('SELECT 1', '{uri}')::text").fetchone()
    assert row == "(1,1,2)"


def test_one_row_of_a_timestamp(aws_s3: Any, uri: str) -> None:
    """SELECT now() exported as text counts one row and the bytes of its text with the newline."""
    (length,) = aws_s3.execute("SELECT length(now()::text)").fetchone()
    rows, files, size = aws_s3.execute(f"SELECT * FROM {FUNCTION}('SELECT now()', '{uri}')").fetchone()
    assert (rows, files) == (1, 1)
    assert abs(size - (length + 1)) <= 6  # trailing zeros of the microseconds are not printed


@rests_on("null-arguments")
def test_missing_arguments(aws_s3: Any, rds_s3: Any, nothing_left: Any, step: Any) -> None:
    """NULL or an empty text for query, bucket, key or location is refused, and nothing is written."""
    bucket = rds_s3.bucket
    for call in (
        f"NULL, '{bucket}', 'k'",
        "'SELECT 1', NULL, 'k'",
        f"'SELECT 1', '{bucket}', NULL",
        "'SELECT 1', NULL::aws_commons._s3_uri_1",
        f"'SELECT 1', aws_commons.create_s3_uri('{bucket}', NULL, NULL)",
        "'SELECT 1', '', 'k'",
        f"'SELECT 1', '{bucket}', ''",
        f"'', '{bucket}', 'k'",
    ):
        with step(call), pytest.raises((pg.DataError, pg.SyntaxError)):
            aws_s3.execute(f"SELECT * FROM {FUNCTION}({call})")
    nothing_left()


def test_called_from_everywhere(aws_s3: Any, rds_s3: Any, uri: str, step: Any) -> None:
    """An export works in a DO block, in PL/pgSQL and SQL functions, and once per row of a query."""
    with step("1. A DO block"):
        aws_s3.execute(f"DO $$ BEGIN PERFORM {FUNCTION}('SELECT ''do''', '{uri}'); END $$")
        assert rds_s3.get("out.csv") == b"do\n"
    with step("2. A PL/pgSQL function whose query is a variable"):
        aws_s3.execute(
            "CREATE FUNCTION f(q text) RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE n bigint; BEGIN"
            f" SELECT rows_uploaded INTO n FROM {FUNCTION}(q, '{uri}'); RETURN n; END $$"
        )
        assert aws_s3.execute("SELECT f('SELECT generate_series(1, 3)')").fetchone() == (3,)
    with step("3. A SQL function"):
        aws_s3.execute(
            "CREATE FUNCTION g() RETURNS bigint LANGUAGE sql AS"
            f" $$ SELECT bytes_uploaded FROM {FUNCTION}('SELECT ''sql''', '{uri}') $$"
        )
        assert aws_s3.execute("SELECT g()").fetchone() == (4,)
    with step("4. One export per row"):
        done = aws_s3.execute(
            f"SELECT n, e.* FROM generate_series(1, 2) AS n, {FUNCTION}('SELECT ' || n,"
            " %s, 'row' || n || '.txt') AS e ORDER BY n",
            [rds_s3.bucket],
        ).fetchall()
        assert done == [(1, 1, 1, 2), (2, 1, 1, 2)]
    with step("5. An export whose query exports"):
        aws_s3.execute(
            f"SELECT * FROM {FUNCTION}(%s, %s, 'outer.txt')",
            [
                f"SELECT files_uploaded FROM {FUNCTION}('SELECT 7', '{rds_s3.bucket}', 'inner.txt')",
                rds_s3.bucket,
            ],
        )
    found = {key: rds_s3.get(key) for key in rds_s3.keys() if key != "out.csv"}  # noqa: SIM118
    assert found == {"row1.txt": b"1\n", "row2.txt": b"2\n", "inner.txt": b"7\n", "outer.txt": b"1\n"}


def test_transaction_sees_itself(aws_s3: Any, rds_s3: Any, uri: str) -> None:
    """An export sees what its own transaction has changed, as any query does."""
    with aws_s3.transaction():
        aws_s3.execute("CREATE TEMP TABLE t AS SELECT 'uncommitted' AS a")
        aws_s3.execute(f"SELECT * FROM {FUNCTION}('SELECT a FROM t', '{uri}')")
    assert rds_s3.get("out.csv") == b"uncommitted\n"


def test_rolled_back_transaction_leaves_the_object(aws_s3: Any, rds_s3: Any, uri: str, step: Any) -> None:
    """S3 knows no transactions: the object of a rolled-back transaction stays."""
    with step("1. BEGIN, insert, export, ROLLBACK"):
        aws_s3.execute("CREATE TABLE t (a int)")
        with aws_s3.transaction(force_rollback=True):
            aws_s3.execute("INSERT INTO t VALUES (5)")
            aws_s3.execute(f"SELECT * FROM {FUNCTION}('SELECT a FROM t', '{uri}')")
    assert aws_s3.execute("SELECT count(*) FROM t").fetchone() == (0,)
    assert rds_s3.get("out.csv") == b"5\n"


@rests_on("export-read-only")
def test_read_only_transaction(aws_s3: Any, rds_s3: Any, uri: str, step: Any) -> None:
    """A read-only transaction exports what it reads; a query that writes is refused there."""
    aws_s3.execute("CREATE TABLE t (a int)")
    aws_s3.execute("SET default_transaction_read_only = on")
    with step("1. A query that reads"):
        assert aws_s3.execute(f"SELECT * FROM {FUNCTION}('SELECT 1', '{uri}')").fetchone() == (1, 1, 2)
    with (
        step("2. A query that writes"),
        refused(pg.ReadOnlySqlTransaction, "cannot execute INSERT in a read-only transaction"),
    ):
        aws_s3.execute(f"SELECT * FROM {FUNCTION}('INSERT INTO t VALUES (1) RETURNING a', '{uri}')")


@rests_on("export-statements")
def test_statements_that_return_rows(aws_s3: Any, rds_s3: Any, uri: str, step: Any) -> None:
    """VALUES, TABLE, WITH and DELETE … RETURNING can be exported; the rows deleted are gone."""
    aws_s3.execute("CREATE TABLE t AS SELECT 1 AS a")
    for query in (
        "VALUES (1)",
        "TABLE t",
        "WITH x AS (SELECT 1) SELECT * FROM x",
        "DELETE FROM t RETURNING a",
    ):
        with step(query):
            assert aws_s3.execute(f"SELECT * FROM {FUNCTION}(%s, '{uri}')", [query]).fetchone() == (1, 1, 2)
            assert rds_s3.get("out.csv") == b"1\n"
    assert aws_s3.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_columns_of_one_name_and_no_column(aws_s3: Any, rds_s3: Any, export: Any) -> None:
    """Columns of one name keep it in the header; a query without columns exports empty lines."""
    export("SELECT 1, 2, 3 AS a, 4 AS a", "names.csv", "format csv, header true")
    assert rds_s3.get("names.csv") == b"?column?,?column?,a,a\n1,2,3,4\n"
    assert export("SELECT FROM generate_series(1, 2)", "none.csv", "format csv") == (2, 1, 2)


def test_comments_and_quotes_in_the_query(rds_s3: Any, export: Any, step: Any) -> None:
    """A query may end in a comment and hold dollar quotes, semicolons in texts and parentheses."""
    for query in ("SELECT 1 -- the end", "SELECT 1 /* ; */", "(SELECT 1)", "SELECT length($q$;$q$)"):
        with step(query):
            export(query, "out.txt")
            assert rds_s3.get("out.txt") == b"1\n"


def test_hostile_keys(rds_s3: Any, export: Any, keep: Any) -> None:
    """Keys full of quotes, blanks, dots, percent signs and foreign letters name exactly that object."""
    for number, key in enumerate(HOSTILE_KEYS):
        export(f"SELECT {number}", key)
        assert rds_s3.get(key) == b"%d\n" % number
    assert rds_s3.keys() == sorted(HOSTILE_KEYS)


def test_impossible_keys(rds_s3: Any, export: Any, nothing_left: Any, step: Any) -> None:
    """A key longer than S3 allows is refused, however it is made up."""
    for key in ("x" * 1025, "ü" * 513):
        with step(f"{len(key.encode())} bytes"), pytest.raises(pg.Error):
            export("SELECT 1", key)
    nothing_left()


def test_hostile_buckets(
    rds_db: Any, rds_s3: Any, export: Any, keep: Any, nothing_left: Any, step: Any
) -> None:
    """A bucket's name that is none is refused, even for a role that may do everything."""
    rds_db.associate_role("s3Export", allow=("*",), resource=("*",))
    bucket = rds_s3.bucket
    for name in (
        "b'; DROP TABLE keep; --",
        f"../{bucket}",
        f"{bucket}/x",
        f"{bucket}?acl",
        f"{bucket}\r\nHost: x",
        f"{bucket}#",
        "$(id)",
        "ü",
        "x" * 300,
    ):
        with step(ascii(name)), pytest.raises(pg.Error):
            export("SELECT 1", bucket=name)
    nothing_left()


def test_hostile_regions_and_keys_for_encryption(
    rds_s3: Any, export: Any, nothing_left: Any, step: Any
) -> None:
    """A Region or kms_key that tries to be a header of its own is refused."""
    for text in ("us-east-1\r\nx-amz-acl: public-read", "us-east-1/../x"):
        with step(ascii(text)), pytest.raises(pg.Error):
            export("SELECT 1", region=text)
    with step("kms_key"), pytest.raises(pg.Error):
        export("SELECT 1", kms_key="k\r\nx-amz-acl: public-read")
    nothing_left()


def test_hostile_options(export: Any, keep: Any, nothing_left: Any, step: Any) -> None:
    """Options that try to end the option list run nothing: a syntax error each."""
    for options in HOSTILE_OPTIONS:
        with step(options), pytest.raises(pg.SyntaxError):
            export("SELECT 1", "out.csv", options)
    nothing_left()


def test_hostile_queries(export: Any, keep: Any, nothing_left: Any, step: Any) -> None:
    """Several statements, or one that is no query, run nothing: an error each, also a final semicolon."""
    for query in HOSTILE_QUERIES:
        with step(query), pytest.raises((pg.SyntaxError, pg.FeatureNotSupported)):
            export(query)
    with (
        step("SELECT INTO"),
        refused(pg.FeatureNotSupported, "COPY (SELECT INTO) is not supported"),
    ):
        export("SELECT 1 AS a INTO other")
    nothing_left()
