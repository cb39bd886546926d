"""Where blocks stand on a page, and what stands around them."""

from pathlib import Path

import pytest

from rdscheck.errors import ExitCode, UsageError
from rdscheck.runbook.model import Kind
from rdscheck.runbook.reading import load, read
from tests.runbook.reading.pages import page

NESTED = """\
# Guide\\_one<a name="x.y"></a>

## Setting up `it`<a name="z"></a>

1. First\\. Read *this*\\.

   ```
   SELECT 1;
   ```

   1. Deeper\\.

      ~~~sql
      SELECT 2;
        SELECT 3;
      ~~~

   + Bullet\\.

         SELECT 4;
         SELECT 5;

> In a quote\\.
>
> ``` SQL extra
> SELECT 6;
> ```

### Below

| a | b |
| --- | --- |
| Reboot the DB instance | ``` |

```
SELECT 7;
"""


def test_blocks_have_the_lines_of_the_source() -> None:
    blocks = read("x.md", NESTED).blocks
    assert [(b.line, b.end, b.text) for b in blocks] == [
        (8, 8, "SELECT 1;"),
        (14, 15, "SELECT 2;\n  SELECT 3;"),
        (20, 21, "SELECT 4;\nSELECT 5;"),
        (26, 26, "SELECT 6;"),
        (36, 36, "SELECT 7;"),
    ]
    lines = NESTED.split("\n")
    for block in blocks:
        for number, line in enumerate(block.text.split("\n"), block.line):
            assert lines[number - 1].endswith(line)
    assert [[piece.line for piece in b.pieces] for b in blocks] == [[8], [14, 15], [20, 21], [26], [36]]


def test_blocks_know_their_headings_label_and_the_prose_before() -> None:
    result = read("x.md", NESTED)
    assert result.title == "Guide_one"
    assert [b.headings for b in result.blocks] == [("Guide_one", "Setting up it")] * 4 + [
        ("Guide_one", "Setting up it", "Below")
    ]
    assert [b.before for b in result.blocks] == ["First. Read this.", "Deeper.", "Bullet.", "In a quote.", ""]
    assert [b.label for b in result.blocks] == ["", "sql", "", "sql extra", ""]
    assert [b.number for b in result.blocks] == [1, 2, 3, 4, 5]


def test_a_heading_of_the_same_level_takes_the_place_of_the_last_one() -> None:
    result = page(
        """
        # A
        ## B
        ### C
        ## D
        ```
        SELECT 1;
        ```
        """
    )
    assert result.blocks[0].headings == ("A", "D")


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_and_a_byte_order_mark_change_nothing(end: str) -> None:
    assert read("x.md", "\ufeff" + NESTED.replace("\n", end)).blocks == read("x.md", NESTED).blocks


def test_characters_that_only_look_like_line_ends_are_none() -> None:
    result = read("x.md", "a\u2028b\x0bc\x0cd\x85e\n\n```\nSELECT 'x\u2028y';\n```\n")
    assert (result.blocks[0].line, result.blocks[0].end) == (4, 4)


def test_tabs_indent_and_stay_in_the_content() -> None:
    (block,) = read("x.md", "-\ttext\n\n\t```\n\tSELECT\t1;\n\t```\n").blocks
    assert (block.text, block.line) == ("SELECT\t1;", 4)


def test_a_fence_without_content_is_a_block_of_its_own() -> None:
    (block,) = read("x.md", "a\n\n```\n```\n").blocks
    assert (block.kind, block.text, block.line, block.why) == (Kind.TEXT, "", 3, "it is empty")


def test_a_page_without_blocks_and_an_empty_one_are_pages() -> None:
    assert read("x.md", "").blocks == read("x.md", "Only words.").blocks == ()
    assert read("x.md", "").title == "x.md"


def test_the_front_matter_of_a_site_generator_is_no_text() -> None:
    text = "---\ntitle: x\nsteps:\n  - Reboot the DB instance.\n---\n\n# Title\n\n```\nSELECT 1;\n```\n"
    result = read("x.md", text)
    assert (result.title, [(b.line, b.headings) for b in result.blocks]) == ("Title", [(10, ("Title",))])
    assert read("x.md", "a\n---\n\n```\nSELECT 1;\n```\n---\n").title == "a"


def test_text_indented_for_a_tab_or_a_note_is_read_as_text() -> None:
    text = """\
=== "Linux"

    Run it:

    ```bash
    psql -h a \\
      -d b
    ```

    1. Reboot the DB instance.

=== "Code"

    SELECT 1;
"""
    blocks = read("x.md", text).blocks
    assert [(b.kind, b.line, b.end, b.label, b.before) for b in blocks] == [
        (Kind.SHELL, 6, 7, "bash", "Run it:"),
        (Kind.CONSOLE, 10, 10, "", ""),
        (Kind.SQL, 14, 14, "", '=== "Code"'),
    ]


def test_prose_in_raw_html_and_in_tables_is_no_step_and_html_comments_hide_code() -> None:
    text = "<!--\n```\nSELECT 1;\n```\n-->\n\n| x |\n| --- |\n| Reboot the DB instance |\n"
    assert read("x.md", text).blocks == ()


def test_a_file_that_is_not_utf8_is_one_line_for_the_user(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_bytes(b"# Caf\xc3\xa9\n\ncaf\xe9\n")
    with pytest.raises(UsageError) as error:
        load(path)
    assert str(error.value) == f"{path}: line 3 is not UTF-8 (byte 0xe9) (save the page as UTF-8)"
    assert error.value.exit_code is ExitCode.USAGE


def test_a_file_that_is_not_there_is_one_line_for_the_user(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.md: No such file"):
        load(tmp_path / "none.md")
    with pytest.raises(UsageError, match="Is a directory"):
        load(tmp_path)
