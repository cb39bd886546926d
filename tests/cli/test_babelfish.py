"""``rdscheck explain babelfish-name``: both modes, notes where a name is a trap, one line for a mistake."""

import subprocess
import sys
from pathlib import Path

import pytest

from rdscheck.cli.main import main


def told(capsys: pytest.CaptureFixture[str], *names: str) -> list[str]:
    assert main(["explain", "babelfish-name", *names]) == 0
    return capsys.readouterr().out.splitlines()


def test_both_modes_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "[MyDB].[Sales].[Order's Lines]")
    assert lines[:2] == [
        "T-SQL: [MyDB].[Sales].[Order's Lines]",
        "  database MyDB, schema Sales, table Order's Lines",
    ]
    assert """single-db: sales."order's lines\"""" in lines
    assert """multi-db: mydb_sales."order's lines\"""" in lines
    assert """  import: aws_s3.table_import_from_s3('mydb_sales."order''s lines"', …)""" in lines
    assert "  roles: dbo is dbo, db_owner is db_owner, guest is mydb_guest" in lines
    assert "  roles: dbo is mydb_dbo, db_owner is mydb_db_owner, guest is mydb_guest" in lines
    assert [line for line in lines if "mydb_sales_order's lines" in line and "is no relation" in line]


def test_several_names(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "a.b.c", "d..e")
    assert "multi-db: a_b.c" in lines
    assert "multi-db: d_dbo.e" in lines


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("a_b.c.t", "a_b_c would also be the schema of database a, schema b_c"),
        ("master.dbo.t", "a system database: the same in both modes"),
        ("mydb.aws_s3.t", "the schema aws_s3 is shared by all databases"),
        (f"{'d' * 64}.dbo.t", "has 64 bytes: 31 are kept, then comes the MD5 of the whole"),
        (f"{'d' * 40}.{'s' * 40}.t", "has 81 bytes and is shortened once more"),
        ("MyDB.dbo.t", "in brackets and double quotes too"),
    ],
)
def test_traps_are_noted(name: str, note: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert [line for line in told(capsys, name) if line.startswith("note: ") and note in line]
    assert not [line for line in told(capsys, "mydb.dbo.t") if note in line]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["babelfish-name"], "babelfish-name needs a name"),
        (["babelfish-name", "orders"], "'orders' has one part, not three"),
        (["babelfish-name", "a.b.c", "a.[b.c"], "cannot be read from character 3 on"),
        (["s3/export", "a.b.c"], "one entry at a time"),
    ],
)
def test_wrong_input_is_one_line_and_ends_with_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err.splitlines()[0]
    assert printed.err.splitlines()[1].startswith("  next: ")


def test_the_help_shows_how() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rdscheck", "explain", "--help"], capture_output=True, text=True, check=True
    )
    assert "rdscheck explain babelfish-name '[My DB].[Sales].[Order Lines]'" in done.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--babelfish-dsn", "host=127.0.0.1 port=1"], "--babelfish-dsn and --babelfish-tds go together"),
        (["--babelfish-tds", "tds://sa@h"], "--babelfish-dsn and --babelfish-tds go together"),
        (
            ["--babelfish-dsn", "host=127.0.0.1 port=1", "--babelfish-tds", "h:1433"],
            "no address of a TDS port",
        ),
        (["--babelfish-dsn", "host=127.0.0.1 port=1", "--babelfish-tds", "tds://sa@h"], "--babelfish-dsn: "),
    ],
)
def test_a_babelfish_that_cannot_be_used_is_told_first(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["run", "--scenario", "babelfish/tds", "--reports", str(tmp_path), *options]) == 2
    printed = capsys.readouterr()
    assert said in printed.err.splitlines()[0]
    assert list(tmp_path.iterdir()) == []
