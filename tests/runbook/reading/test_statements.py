"""Statements of a block: where they end, and what the page prints below them."""

import pytest

from rdscheck.runbook.reading.lexing import statement_end
from tests.runbook.reading.pages import fence, printed, typed

WHOLE = (
    "SELECT 'a;b', E'it\\'s; x', U&'d!;', \"c;\"\"d\";",
    "SELECT $$a; b$$, $tag$ $$ ; $tag$;",
    "SELECT /* a ; /* nested ; */ ; */ 1;",
    "SELECT 1 -- a ; comment\n;",
    "SELECT (1; 2);",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN a THEN 1 END; END;",
    "CREATE OR REPLACE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN NULL; END; $$;",
    "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b);",
    "SELECT a$1, b$x$c FROM t;",
    "SELECT 1 \\g",
    "SELECT 1 \\gx",
    "SELECT 'x' AS a \\gset\n",
    "SELECT 1 \\; SELECT 2;",
    "\\copy t FROM 'x;y.csv'",
    "DO $$\nBEGIN\n  RAISE NOTICE 'a;';\nEND\n$$;",
)


@pytest.mark.parametrize("text", WHOLE)
def test_a_statement_is_one_piece(text: str) -> None:
    assert typed(fence(text, "sql")) == [text.strip()]


@pytest.mark.parametrize("text", WHOLE)
def test_another_one_behind_it_is_another_piece(text: str) -> None:
    assert typed(fence(f"{text}\nSELECT 99;", "sql")) == [text.strip(), "SELECT 99;"]


@pytest.mark.parametrize("text", ["SELECT '", 'SELECT "a', "SELECT $$ x", "SELECT /* x", "SELECT E'\\'"])
def test_quotes_that_do_not_close_hold_all_that_follows(text: str) -> None:
    end = statement_end(text + "; SELECT 2;", 0)
    assert (end.complete, end.quoted) == (False, True)
    assert len(typed(fence(f"{text}; SELECT 2;", "sql"))) == 1


def test_two_statements_on_a_line_are_two_and_comments_between_are_none() -> None:
    block = fence("SELECT 1; SELECT 2; -- done\n-- SELECT 3;\n/* x */ SELECT 4;\n;;\nSELECT 5", "sql")
    assert typed(block) == ["SELECT 1;", "SELECT 2;", "SELECT 4;", "SELECT 5"]
    assert [piece.line for piece in block.pieces] == [4, 4, 6, 8]


def test_the_last_statement_may_have_no_semicolon() -> None:
    block = fence("ALTER USER a SET b TO 'x';\nALTER USER a SET b TO 'y'")
    assert typed(block) == ["ALTER USER a SET b TO 'x';", "ALTER USER a SET b TO 'y'"]


def test_the_data_of_a_copy_belongs_to_it() -> None:
    assert typed(fence("COPY t FROM stdin;\n1;\nSELECT\n\\.\nSELECT 1;")) == [
        "COPY t FROM stdin;\n1;\nSELECT\n\\.",
        "SELECT 1;",
    ]


OUTPUTS = (
    "shared_preload_libraries \n--------------------------\nrdsutils,pgaudit\n(1 row)",
    " a |     b\n---====---+---\n x | y\n(1 row)",
    " create_node\n  -----\n  t\n  (1 row)",
    "pgaudit.role \n------------------\nrds_pgaudit",
    "id \n----\n(0 rows)",
    "INSERT 0 5000",
    "EXTENSION CREATED",
    'ERROR:  relation "x" does not exist\nLINE 1: SELECT * FROM x;\n                      ^\nHINT:  Look.',
    'NOTICE:  installing required extension "a"\nCREATE EXTENSION',
    " note\n------\n a;\n\n b\n(2 rows)",
    "-[ RECORD 1 ]-\na | 1\nb | 2",
    "Time: 1.234 ms",
    "on",
    "                List of schemas\n Name | Owner\n------+-------\n a    | b\n(1 row)",
    "select | x\n-------+---\n create | y;\n(1 row)",
    "+---+\n| a |\n+---+",
    "a|b\n---+---\ndrop|y;\nx|z",
    'NOTICE:  installing required extension "a"\n\nCREATE EXTENSION',
)


@pytest.mark.parametrize("output", OUTPUTS)
def test_what_is_printed_below_a_statement_belongs_to_it(output: str) -> None:
    block = fence(f"CREATE EXTENSION a;\n{output}\n\nSELECT 2;\n 2\n---\n(0 rows)")
    assert typed(block) == ["CREATE EXTENSION a;", "SELECT 2;"]
    assert printed(block) == [output, " 2\n---\n(0 rows)"]
    assert [piece.expected_line for piece in block.pieces] == [5, 5 + output.count("\n") + 3]


@pytest.mark.parametrize(
    "typed_below",
    [
        "CREATE TABLE\n  b (id int);",
        "-- a comment\nSELECT 1;",
        "\\x",
        "SELECT\n  1;",
        "SELCT 1;",
        "BEGIN;",
        "----------\nSELECT 1;",
    ],
)
def test_what_is_typed_below_a_statement_is_not_its_output(typed_below: str) -> None:
    block = fence(f"GRANT a TO b;\n\n{typed_below}", "sql")
    assert printed(block) == [None, None]


def test_a_tag_ends_the_output_of_its_own_statement_only() -> None:
    block = fence(
        "CREATE TABLE a (i int);\nCREATE TABLE\nINSERT INTO a VALUES (1);\nINSERT 0 1\n"
        "DROP TABLE a;\nDROP TABLE"
    )
    assert printed(block) == ["CREATE TABLE", "INSERT 0 1", "DROP TABLE"]


def test_a_missing_semicolon_does_not_swallow_what_is_printed() -> None:
    block = fence("SHOW wal_level\n wal_level\n-----------\n logical\n(1 row)", "sql")
    assert typed(block) == ["SHOW wal_level"]
    assert printed(block) == [" wal_level\n-----------\n logical\n(1 row)"]
    assert printed(fence("INSERT INTO a VALUES (1)\nINSERT 0 1", "sql")) == ["INSERT 0 1"]


def test_a_rule_of_dashes_in_a_statement_is_a_comment() -> None:
    assert typed(fence("SELECT a\n---------\nFROM b;", "sql")) == ["SELECT a\n---------\nFROM b;"]


def test_nothing_printed_is_none_and_not_empty() -> None:
    assert printed(fence("SELECT 1;\n\n")) == [None]
