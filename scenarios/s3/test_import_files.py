"""Files an import understands: formats, options, columns, encodings, compression."""

import gzip
import zlib
from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import Basis, claim, refused, rests_on, scenario

pytestmark = scenario(
    "s3/import-files",
    title="Import files of other formats than the default",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PostgreSQL.S3Import.FileFormats.html",
    since=13,
    needs=("aws_s3",),
    basis=Basis.STAND_IN,
)

EXPECTED = [(1, "one", None), (2, 'say "hi"', ""), (3, "a,b|c", "x")]
CSV = b'1,one,\n2,"say ""hi""",""\n3,"a,b|c",x\n'
FORMATS = {
    "": b'1\tone\t\\N\n2\tsay "hi"\t\n3\ta,b|c\tx\n',
    "(format text)": b'1\tone\t\\N\n2\tsay "hi"\t\n3\ta,b|c\tx\n',
    "(format csv)": CSV,
    "(FORMAT csv, HEADER true)": b"a,b,c\n" + CSV,
    "WITH (format csv)": CSV,
    "CSV": CSV,
    "CSV HEADER": b"a,b,c\n" + CSV,
    "DELIMITER '|'": b'1|one|\\N\n2|say "hi"|\n3|a,b\\|c|x\n',
    "DELIMITER ',' CSV ENCODING 'UTF8' QUOTE '\"'": CSV,
    "(format csv, delimiter $$:$$, null 'n/a', quote '^', escape '^')": (
        b'1:one:n/a\n2:^say "hi"^:\n3:a,b|c:x\n'
    ),
    "(format csv, force_null (c), null '-')": b'1,one,"-"\n2,"say ""hi""",""\n3,"a,b|c",x\n',
    "(format csv) ": CSV.replace(b"\n", b"\r\n"),
}


@pytest.fixture
def t(aws_s3: Any) -> str:
    """Create a table of three columns."""
    aws_s3.execute("CREATE TABLE t (a int, b text, c text)")
    return "t"


def rows(conn: Any, columns: str = "*") -> list[Any]:
    """Return the table's rows in order."""
    found: list[Any] = conn.execute(f"SELECT {columns} FROM t ORDER BY 1").fetchall()
    return found


@pytest.mark.parametrize(("options", "data"), FORMATS.items(), ids=[one or "none" for one in FORMATS])
def test_options_decide_how_a_file_is_read(
    aws_s3: Any, rds_s3: Any, t: str, import_: Any, options: str, data: bytes
) -> None:
    """Options are the tail of COPY: a list in parentheses, or the words of old."""
    rds_s3.put("in", data)
    answer = import_(t, "in", options)
    assert answer == f'3 rows imported into relation "t" from file in of {len(data)} bytes'
    assert rows(aws_s3) == EXPECTED


def test_binary_format(aws_s3: Any, rds_s3: Any, t: str, import_: Any, copied: Any) -> None:
    """A binary file made by COPY is imported."""
    rds_s3.put("in.bin", copied("SELECT 7, 'x'::text, NULL::text", "format binary"))
    import_(t, "in.bin", "(format binary)")
    assert rows(aws_s3) == [(7, "x", None)]


def test_wrong_options_tell_the_error_of_copy(
    aws_s3: Any, rds_s3: Any, t: str, import_: Any, step: Any
) -> None:
    """Options that COPY does not take are refused with COPY's own error, as is a list without parentheses."""
    rds_s3.put("in", CSV)
    for options, kind, message in (
        ("format csv", pg.SyntaxError, "syntax error at or near"),
        ("(format csv, bogus true)", pg.SyntaxError, 'option "bogus" not recognized'),
        ("(format nosuch)", pg.InvalidParameterValue, 'COPY format "nosuch" not recognized'),
        ("(format csv, delimiter '||')", pg.FeatureNotSupported, "single one-byte character"),
        ("(format csv, encoding 'nosuch')", pg.InvalidParameterValue, "valid encoding name"),
    ):
        with step(options), refused(kind, message):
            import_(t, "in", options)
    assert rows(aws_s3) == []


@rests_on("import-where")
def test_where_is_refused(aws_s3: Any, rds_s3: Any, t: str, import_: Any) -> None:
    """A WHERE clause after the options is refused."""
    rds_s3.put("in", CSV)
    with pytest.raises((pg.FeatureNotSupported, pg.SyntaxError)):
        import_(t, "in", "(format csv) WHERE a > 1")
    assert rows(aws_s3) == []


def test_column_list(aws_s3: Any, rds_s3: Any, t: str, import_: Any, step: Any) -> None:
    """Columns may be listed in any order; those left out get their defaults; unknown ones are refused."""
    aws_s3.execute("ALTER TABLE t ALTER c SET DEFAULT 'dflt'")
    aws_s3.execute('ALTER TABLE t ADD "my col" int DEFAULT 0, ADD "Case" int')
    for columns, data, expected in (
        ("", "1,x,y,2,3\n", (1, "x", "y", 2, 3)),
        ("b,a", "x,1\n", (1, "x", "dflt", 0, None)),
        (' "my col" , a ', "5,1\n", (1, None, "dflt", 5, None)),
        ('a,"Case"', "1,6\n", (1, None, "dflt", 0, 6)),
    ):
        with step(f"columns '{columns}'"):
            aws_s3.execute("TRUNCATE t")
            rds_s3.put("in", data)
            import_(t, "in", columns=columns)
            assert rows(aws_s3) == [expected]
    for columns, kind, message in (
        ("a,nosuch", pg.UndefinedColumn, 'column "nosuch" of relation "t" does not exist'),
        ("a,Case", pg.UndefinedColumn, 'column "case" of relation "t" does not exist'),
        ("a,a", pg.DuplicateColumn, 'column "a" specified more than once'),
    ):
        with step(f"columns '{columns}'"), refused(kind, message):
            import_(t, "in", columns=columns)


def test_encoding(aws_s3: Any, rds_s3: Any, t: str, import_: Any, step: Any) -> None:
    """The encoding option says how letters are written; bytes that are none in it are refused."""
    for encoding, data in (("LATIN1", b"1,\xe9,\n"), ("WIN1252", b"1,\xe9,\n"), ("UTF8", b"1,\xc3\xa9,\n")):
        with step(encoding):
            aws_s3.execute("TRUNCATE t")
            rds_s3.put("in", data)
            import_(t, "in", f"(format csv, encoding '{encoding}')")
            assert rows(aws_s3, "a, b") == [(1, "é")]
    with (
        step("LATIN1 read as UTF8"),
        refused(pg.CharacterNotInRepertoire, 'invalid byte sequence for encoding "UTF8"'),
    ):
        rds_s3.put("in", b"2,\xe9,\n")
        import_(t, "in")


def test_byte_zero_is_refused(rds_s3: Any, t: str, import_: Any) -> None:
    """A byte zero in a text is refused."""
    rds_s3.put("in", b"1,a\x00b,c\n")
    with refused(pg.CharacterNotInRepertoire, "0x00"):
        import_(t, "in")


@rests_on("import-answer")
def test_gzip_by_content_encoding(aws_s3: Any, rds_s3: Any, t: str, import_: Any) -> None:
    """An object with Content-Encoding gzip is unpacked; the answer tells its size as stored."""
    packed = gzip.compress(CSV, mtime=0)
    rds_s3.put("in.csv", packed, ContentEncoding="gzip")
    answer = import_(t, "in.csv")
    assert answer == f'3 rows imported into relation "t" from file in.csv of {len(packed)} bytes'
    assert rows(aws_s3) == EXPECTED


@rests_on("import-gzip-user-metadata")
def test_gzip_by_metadata(aws_s3: Any, rds_s3: Any, t: str, import_: Any) -> None:
    """An object whose own metadata say content-encoding gzip is unpacked too."""
    rds_s3.put("in.csv", gzip.compress(CSV), Metadata={"content-encoding": "gzip"})
    import_(t, "in.csv")
    assert rows(aws_s3) == EXPECTED


def test_name_alone_does_not_unpack(aws_s3: Any, rds_s3: Any, t: str, import_: Any, step: Any) -> None:
    """A name that ends in .gz does not make a file gzip: without metadata its bytes are refused as text."""
    with step("1. A packed file without metadata"):
        rds_s3.put("in.csv.gz", gzip.compress(CSV))
        with pytest.raises(pg.DataError):
            import_(t, "in.csv.gz")
        assert rows(aws_s3) == []
    with step("2. A plain file of that name"):
        rds_s3.put("in.csv.gz", CSV)
        import_(t, "in.csv.gz")
        assert rows(aws_s3) == EXPECTED


def test_gzip_of_several_members(aws_s3: Any, rds_s3: Any, t: str, import_: Any) -> None:
    """A file of several gzip members, as appending tools make it, is read to its end."""
    rds_s3.put("in", gzip.compress(b"1,one,\n") + gzip.compress(b"2,two,\n"), ContentEncoding="gzip")
    import_(t, "in")
    assert rows(aws_s3, "a, b") == [(1, "one"), (2, "two")]


def test_damaged_gzip_imports_nothing(aws_s3: Any, rds_s3: Any, t: str, import_: Any, step: Any) -> None:
    """A gzip file that is cut off, damaged or no gzip at all is an error and imports no row."""
    data = b"".join(b"%d,x,y\n" % n for n in range(2000))
    packed = gzip.compress(data)
    middle = len(packed) // 2
    packer = zlib.compressobj(wbits=31)
    whole_rows = packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH)
    for damage, found in (
        ("cut off in the middle", packed[:middle]),
        ("cut off after a row, without its end", whole_rows),
        ("a byte changed", packed[:middle] + bytes([packed[middle] ^ 0xFF]) + packed[middle + 1 :]),
        ("a wrong checksum", packed[:-8] + bytes(4) + packed[-4:]),
        ("not packed at all", data),
    ):
        rds_s3.put("in", found, ContentEncoding="gzip")
        with step(damage), pytest.raises(pg.Error):
            import_(t, "in")
        assert rows(aws_s3) == []


def test_large_file(aws_s3: Any, rds_s3: Any, t: str, import_: Any) -> None:
    """A file of several megabytes arrives whole: every row once, checked by count and sum."""
    data = b"".join(b"%d,%s,\n" % (n, b"x" * 200) for n in range(20000))
    rds_s3.put("in", data)
    assert import_(t, "in").startswith("20000 rows imported")
    assert aws_s3.execute(
        "SELECT count(*), count(DISTINCT a), sum(a), min(length(b)), max(length(b)) FROM t"
    ).fetchone() == (20000, 20000, sum(range(20000)), 200, 200)


def test_last_line_may_lack_its_newline(aws_s3: Any, rds_s3: Any, t: str, import_: Any) -> None:
    """A last line without a newline is imported like any other."""
    rds_s3.put("in", b"1,one,x\n2,two,y")
    import_(t, "in")
    assert rows(aws_s3) == [(1, "one", "x"), (2, "two", "y")]


def test_line_of_backslash_and_dot_comes_back(
    aws_s3: Any, rds_s3: Any, t: str, export: Any, import_: Any
) -> None:
    """A value with a line of backslash and dot is quoted by an export and comes back as it was."""
    export(r"SELECT 1, E'\\.', E'a\n\\.\nb'", "in", "format csv")
    import_(t, "in")
    assert rows(aws_s3) == [(1, "\\.", "a\n\\.\nb")]


@claim(until=17)
def test_bare_line_of_backslash_and_dot_ends_a_csv_file(
    aws_s3: Any, rds_s3: Any, t: str, import_: Any
) -> None:
    """Before PostgreSQL 18 an unquoted line of backslash and dot ends a CSV file: the rest is left out."""
    rds_s3.put("in", "1,x,y\n\\.\n2,x,y\n")
    assert import_(t, "in").startswith("1 rows imported")
    assert rows(aws_s3, "a") == [(1,)]


@claim(since=18)
def test_bare_line_of_backslash_and_dot_is_data(aws_s3: Any, rds_s3: Any, t: str, import_: Any) -> None:
    """From PostgreSQL 18 on an unquoted line of backslash and dot is a value of a CSV file like any other."""
    rds_s3.put("in", "x\n\\.\ny\n")
    import_(t, "in", columns="b")
    assert sorted(rows(aws_s3, "b")) == [("\\.",), ("x",), ("y",)]


@claim(since=15)
def test_header_can_be_checked(aws_s3: Any, rds_s3: Any, t: str, import_: Any, step: Any) -> None:
    """With header match a file whose column names differ from the table's is refused."""
    with step("1. The right names"):
        rds_s3.put("in", "a,b,c\n1,x,y\n")
        import_(t, "in", "(format csv, header match)")
    with step("2. Others"):
        rds_s3.put("in", "a,c,b\n1,x,y\n")
        with refused(pg.BadCopyFileFormat, "column name mismatch in header line"):
            import_(t, "in", "(format csv, header match)")
    assert rows(aws_s3) == [(1, "x", "y")]


@claim(since=17)
def test_bad_rows_can_be_passed_over(aws_s3: Any, rds_s3: Any, t: str, import_: Any) -> None:
    """With on_error ignore rows that do not fit are left out and the others imported."""
    rds_s3.put("in", "1,x,y\nnone,x,y\n3,x,y\n")
    assert import_(t, "in", "(format csv, on_error ignore)").startswith("2 rows imported")
    assert rows(aws_s3, "a") == [(1,), (3,)]
