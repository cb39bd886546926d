"""Import a file from S3 into a table: the documented forms, the answer, the transaction."""

from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import Basis, refused, rests_on, scenario

pytestmark = scenario(
    "s3/import",
    title="Import data from S3 into a table",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PostgreSQL.S3Import.Reference.html",
    since=13,
    needs=("aws_s3",),
    basis=Basis.STAND_IN,
)

FUNCTION = "aws_s3.table_import_from_s3"
CSV = "1,one\n2,two\n"


@pytest.fixture
def t(aws_s3: Any, rds_s3: Any) -> str:
    """Create an empty table and put a CSV file with two rows for it into the bucket."""
    aws_s3.execute("CREATE TABLE t (a int, b text)")
    rds_s3.put("in/t.csv", CSV)
    return "t"


def rows(conn: Any, table: str = "t") -> list[Any]:
    """Return a table's rows in order."""
    found: list[Any] = conn.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
    return found


def test_location_form(aws_s3: Any, rds_s3: Any, t: str, step: Any) -> None:
    """The form with a location imports the file and says how many rows, into what, from where, how large."""
    with step("1. Import with aws_commons.create_s3_uri"):
        (answer,) = aws_s3.execute(
            f"SELECT {FUNCTION}('t', '', '(format csv)', aws_commons.create_s3_uri(%s, 'in/t.csv', %s))",
            [rds_s3.bucket, rds_s3.region],
        ).fetchone()
        assert answer == '2 rows imported into relation "t" from file in/t.csv of 12 bytes'
    with step("2. The rows are there"):
        assert rows(aws_s3) == [(1, "one"), (2, "two")]


def test_flat_form(aws_s3: Any, rds_s3: Any, t: str) -> None:
    """The form with bucket, key and Region as separate arguments imports the same."""
    (answer,) = aws_s3.execute(
        f"SELECT {FUNCTION}('t', '', '(format csv)', %s, 'in/t.csv', %s)", [rds_s3.bucket, rds_s3.region]
    ).fetchone()
    assert answer == '2 rows imported into relation "t" from file in/t.csv of 12 bytes'
    assert rows(aws_s3) == [(1, "one"), (2, "two")]


def test_location_as_untyped_text(aws_s3: Any, rds_s3: Any, t: str) -> None:
    r"""The text of a location, as psql's \gset keeps it, works as fourth argument."""
    aws_s3.execute(
        f"SELECT {FUNCTION}('t', '', '(format csv)', '({rds_s3.bucket},in/t.csv,{rds_s3.region})')"
    )
    assert rows(aws_s3) == [(1, "one"), (2, "two")]


@rests_on("s3-signature-not-checked")
def test_forms_with_credentials(aws_s3: Any, rds_s3: Any, t: str, step: Any) -> None:
    """Both forms take credentials, by position and by name, with an empty session token."""
    if rds_s3.backend.startswith("http"):
        pytest.skip("this S3 checks keys, and a scenario has none of its own")
    bucket, region = rds_s3.bucket, rds_s3.region
    target, file = "'t', '', '(format csv)'", f"'{bucket}', 'in/t.csv', '{region}'"
    named = "table_name := 't', column_list := '', options := '(format csv)'"
    location = f"aws_commons.create_s3_uri({file})"
    keys = "aws_commons.create_aws_credentials('AK', 'SK'"
    for call in (
        f"{target}, {location}, {keys}, '')",
        f"{named}, s3_info := {location}, credentials := {keys}, NULL)",
        f"{target}, {file}, 'AK', 'SK', ''",
        f"{target}, {file}, access_key := 'AK', secret_key := 'SK'",
    ):
        with step(call):
            aws_s3.execute("TRUNCATE t")
            aws_s3.execute(f"SELECT {FUNCTION}({call})")
            assert rows(aws_s3) == [(1, "one"), (2, "two")]


def test_named_arguments(aws_s3: Any, rds_s3: Any, t: str) -> None:
    """All arguments may be named, in any order."""
    aws_s3.execute(
        f"SELECT {FUNCTION}(s3_info := aws_commons.create_s3_uri(file_path := 'in/t.csv', bucket := %s,"
        " region := %s), options := '(format csv)', column_list := 'a,b', table_name := 't')",
        [rds_s3.bucket, rds_s3.region],
    )
    assert rows(aws_s3) == [(1, "one"), (2, "two")]


@rests_on("import-answer")
def test_answer_in_detail(aws_s3: Any, rds_s3: Any, import_: Any, step: Any) -> None:
    """The answer says "rows" for one and for no row, and names the table as it was named."""
    aws_s3.execute('CREATE SCHEMA "My App"')
    aws_s3.execute('CREATE TABLE "My App"."T" (a int)')
    rds_s3.put("one.csv", "1\n")
    rds_s3.put("header.csv", "a\n")
    with step("1. One row"):
        assert import_('"My App"."T"', "one.csv") == (
            '1 rows imported into relation ""My App"."T"" from file one.csv of 2 bytes'
        )
    with step("2. A header and nothing else"):
        assert import_('"My App"."T"', "header.csv", "(format csv, header)").startswith("0 rows imported")


def test_import_appends(aws_s3: Any, t: str, import_: Any) -> None:
    """A second import adds its rows to those of the first."""
    for _ in range(2):
        import_(t, "in/t.csv")
    assert rows(aws_s3) == [(1, "one"), (1, "one"), (2, "two"), (2, "two")]


def test_import_belongs_to_its_transaction(aws_s3: Any, t: str, import_: Any, step: Any) -> None:
    """Imported rows are seen in their transaction and gone when it is rolled back, as after a savepoint."""
    with step("1. BEGIN, import, ROLLBACK"):
        with aws_s3.transaction(force_rollback=True):
            import_(t, "in/t.csv")
            assert len(rows(aws_s3)) == 2
        assert rows(aws_s3) == []
    with step("2. BEGIN, import, import again under a savepoint that is rolled back, COMMIT"):
        with aws_s3.transaction():
            import_(t, "in/t.csv")
            with aws_s3.transaction(force_rollback=True):
                import_(t, "in/t.csv")
                assert len(rows(aws_s3)) == 4
        assert len(rows(aws_s3)) == 2


def test_table_made_in_the_same_transaction(aws_s3: Any, rds_s3: Any, t: str, import_: Any) -> None:
    """A table made in the transaction, also a temporary one, can be imported into at once."""
    with aws_s3.transaction():
        aws_s3.execute("CREATE TEMP TABLE fresh (a int, b text) ON COMMIT DROP")
        import_("fresh", "in/t.csv")
        assert rows(aws_s3, "fresh") == [(1, "one"), (2, "two")]


def test_read_only_transaction(aws_s3: Any, t: str, import_: Any) -> None:
    """A read-only transaction refuses an import."""
    aws_s3.execute("SET default_transaction_read_only = on")
    with refused(pg.ReadOnlySqlTransaction, "in a read-only transaction"):
        import_(t, "in/t.csv")


def test_called_from_functions(aws_s3: Any, rds_s3: Any, t: str, step: Any) -> None:
    """An import works in a DO block and once per row of a query that lists files."""
    location = f"aws_commons.create_s3_uri('{rds_s3.bucket}', %s, '{rds_s3.region}')"
    with step("1. A DO block"):
        call = location.replace("%s", "'in/t.csv'")
        aws_s3.execute(f"DO $$ BEGIN PERFORM {FUNCTION}('t', '', '(format csv)', {call}); END $$")
        assert len(rows(aws_s3)) == 2
    with step("2. Several files in one statement"):
        rds_s3.put("in/u.csv", "3,three\n")
        call = location.replace("%s", "file")
        aws_s3.execute(
            f"SELECT {FUNCTION}('t', '', '(format csv)', {call})"
            " FROM unnest(ARRAY['in/t.csv', 'in/u.csv']) AS file"
        )
        assert [a for a, _ in rows(aws_s3)] == [1, 1, 2, 2, 3]


@rests_on("import-status-texts")
def test_one_object_per_call(aws_s3: Any, rds_s3: Any, t: str, import_: Any, step: Any) -> None:
    """A prefix or a pattern is no file: only the key itself is imported."""
    rds_s3.put("in/*", "7,star\n")
    for key in ("in/", "in/t", "in/?.csv", "in/%"):
        with step(key), pytest.raises(pg.InternalError_, match="HTTP 404"):
            import_(t, key)
    assert rows(aws_s3) == []
    with step("an object whose name is a pattern"):
        import_(t, "in/*")
        assert rows(aws_s3) == [(7, "star")]


@rests_on("import-null-region", "import-null-columns")
def test_arguments_left_empty(aws_s3: Any, rds_s3: Any, t: str, step: Any) -> None:
    """NULL for columns, options or Region means all columns, text format and the instance's Region."""
    rds_s3.put("t.txt", "5\tfive\n")
    for columns, options, region in (("NULL", "NULL", "NULL"), ("' '", "''", "''")):
        with step(f"{columns}, {options}, {region}"):
            aws_s3.execute("TRUNCATE t")
            aws_s3.execute(
                f"SELECT {FUNCTION}('t', {columns}, {options}, %s, 't.txt', {region})", [rds_s3.bucket]
            )
            assert rows(aws_s3) == [(5, "five")]


@rests_on("null-arguments")
def test_missing_arguments(aws_s3: Any, rds_s3: Any, t: str, step: Any) -> None:
    """NULL or an empty text for table, bucket, key or location is refused."""
    bucket = rds_s3.bucket
    for call in (
        f"NULL, '', '', '{bucket}', 'in/t.csv', NULL",
        f"'', '', '', '{bucket}', 'in/t.csv', NULL",
        "'t', '', '', NULL, 'in/t.csv', NULL",
        f"'t', '', '', '{bucket}', NULL, NULL",
        f"'t', '', '', '{bucket}', '', NULL",
        "'t', '', '', NULL::aws_commons._s3_uri_1",
    ):
        with step(call), pytest.raises((pg.DataError, pg.ProgrammingError)):
            aws_s3.execute(f"SELECT {FUNCTION}({call})")
    assert rows(aws_s3) == []


def test_hostile_keys(aws_s3: Any, rds_s3: Any, t: str, import_: Any, step: Any) -> None:
    """Keys full of quotes, blanks, dots, percent signs and foreign letters name exactly that object."""
    for number, key in enumerate(
        (
            "sp ace'\";$(touch x)`id`/ü漢+%&?#.csv",
            "../../etc/passwd",
            "a//b/./c",
            "%2e%2e/%00",
            " x ",
            "q?acl",
        )
    ):
        with step(key):
            rds_s3.put(key, f"{number},{key.count('x')}\n")
            aws_s3.execute("TRUNCATE t")
            import_(t, key)
            assert rows(aws_s3) == [(number, str(key.count("x")))]


def test_hostile_arguments(aws_s3: Any, t: str, import_: Any, step: Any) -> None:
    """Tables, columns and options that try to be statements run nothing: an error each."""
    for table, columns, options in (
        ("t; DROP TABLE t", "", "(format csv)"),
        ("t (a) FROM PROGRAM 'id'; --", "", "(format csv)"),
        ("(SELECT 1)", "", "(format csv)"),
        (t, "a) FROM PROGRAM 'id' --", "(format csv)"),
        (t, "a, b); DROP TABLE t; --", "(format csv)"),
        (t, "", "(format csv); DROP TABLE t"),
        (t, "", "(format csv) PROGRAM 'id'"),
        (t, "", "(format csv, program 'id')"),
        (t, "", "/* "),
    ):
        with step(f"{table} | {columns} | {options}"), pytest.raises((pg.ProgrammingError, pg.DataError)):
            import_(table, "in/t.csv", options, columns=columns)
    assert rows(aws_s3) == []
