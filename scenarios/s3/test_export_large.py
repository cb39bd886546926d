"""Exports too large for one file or one request: part files, multipart uploads."""

from typing import Any

from rdscheck import Basis, documentation_finding, rests_on, scenario

pytestmark = scenario(
    "s3/export-large",
    title="Export a result that is split into several files",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/postgresql-s3-export.html",
    document="RDS for PostgreSQL: export to S3 with a stored procedure",
    since=13,
    needs=("aws_s3",),
    basis=Basis.STAND_IN,
)

MIB = 1024**2
KEY = "exports/big.csv"
#: Rows with quotes and newlines inside, about 1 KiB each.
ROWS = "SELECT n, repeat(E'line \"one\"\\n', 90) || n AS note FROM generate_series(1, {}) AS n"


def parts(ask: Any, files: int) -> list[Any]:
    """Ask for the files of an export in their order, by the documented names."""
    return [ask(KEY if number == 1 else f"{KEY}_part{number}") for number in range(1, files + 1)]


@documentation_finding("export-guide-part-suffix")
def test_names_of_part_files(rds_db: Any, rds_s3: Any, export: Any, step: Any) -> None:
    """The first file keeps the name asked for, the next are name_part2, name_part3: none is name_part1."""
    rds_db.split_bytes(MIB)
    with step("1. Export about 2.5 MB with files of 1 MB"):
        rows, files, size = export(ROWS.format(2500), KEY, "format csv")
    with step("2. Look at the names"):
        assert files >= 3
        names = [KEY, *(f"{KEY}_part{number}" for number in range(2, files + 1))]
        assert rds_s3.keys() == sorted(names)
    assert rows == 2500
    assert size == sum(rds_s3.head(name)["ContentLength"] for name in names)


@rests_on("export-part-files")
def test_files_end_with_a_row(rds_db: Any, rds_s3: Any, export: Any, copied: Any, step: Any) -> None:
    """Every file ends where a row ends and is no larger than the limit; together they are COPY's output."""
    rds_db.split_bytes(256 * 1024)
    query = ROWS.format(800)
    for options in ("format text", "format csv", "format csv, header true"):
        with step(options):
            _, files, size = export(query, KEY, options)
            contents = parts(rds_s3.get, files)
            assert all(len(content) <= 256 * 1024 for content in contents)
            assert b"".join(contents) == copied(query, options)
            assert size == sum(map(len, contents))
            # A CSV row is over when its quotes are, a text row has no newline inside.
            assert all(content.endswith(b"\n") for content in contents)
            assert options == "format text" or all(content.count(b'"') % 2 == 0 for content in contents)


@rests_on("export-part-files")
def test_header_is_in_the_first_file_only(rds_db: Any, rds_s3: Any, export: Any) -> None:
    """Of several CSV files only the first begins with the header."""
    rds_db.split_bytes(1024)
    _, files, _ = export("SELECT n FROM generate_series(1, 1000) AS n", KEY, "format csv, header true")
    first, *others = parts(rds_s3.get, files)
    assert first.startswith(b"n\n1\n2\n")
    assert others
    assert not any(b"n" in other for other in others)


@rests_on("export-part-files")
def test_files_are_filled(rds_db: Any, rds_s3: Any, export: Any) -> None:
    """A file is full when the next row would not fit: rows of 100 bytes fill files of 1000 with ten."""
    rds_db.split_bytes(1000)
    assert export("SELECT repeat('x', 99) FROM generate_series(1, 25)", KEY) == (25, 3, 2500)
    assert [len(content) for content in parts(rds_s3.get, 3)] == [1000, 1000, 500]


@rests_on("export-part-files")
def test_row_larger_than_a_file(rds_db: Any, rds_s3: Any, export: Any) -> None:
    """A row larger than the limit is not cut: it has a file of its own."""
    rds_db.split_bytes(1000)
    assert export("SELECT repeat('x', n) FROM unnest(array[9, 4999, 9]) AS n", KEY) == (3, 3, 5020)
    assert [len(content) for content in parts(rds_s3.get, 3)] == [10, 5000, 10]


@rests_on("export-part-files")
def test_binary_is_not_split(rds_db: Any, rds_s3: Any, export: Any, copied: Any) -> None:
    """A binary export stays one file whatever its size, as its header stands at the front only."""
    rds_db.split_bytes(1000)
    query = "SELECT repeat('x', 99) FROM generate_series(1, 25)"
    expected = copied(query, "format binary")
    assert export(query, KEY, "format binary") == (25, 1, len(expected))
    assert rds_s3.get(KEY) == expected


def test_multipart_upload(rds_db: Any, rds_s3: Any, export: Any, copied: Any, step: Any) -> None:
    """A result larger than one request goes up as a multipart upload and comes out as one whole object."""
    rds_db.part_bytes(5 * MIB)
    query = ROWS.format(12000)
    expected = copied(query, "format csv")
    with step("1. Export about 12 MB in requests of 5 MiB"):
        assert export(query, KEY, "format csv") == (12000, 1, len(expected))
    with step("2. One object, made of three parts"):
        assert rds_s3.keys() == [KEY]
        assert rds_s3.head(KEY)["ETag"].strip('"').endswith(f"-{-(-len(expected) // (5 * MIB))}")
        assert rds_s3.get(KEY) == expected
        assert rds_s3.uploads() == []
    with step("3. A small one is a single request"):
        export("SELECT 1", "small.txt")
        assert "-" not in rds_s3.head("small.txt")["ETag"]


def test_part_files_of_an_earlier_export_stay(rds_db: Any, rds_s3: Any, export: Any, step: Any) -> None:
    """A smaller export to the same key replaces the first file; old part files are not removed."""
    rds_db.split_bytes(1000)
    with step("1. Three files, then one"):
        export("SELECT repeat('x', 99) FROM generate_series(1, 25)", KEY)
        assert export("SELECT 1", KEY) == (1, 1, 2)
    with step("2. The old part files are still there"):
        assert rds_s3.keys() == [KEY, f"{KEY}_part2", f"{KEY}_part3"]
        assert rds_s3.get(KEY) == b"1\n"


@rests_on("emulators-check-no-kms")
def test_key_for_encryption_is_on_every_file(rds_db: Any, rds_s3: Any, export: Any) -> None:
    """With kms_key every file of a split export carries that key, made of parts or not."""
    key = f"arn:aws:kms:{rds_s3.region}:123456789012:key/11111111-2222-3333-4444-555555555555"
    rds_db.split_bytes(1000)
    _, files, _ = export("SELECT repeat('x', 99) FROM generate_series(1, 25)", KEY, kms_key=key)
    assert [head.get("SSEKMSKeyId") for head in parts(rds_s3.head, files)] == [key] * 3
