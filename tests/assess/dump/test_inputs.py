"""A dump may come in any form, and what is no dump is told in a sentence."""

import bz2
import gzip
import io
import lzma
import shutil
import subprocess
import sys
import tarfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rdscheck.assess.dump.piping import Pipe
from rdscheck.assess.dump.reading import read_dump
from rdscheck.assess.facts import Facts
from rdscheck.errors import ExitCode, UsageError
from tests.assess.dump.dumps import comparable, read

TEXT = """\
--
-- PostgreSQL database dump
--

-- Dumped from database version 16.4 (Debian 16.4-1)
-- Dumped by pg_dump version 17.0

SET client_encoding = 'UTF8';

CREATE TABLE public."é\U0001f418" (
    a oid
);
COPY public.t (a) FROM stdin;
1
\\.

CREATE VIEW public.v AS
 SELECT 1,
    2;

--
-- PostgreSQL database dump complete
--

"""


def seen(facts: Facts) -> dict[str, list[str]]:
    return comparable(facts, lines=True)


EXPECTED = seen(read(TEXT))


def test_the_origin_is_told() -> None:
    origin = read(TEXT).origin
    assert (origin.version, origin.major, origin.format, origin.label) == ("16.4", 16, "plain", "the dump")
    assert EXPECTED["relations"][0].count("é\U0001f418") == 1


@pytest.mark.parametrize(
    ("line", "version", "major"),
    [
        ("-- Dumped from database version 9.6.24", "9.6.24", 9.6),
        ("-- Dumped from database version 10.23", "10.23", 10),
        ("-- Dumped from database version 18beta1", "18beta1", 18),
        ("-- Dumped by pg_dump version 17.0", "", 0),
        ("", "", 0),
    ],
)
def test_the_version_is_that_of_the_server(line: str, version: str, major: float) -> None:
    origin = read(f"{line}\nSELECT 1;").origin
    assert (origin.version, origin.major) == (version, major)


@pytest.mark.parametrize(
    ("text", "flavour"),
    [
        ("CREATE TABLE public.t (); ALTER TABLE public.t OWNER TO rdsadmin;", "rds"),
        ("CREATE ROLE rds_superuser;", "rds"),
        ("GRANT rds_superuser TO app;", "rds"),
        ("CREATE ROLE rds_superuser; CREATE EXTENSION apg_plan_mgmt;", "aurora"),
        ("CREATE ROLE app;", "unknown"),
    ],
)
def test_the_flavour_is_told_by_the_services_own_names(text: str, flavour: str) -> None:
    assert read(text).origin.flavour == flavour


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r\n").encode("utf-16"),
        gzip.compress(TEXT.encode()),
        bz2.compress(TEXT.encode()),
        lzma.compress(TEXT.encode()),
        gzip.compress(TEXT.encode("utf-16")),
        gzip.compress(TEXT[:50].encode()) + gzip.compress(TEXT[50:].encode()),
    ],
    ids=[
        "bom",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "crlf",
        "utf-16-crlf",
        "gz",
        "bz2",
        "xz",
        "gz-utf-16",
        "gz-parts",
    ],
)
def test_any_encoding_and_compression_reads_the_same(data: bytes, tmp_path: Path) -> None:
    assert seen(read(data)) == EXPECTED
    (tmp_path / "dump").write_bytes(data)
    assert seen(read_dump(tmp_path / "dump")) == EXPECTED
    assert seen(read_dump(str(tmp_path / "dump"))) == EXPECTED


@pytest.mark.parametrize("program", ["zstd", "lz4"])
def test_compression_that_needs_a_program(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which(program):
        data = subprocess.run([program, "-c"], input=TEXT.encode(), capture_output=True, check=True).stdout
        assert seen(read(data)) == EXPECTED
        with pytest.raises(UsageError, match=f"{program} cannot decompress it"):
            read(data[:-20])
    monkeypatch.setenv("PATH", "")
    mark = {"zstd": b"\x28\xb5\x2f\xfd", "lz4": b"\x04\x22\x4d\x18"}[program]
    with pytest.raises(UsageError, match=f"apt-get install {program}"):
        read(mark + b"x" * 50)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO(TEXT.encode())

    monkeypatch.setattr(sys, "stdin", Stdin)
    facts = read_dump("-")
    assert seen(facts) == EXPECTED
    assert facts.origin.label == "standard input"


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("LATIN1", "latin-1"),
        ("WIN1252", "cp1252"),
        ("EUC_JP", "euc_jp"),
        ("SJIS", "cp932"),
        ("BIG5", "cp950"),
        ("GBK", "gbk"),
    ],
)
def test_encodings_of_the_session(name: str, codec: str) -> None:
    # In some of them the second byte of the last character is a backslash.
    word = {
        "LATIN1": "éà",
        "WIN1252": "é€",
        "EUC_JP": "表示",
        "SJIS": "表示ソ",
        "BIG5": "許功蓋",
        "GBK": "誠x",
    }[name]
    text = (
        f"SET client_encoding = '{name}';\nCREATE TABLE public.\"{word}\" (a text DEFAULT '{word}', b oid);\n"
    )
    facts = read(text.encode(codec))
    assert [one.name for one in facts.relations] == [word]
    assert facts.columns[0].line == 2
    assert facts.unreadable == []


def test_bytes_in_no_encoding_do_not_stop_the_rest() -> None:
    facts = read(
        b"SET client_encoding = 'SQL_ASCII';\nCREATE TABLE public.\"\xff\xe9\" ();CREATE TABLE public.u ();"
    )
    assert [one.name for one in facts.relations] == ["ÿé", "u"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "nothing is in it"),
        (b"\n\n  \n", "nothing is in it"),
        (b"-- PostgreSQL database dump\n", "nothing is in it"),
        (b"\x00\x01\x02" * 100, "binary"),
        ("\ufeffPGDMP\x01\x0e".encode("utf-16-le"), "written as text"),
        (b"\x7fELF" + bytes(range(256)), "binary"),
        (b"id,name\n1,x\n2,y\n", "is no dump"),
        (b"# Title\n\nSome text; and more.\n", "is no dump"),
        (b"-- MySQL dump 10.13\nCREATE TABLE `a` (b int);\n", "a dump of MySQL"),
        (b"/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n", "a dump of MySQL"),
        (b"<html><body>';</body></html>", "is no dump"),
        (gzip.compress(b""), "nothing is in it"),
        (gzip.compress(TEXT.encode())[:-30], "cannot be decompressed"),
        (b"\x1f\x8bnot at all", "cannot be decompressed"),
        (b"BZhnot at all", "cannot be decompressed"),
        (b"PGDMP", "no archive of pg_dump"),
        (b"PGDMP\x01\x0e\x00\x04\x08\x01" + b"\0" * 30, "pg_restore cannot read it"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_dump_is_an_error_of_usage(data: bytes, message: str) -> None:
    with pytest.raises(UsageError, match=message) as raised:
        read(data)
    assert raised.value.exit_code == ExitCode.USAGE
    assert "the dump" in str(raised.value)


def test_a_tar_of_something_else_is_no_dump(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        archive.add(__file__, "file.py")
    with pytest.raises(UsageError, match=r"x\.tar is a tar archive, but none of pg_dump"):
        read_dump(tmp_path / "x.tar")


def test_a_tar_that_was_cut_is_none(tmp_path: Path) -> None:
    """pg_restore waits for ever for the rest of one that it is fed."""
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as archive:
        (tmp_path / "toc.dat").write_bytes(b"PGDMP\x01\x0e\x00\x04\x08\x03" + b"x" * 2000)
        archive.add(tmp_path / "toc.dat", "toc.dat")
    path.write_bytes(path.read_bytes()[:2048])
    with pytest.raises(UsageError, match=r"x\.tar is a tar archive that ends before it is complete"):
        read_dump(path)


def test_a_program_that_waits_for_more_is_ended_where_the_input_ends_too_early() -> None:
    parts = [b"some"]

    def feed(_size: int) -> bytes:
        if not parts:
            raise UsageError("it was cut")
        return parts.pop()

    pipe = Pipe(["sh", "-c", "cat >/dev/null; exec sleep 600"], feed)
    try:
        assert pipe.read(10) == b""
        with pytest.raises(UsageError, match="it was cut"):
            pipe.check("the dump", "it fails")
    finally:
        pipe.close()


def test_a_directory_of_something_else_is_no_dump(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"without toc\.dat"):
        read_dump(tmp_path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file or directory"):
        read_dump(tmp_path / "missing.sql")


@pytest.mark.parametrize(
    "cut",
    [
        TEXT.index("SELECT 1") + 3,
        TEXT.index("1\n\\.") + 1,
        TEXT.index("-- PostgreSQL database dump complete"),
    ],
)
def test_a_dump_that_is_cut_says_so(cut: int) -> None:
    (told,) = read(TEXT[:cut]).unreadable
    assert told.message.startswith("the dump ends")
    assert told.line > 10


def test_a_dump_of_many_databases_that_is_cut_says_so() -> None:
    mark = "-- PostgreSQL database cluster dump"
    whole = f"{mark}\n\\connect a\n{TEXT}\n\\connect b\n{TEXT}\n{mark} complete\n"
    facts = read(whole)
    assert facts.unreadable == []
    assert facts.origin.format == "dumpall"
    assert [one.database for one in facts.relations] == ["a", "a", "b", "b"]
    assert len(read(whole.removesuffix(" complete\n")).unreadable) == 1


def test_much_that_is_no_sql_is_told_a_thousand_times_at_most() -> None:
    facts = read("SELECT 1;\n" + "frob;\n" * 1500)
    assert len(facts.unreadable) == 1000
    assert facts.not_seen[0].what == "500 more statements"


@given(st.binary(max_size=300))
@settings(max_examples=100, deadline=None)
def test_rubbish_never_raises_anything_else(data: bytes) -> None:
    read(b"SELECT 1;\n" + data.replace(b"\0", b""))
    with suppress(UsageError):
        read(data)
