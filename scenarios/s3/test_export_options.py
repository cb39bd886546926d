"""Export with the options of COPY: formats, delimiters, quoting, encodings, and what is refused."""

from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import Basis, deviation, refused, rests_on, scenario

pytestmark = scenario(
    "s3/export-options",
    title="Choose the format of an export with COPY options",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/postgresql-s3-export-functions.html",
    document="RDS for PostgreSQL: export to S3 with a stored procedure",
    since=13,
    needs=("aws_s3",),
    basis=Basis.STAND_IN,
)

#: NULL beside an empty string, quotes, and every character the formats give a meaning to.
ROWS = (
    "SELECT * FROM (VALUES (1, 'plain', NULL), (2, 'say \"hi\"', ''),"
    " (3, E'two\\nlines', 'a,b|c;d:e')) AS t(id, note, extra)"
)

FORMATS = {
    None: b'1\tplain\t\\N\n2\tsay "hi"\t\n3\ttwo\\nlines\ta,b|c;d:e\n',
    "format text": b'1\tplain\t\\N\n2\tsay "hi"\t\n3\ttwo\\nlines\ta,b|c;d:e\n',
    "format text, delimiter '|'": b'1|plain|\\N\n2|say "hi"|\n3|two\\nlines|a,b\\|c;d:e\n',
    "format text, null '-'": b'1\tplain\t-\n2\tsay "hi"\t\n3\ttwo\\nlines\ta,b|c;d:e\n',
    "format csv": b'1,plain,\n2,"say ""hi""",""\n3,"two\nlines","a,b|c;d:e"\n',
    "FORMAT CSV, HEADER": b'id,note,extra\n1,plain,\n2,"say ""hi""",""\n3,"two\nlines","a,b|c;d:e"\n',
    "format csv, header false": b'1,plain,\n2,"say ""hi""",""\n3,"two\nlines","a,b|c;d:e"\n',
    "format csv, delimiter $$:$$": b'1:plain:\n2:"say ""hi""":""\n3:"two\nlines":"a,b|c;d:e"\n',
    "format csv, delimiter E'\\t'": b'1\tplain\t\n2\t"say ""hi"""\t""\n3\t"two\nlines"\ta,b|c;d:e\n',
    "format csv, null 'NULL'": b'1,plain,NULL\n2,"say ""hi""",\n3,"two\nlines","a,b|c;d:e"\n',
    "format csv, quote ''''": b"1,plain,\n2,say \"hi\",''\n3,'two\nlines','a,b|c;d:e'\n",
    "format csv, escape E'\\\\'": b'1,plain,\n2,"say \\"hi\\"",""\n3,"two\nlines","a,b|c;d:e"\n',
    "format csv, force_quote (note)": b'1,"plain",\n2,"say ""hi""",""\n3,"two\nlines","a,b|c;d:e"\n',
    "format csv, force_quote *": b'"1","plain",\n"2","say ""hi""",""\n"3","two\nlines","a,b|c;d:e"\n',
    "format csv, header true, delimiter ';', null 'n/a', quote '^', escape '^',"
    " force_quote (id, note), encoding 'UTF8'": b"id;note;extra\n^1^;^plain^;n/a\n"
    b'^2^;^say "hi"^;\n^3^;^two\nlines^;^a,b|c;d:e^\n',
}


@pytest.mark.parametrize(
    ("options", "expected"), FORMATS.items(), ids=[options or "none" for options in FORMATS]
)
def test_option_decides_the_bytes(
    rds_s3: Any, export: Any, copied: Any, options: str | None, expected: bytes
) -> None:
    """Options of COPY, bare and separated by commas, decide every byte of the object."""
    assert export(ROWS, "out", options) == (3, 1, len(expected))
    assert rds_s3.get("out") == expected
    assert copied(ROWS, options or "") == expected


def test_binary_format(rds_s3: Any, export: Any, copied: Any) -> None:
    """Format binary writes PostgreSQL's binary COPY file, rows counted without its header and trailer."""
    rows, files, size = export(ROWS, "out.bin", "format binary")
    data = rds_s3.get("out.bin")
    assert data.startswith(b"PGCOPY\n\xff\r\n\x00")
    assert data == copied(ROWS, "format binary")
    assert (rows, files, size) == (3, 1, len(data))


def test_encoding(rds_s3: Any, export: Any, step: Any) -> None:
    """Encoding decides how letters are written; a letter it lacks is refused, and nothing is left."""
    for encoding, letter, expected in (
        ("UTF8", "é", b"\xc3\xa9\n"),
        ("LATIN1", "é", b"\xe9\n"),
        ("WIN1252", "€", b"\x80\n"),
        ("WIN1253", "Δ", b"\xc4\n"),
    ):
        with step(f"encoding {encoding}"):
            export(f"SELECT '{letter}'", f"{encoding}.csv", f"format csv, encoding '{encoding}'")
            assert rds_s3.get(f"{encoding}.csv") == expected
    with (
        step("a letter that LATIN1 does not have"),
        refused(pg.UntranslatableCharacter, 'no equivalent in encoding "LATIN1"'),
    ):
        export("SELECT '€'", "refused.csv", "format csv, encoding 'LATIN1'")
    assert "refused.csv" not in rds_s3.keys()  # noqa: SIM118 (keys() is a request to S3)


def test_blank_options_are_none(rds_s3: Any, export: Any) -> None:
    """Options that are empty or blank are the same as none: text format."""
    for options in ("", "  ", "\n"):
        assert export("SELECT 1, NULL", "out.txt", options) == (1, 1, 5)
        assert rds_s3.get("out.txt") == b"1\t\\N\n"


@rests_on("export-options-parentheses")
def test_parentheses_are_refused(export: Any, nothing_left: Any) -> None:
    """Options of an export in parentheses, as an import wants them, are a syntax error."""
    for options in ("(format csv)", "(format csv, header true)", "WITH (format csv)"):
        with refused(pg.SyntaxError, "syntax error at or near"):
            export("SELECT 1", "out.csv", options)
    nothing_left()


def test_wrong_option_tells_the_error_of_copy(export: Any, nothing_left: Any, step: Any) -> None:
    """An option that COPY does not take is refused with COPY's own error, and nothing is written."""
    for options, kind, message in (
        ("bogus true", pg.SyntaxError, 'option "bogus" not recognized'),
        ("format nosuch", pg.InvalidParameterValue, 'COPY format "nosuch" not recognized'),
        ("format csv, delimiter '||'", pg.FeatureNotSupported, "single one-byte character"),
        ("format csv, format text", pg.SyntaxError, "conflicting or redundant options"),
        ("csv header", pg.SyntaxError, 'option "csv" not recognized'),
        ("format csv, force_quote (nosuch)", pg.UndefinedColumn, 'column "nosuch" does not exist'),
        ("format csv, encoding 'nosuch'", pg.InvalidParameterValue, "valid encoding name"),
        ("format text, quote '^'", pg.FeatureNotSupported, "CSV mode"),
    ):
        with step(options), refused(kind, message):
            export("SELECT 1 AS a", "out.csv", options)
    nothing_left()


@rests_on("emulators-check-no-kms")
def test_key_for_encryption(rds_s3: Any, export: Any, step: Any) -> None:
    """An object exported with kms_key carries that key; one without does not."""
    key = f"arn:aws:kms:{rds_s3.region}:123456789012:key/11111111-2222-3333-4444-555555555555"
    with step("1. Export with kms_key"):
        export("SELECT 1", "secret.txt", kms_key=key)
        head = rds_s3.head("secret.txt")
        assert (head.get("ServerSideEncryption"), head.get("SSEKMSKeyId")) == ("aws:kms", key)
        assert rds_s3.get("secret.txt") == b"1\n"
    with step("2. Export without"):
        export("SELECT 1", "open.txt")
        assert rds_s3.head("open.txt").get("SSEKMSKeyId") != key


@deviation("export-default-encryption")
def test_objects_are_encrypted_with_the_managed_key(rds_s3: Any, export: Any) -> None:
    """An export without kms_key is encrypted with the AWS managed key."""
    export("SELECT 1", "out.txt")
    encryption = rds_s3.head("out.txt").get("ServerSideEncryption")
    assert encryption == "aws:kms"


@rests_on("export-object-metadata")
def test_object_metadata(rds_s3: Any, export: Any) -> None:
    """An exported object has no metadata of its own and the content type S3 gives by default."""
    export("SELECT 1", "out.csv", "format csv")
    head = rds_s3.head("out.csv")
    assert head["Metadata"] == {}
    assert head["ContentType"] == "binary/octet-stream"
    assert "ContentEncoding" not in head
    assert head["ContentLength"] == 2
