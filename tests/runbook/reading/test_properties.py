"""What holds of any text: it is read, its blocks stand where they say, and twice the same."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rdscheck.runbook.model import Kind, Page
from rdscheck.runbook.reading import read
from rdscheck.runbook.reading.markdown import normalised

_LINES = (
    *(
        "```",
        "~~~sql",
        "   ```",
        "````",
        "> ```",
        "1. step",
        "- item",
        "  - nested",
        "    indented",
        "# Heading",
        "",
        "",
    ),
    *(
        "labdb=> SELECT 1;",
        "labdb-> FROM t;",
        "labdb=>",
        "SELECT 1;",
        "SELECT 'a",
        "$$",
        "/*",
        "*/",
        ";",
        "\\x",
    ),
    *(
        " a | b",
        "---+---",
        " 1 | 2",
        "(1 row)",
        "CREATE TABLE",
        "INSERT 0 1",
        "ERROR:  x",
        "D SELECT 1;",
        "1> x",
        "2> go",
    ),
    *(
        "$ aws s3 ls \\",
        "psql -h a",
        "<<EOF",
        "EOF",
        '{"Statement": "Effect": "Allow"',
        "a: b",
        "host=a port=1",
        "\t\tx",
    ),
    *(
        "Reboot the DB instance.",
        "Add `x` to the list in the `shared_preload_libraries` values.",
        "You see output:",
    ),
    *(
        "| a | b |",
        "| --- | --- |",
        "<a name='x'>",
        "<!--",
        "-->",
        "\\_ \\* **b** [l](m)",
        "\u2028",
        "\x00",
        "\ufeff",
    ),
)
#: Pages that have something on them, and any text at all.
PAGES = st.lists(st.sampled_from(_LINES) | st.text(max_size=20), max_size=40).flatmap(
    lambda lines: st.sampled_from(["\n", "\r\n", "\r"]).map(lambda end: end.join(lines))
)


RUN = {Kind.SQL, Kind.PSQL, Kind.SHELL, Kind.DUCKDB, Kind.TDS, Kind.CONSOLE}


def check(page: Page, text: str) -> None:
    lines = normalised(text).split("\n")
    last = 0
    for number, block in enumerate(page.blocks, 1):
        assert block.number == number
        assert last < block.line <= block.end <= len(lines) + 1
        last = block.end
        content = block.text.split("\n")
        assert block.text == "" or len(content) == block.end - block.line + 1
        for at, line in enumerate(content, block.line):
            # Indentation may hold tabs that markdown makes blanks of.
            assert lines[at - 1].endswith(line.strip(" \t")) or line.strip(" \t") in lines[at - 1]
        assert block.shows < number
        assert not block.shows or page.blocks[block.shows - 1].kind is not Kind.OUTPUT
        assert (block.kind in RUN) == bool(block.pieces)
        assert bool(block.why) == (block.kind not in RUN and not block.shows)
        below = block.line
        for piece in block.pieces:
            assert piece.text.strip()
            assert below <= piece.line <= block.end
            assert (piece.expected is None) == (piece.expected_line == 0)
            if piece.expected is not None:
                assert piece.line < piece.expected_line <= block.end
                printed = piece.expected.split("\n")
                begin = piece.expected_line - block.line
                assert content[begin : begin + len(printed)] == printed
                below = piece.expected_line + len(printed) - 1
            else:
                below = piece.line


@given(PAGES)
@settings(max_examples=200, deadline=None)
def test_any_page_is_read_and_its_blocks_stand_where_they_say(text: str) -> None:
    check(read("x.md", text), text)


@given(st.text(max_size=300))
@settings(deadline=None)
def test_any_text_is_read(text: str) -> None:
    check(read("x.md", text), text)


@given(
    st.lists(st.sampled_from(_LINES) | st.text(max_size=20), max_size=30),
    st.sampled_from(["", "sql", "bash", "yaml"]),
)
@settings(max_examples=200, deadline=None)
def test_any_content_of_a_fence_is_read(lines: list[str], label: str) -> None:
    text = f"````````{label}\n" + "\n".join(lines).replace("````````", "") + "\n````````\n"
    check(read("x.md", text), text)


@given(PAGES)
@settings(max_examples=60, deadline=None)
def test_reading_twice_gives_the_same(text: str) -> None:
    assert read("x.md", text) == read("x.md", text)


@given(PAGES)
@settings(max_examples=60, deadline=None)
def test_what_is_above_a_page_only_moves_its_lines(text: str) -> None:
    moved = read("x.md", "# Title\n\nWords.\n\n# Title\n\n" + normalised(text).lstrip(" \t\n"))
    alone = read("x.md", "# Title\n\n" + normalised(text).lstrip(" \t\n"))
    assert [(b.kind, b.text, b.line - 4, b.shows) for b in moved.blocks] == [
        (b.kind, b.text, b.line, b.shows) for b in alone.blocks
    ]


def _many(text: str, size: int = 200_000) -> str:
    return (text * (size // len(text) + 1))[:size]


LARGE = {
    "prose": lambda: _many("Reboot the DB instance so that it `works` and then choose **x**. "),
    "blocks": lambda: _many("text\n\n```\nSELECT 1;\n ?column?\n---\n 1\n(1 row)\n```\n\n"),
    "one block": lambda: "```\n" + _many("SELECT 1;\n a\n---\n 1\n(1 row)\n") + "\n```\n",
    "output": lambda: "```\nSELECT 1;\n" + _many("foo bar;\nbaz\n") + "\n```\n",
    "tables": lambda: "```\nSELECT 1;\n" + _many("a\n---\n1\n\n") + "\n```\n",
    "open quote": lambda: "```\nSELECT '" + _many("abc;\n") + "\n```\n",
    "parentheses": lambda: "```\nSELECT (" + _many("(;\n") + "\n```\n",
    "transcript": lambda: "```\n" + _many("db=> SELECT 1;\n a\n---\n 1\n(1 row)\n\n") + "\n```\n",
    "function": lambda: "```\ndb=> CREATE FUNCTION f() AS $$\n" + _many("db$> x;\n") + "\n```\n",
    "shell": lambda: "```\n" + _many("$ aws s3 ls \\\n  --foo\nout\n") + "\n```\n",
    "alternating": lambda: "```\n" + _many("$ psql x\nPassword:\ndb=> SELECT 1;\n") + "\n```\n",
    "questions": lambda: _many("```\nPassword:\n```\n\n"),
    "steps": lambda: _many("- Reboot the DB instance.\n- Set `work_mem` to `1`.\n"),
    "shell quote": lambda: "```\naws x '" + _many("abc\n") + "\n```\n",
    "one line": lambda: "```\naws x " + _many("^ \\ \" ' ") + "\n```\n",
    "dashes": lambda: "```\n" + _many("-") + "\n```\n",
    "blanks": lambda: "```\n" + _many(" ") + "x\n```\n",
    "brackets": lambda: _many("[a](`*_<"),
    "dollars": lambda: "```\nSELECT " + "".join(f"$a{i}$ " for i in range(20_000)) + "\n```\n",
    "comments": lambda: "```\n" + _many("/*") + "\n```\n",
    "clauses": lambda: "- Choose " + _many("a and set b "),
    "yaml": lambda: "```yaml\n" + _many("a: b\n") + "\n```\n",
    "options": lambda: "```\n" + _many("host=x ") + "\n```\n",
}


@pytest.mark.parametrize("name", LARGE)
def test_a_large_page_takes_time_by_its_length(name: str) -> None:
    text = LARGE[name]()
    begun = time.process_time()
    read("x.md", text)
    # It takes less than a second here; a regular expression that goes back and forth takes minutes.
    assert time.process_time() - begun < 10
