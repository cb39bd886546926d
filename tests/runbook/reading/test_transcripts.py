"""Transcripts of psql, DuckDB and sqlcmd."""

import pytest

from rdscheck.runbook.model import Kind
from tests.runbook.reading.pages import fence, page, printed, typed


def test_statements_stand_behind_prompts_and_output_below() -> None:
    block = fence(
        "labdb=> CREATE ROLE a;\nCREATE ROLE\nlabdb=> SELECT\n"
        "labdb->   1;\n ?column?\n---\n(0 rows)\n\nlabdb=>"
    )
    assert typed(block) == ["CREATE ROLE a;", "SELECT\n  1;"]
    assert printed(block) == ["CREATE ROLE", " ?column?\n---\n(0 rows)"]
    assert [(piece.line, piece.expected_line) for piece in block.pieces] == [(4, 5), (6, 8)]


def test_each_continuation_prompt_goes_on() -> None:
    text = "d=# CREATE FUNCTION f(\nd(# a int) AS $$\nd$# SELECT 'x\nd'# y';\nd$# $$\nd-# LANGUAGE sql;\n"
    block = fence(text + "CREATE FUNCTION")
    assert typed(block) == ["CREATE FUNCTION f(\na int) AS $$\nSELECT 'x\ny';\n$$\nLANGUAGE sql;"]
    assert printed(block) == ["CREATE FUNCTION"]


def test_lines_pasted_without_prompts_belong_to_an_open_statement() -> None:
    block = fence("labdb=> SELECT a,\n    b\nFROM t;\n a | b\n---+---\n(0 rows)")
    assert typed(block) == ["SELECT a,\n    b\nFROM t;"]
    assert printed(block) == [" a | b\n---+---\n(0 rows)"]


def test_a_missing_semicolon_does_not_swallow_what_is_printed() -> None:
    block = fence("labdb=> SHOW wal_level\n wal_level\n-----------\n logical\n(1 row)\nlabdb=> \\q")
    assert typed(block) == ["SHOW wal_level", "\\q"]
    assert printed(block) == [" wal_level\n-----------\n logical\n(1 row)", None]


def test_psql_commands_end_with_their_line() -> None:
    block = fence(
        "labdb=> \\x\nExpanded display is on.\nlabdb=> \\dn a; b\n"
        "labdb=> SELECT 1 \\gx\n-[ RECORD 1 ]\n?column? | 1"
    )
    assert typed(block) == ["\\x", "\\dn a; b", "SELECT 1 \\gx"]
    assert printed(block) == ["Expanded display is on.", None, "-[ RECORD 1 ]\n?column? | 1"]


def test_two_statements_at_one_prompt_print_below_the_second() -> None:
    block = fence("d=> BEGIN; COMMIT;\nBEGIN\nCOMMIT")
    assert typed(block) == ["BEGIN;", "COMMIT;"]
    assert printed(block) == [None, "BEGIN\nCOMMIT"]


def test_a_prompt_alone_asks_for_nothing_and_named_arguments_are_no_prompts() -> None:
    assert typed(fence("labdb=>\nlabdb=> SELECT 1;\nlabdb=>")) == ["SELECT 1;"]
    assert fence("SELECT f(\n  a=> 1,\n  b=> 2\n);").kind is Kind.SQL


def test_a_value_that_looks_like_a_keyword_stays_output() -> None:
    block = fence("d=> SHOW x;\n x\n---\n create table\n(1 row)\n")
    assert printed(block) == [" x\n---\n create table\n(1 row)"]


def test_duckdb_prints_boxes() -> None:
    block = fence("D SELECT 1\n·  AS a;\n┌───┐\n│ a │\n└───┘\nD .tables\nx\nD SELECT 2;", "sql")
    assert (block.kind, typed(block)) == (Kind.DUCKDB, ["SELECT 1\n AS a;", ".tables", "SELECT 2;"])
    assert printed(block) == ["┌───┐\n│ a │\n└───┘", "x", None]


def test_duckdb_without_prompts_prints_boxes_below_statements() -> None:
    block = fence("ATTACH 'x' AS y (TYPE postgres);\nFROM y.t;\n┌───┐\n│ a │\n└───┘\nDETACH y;")
    assert typed(block) == ["ATTACH 'x' AS y (TYPE postgres);", "FROM y.t;", "DETACH y;"]
    assert printed(block) == [None, "┌───┐\n│ a │\n└───┘", None]


def test_batches_of_tds_end_with_go() -> None:
    block = fence("1> select f();\n2> go\nx\n--\n1\n\n1> select 2\n2> GO 2")
    assert typed(block) == ["select f();\ngo", "select 2\nGO 2"]
    assert printed(block) == ["x\n--\n1", None]
    assert [(piece.line, piece.expected_line) for piece in block.pieces] == [(4, 6), (10, 0)]


def test_a_fence_that_opens_psql_and_goes_on_in_it_is_two_blocks() -> None:
    result = page(
        """
        ```
        $ export A=1
        $ psql -h db \\
            -d labdb
        Password:
        psql (15.4)

        labdb=> SELECT 1;
         a
        ---
        (0 rows)

        labdb=> \\q
        $ aws s3 ls
        x
        ```
        """
    )
    assert [(b.kind, b.line, b.end, typed(b)) for b in result.blocks] == [
        (Kind.SHELL, 2, 4, ["export A=1", "psql -h db -d labdb"]),
        (Kind.PSQL, 5, 13, ["SELECT 1;", "\\q"]),
        (Kind.SHELL, 14, 15, ["aws s3 ls"]),
    ]


def test_shell_and_psql_may_alternate_in_a_fence() -> None:
    result = page(
        """
        ```
        $ aws rds reboot-db-instance \\
            --db-instance-identifier a
        {
        }
        labdb=> SELECT 1;
         a
        ---
        (0 rows)
        $ ls
        labdb=> \\q
        ```
        """
    )
    assert [(b.kind, b.line, b.end, typed(b)) for b in result.blocks] == [
        (Kind.SHELL, 2, 5, ["aws rds reboot-db-instance --db-instance-identifier a"]),
        (Kind.PSQL, 6, 9, ["SELECT 1;"]),
        (Kind.SHELL, 10, 10, ["ls"]),
        (Kind.PSQL, 11, 11, ["\\q"]),
    ]


def test_what_psql_says_as_it_begins_is_not_the_shells() -> None:
    result = page("```\na=> SELECT 1;\n$ psql -d b\nPassword:\npsql (15.4)\n\nb=> SELECT 2;\n```\n")
    assert [(b.kind, b.line, b.end, printed(b)) for b in result.blocks] == [
        (Kind.PSQL, 2, 2, [None]),
        (Kind.SHELL, 3, 3, [None]),
        (Kind.PSQL, 4, 7, [None]),
    ]


def test_statements_below_psql_are_typed_into_it() -> None:
    result = page("```\npsql -h db -d labdb\nCREATE EXTENSION a;\n```\n")
    assert [(b.kind, typed(b)) for b in result.blocks] == [
        (Kind.SHELL, ["psql -h db -d labdb"]),
        (Kind.SQL, ["CREATE EXTENSION a;"]),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "psql -d labdb -c 'SELECT 1'\n a\n---\n(0 rows)",
        "psql --command='SELECT 1'\nSELECT 1",
        "psql -d labdb < x.sql\nCREATE TABLE",
        "psql -Atc 'SELECT 1'\n1",
        "pg_dump labdb | psql -d other\nSET\nSET",
    ],
)
def test_what_psql_is_given_on_its_command_line_prints_below(text: str) -> None:
    block = fence(text)
    assert (block.kind, typed(block), printed(block)) == (
        Kind.SHELL,
        [text.partition("\n")[0]],
        [text.partition("\n")[2]],
    )
