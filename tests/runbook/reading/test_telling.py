"""Whose output an output block is."""

import pytest

from rdscheck.runbook.model import Kind
from tests.runbook.reading.pages import page

TABLE = " a\n---\n 1\n(1 row)"


def shown(*parts: tuple[str, str]) -> list[int]:
    """Return what the blocks of a page show; each is told by the prose before it."""
    text = "\n\n".join(f"{prose}\n\n```\n{content}\n```" if content else prose for prose, content in parts)
    return [block.shows for block in page(text).blocks]


@pytest.mark.parametrize(
    "prose",
    [
        "You see output such as the following\\.",
        "The output is similar to the following:",
        "Your output should look similar to the following:",
        "For example, the following result set indicates that you should update\\.",
        "The command returns output similar to:",
        "This adds the following extra row to your result set:",
        "The response from the client provides information\\.",
        "",
    ],
)
def test_output_is_that_of_the_block_above(prose: str) -> None:
    assert shown(("Run it", "SELECT 1;"), (prose, TABLE)) == [0, 1]


def test_words_that_look_like_nothing_are_output_where_prose_says_so() -> None:
    assert shown(("Run it", "aws rds x"), ("The output is:", "available")) == [0, 1]
    assert shown(("Run it", "SELECT f();"), ("It returns output similar to:", '{"statusCode": 200}')) == [
        0,
        1,
    ]
    blocks = page("Run it\n\n```\naws rds x\n```\n\nWords.\n\n```\navailable\n```\n").blocks
    assert [block.kind for block in blocks] == [Kind.SHELL, Kind.TEXT]


def test_two_outputs_may_show_the_same_block() -> None:
    parts = (
        ("Run it", "SELECT 1;"),
        ("", TABLE),
        ("Normally, you see output such as the following\\.", TABLE),
    )
    assert shown(*parts) == [0, 1, 1]
    assert shown(*parts[:2], ("Another thing.", TABLE)) == [0, 1, 0]


def test_a_file_that_the_prose_speaks_of_is_no_output() -> None:
    assert shown(("Run it", "SELECT 1;"), ("The file has the following rows\\.", "1,a\n2,b")) == [0, 0]
    assert shown(("Run it", "SELECT 1;"), ("**Syntax**", "cron.schedule (schedule,\n    command\n);")) == [
        0,
        0,
    ]


def test_a_table_without_names_is_output_where_the_prose_says_so() -> None:
    assert shown(("Run it", "SELECT f();"), ("The response has no detail\\.", "-------\n(1 row)")) == [0, 1]


def test_output_far_from_any_command_shows_none() -> None:
    assert shown(("Words", TABLE)) == [0]
    assert shown(("Run it", "SELECT 1;"), ("x", "a:\n  b: 1\n  c: 2"), ("Words.", TABLE)) == [0, 0, 0]
    for words in ("Words.", "You see output such as the following\\."):
        assert shown(("Run it", "SELECT 1;"), ("# Another section", ""), (words, TABLE)) == [0, 0]
    assert shown(("Run it", "SELECT 1;"), ("# Expected output", ""), ("", TABLE)) == [0, 1]


LOG = '2022-07-06 16:17:03 UTC::@:[7361]:LOG: background worker "x" exited with exit code 1'


def test_a_log_is_nobodys_output_unless_the_command_reads_it() -> None:
    assert shown(("Run it", "SELECT 1;"), ("The log shows messages, as follows\\.", LOG)) == [0, 0]
    assert shown(("Run it", "SELECT 1;"), ("The database logs contain an entry similar to:", "x y")) == [0, 0]
    assert shown(("Run it", "aws rds download-db-log-file-portion --x | grep y"), ("You see:", LOG)) == [0, 1]


def test_what_a_client_asks_at_a_terminal_is_no_output_and_hides_none() -> None:
    parts = (
        ("Connect", "psql -h a -d b"),
        ("The command responds with a prompt\\.", "Password:"),
        ("You see output similar to the following\\.", 'psql (13.4)\nType "help" for help.\n\nb=>'),
    )
    assert shown(*parts) == [0, 0, 0]
    assert (
        page("```\nPassword:\n```").blocks[0].why
        == "a client asks or greets so at a terminal; no command prints it"
    )
    assert shown(("Run it", "psql -c 'SELECT 1'"), parts[1], ("The output is:", TABLE)) == [0, 0, 1]


def test_an_error_that_would_happen_otherwise_is_not_the_commands() -> None:
    error = "ERROR:  permission denied for table pg_authid"
    assert shown(("Run it", "SELECT 1;"), ("If you lack the role, it will fail with an error:", error)) == [
        0,
        0,
    ]
    assert shown(("Run it", "SELECT 1;"), ("The server refuses with the error:", error)) == [0, 1]


def test_steps_of_the_console_between_do_not_matter() -> None:
    result = page(
        """
        1. Run it

           ```
           SELECT 1;
           ```

        1. Reboot the DB instance. You see output such as the following.

           ```
            a
           ---
           (0 rows)
           ```
        """
    )
    assert [(block.kind, block.shows) for block in result.blocks] == [
        (Kind.SQL, 0),
        (Kind.CONSOLE, 0),
        (Kind.OUTPUT, 1),
    ]


def test_an_output_has_no_pieces_and_says_why_it_shows_none() -> None:
    result = page(f"Words.\n\n```\n{TABLE}\n```\n")
    assert (result.blocks[0].pieces, bool(result.blocks[0].why)) == ((), True)
