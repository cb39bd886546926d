"""Foreign text cannot break markdown, inject HTML or reach a terminal as a command."""

import pytest
from hypothesis import given

from rdscheck.report.text import (
    ACT_CHARACTERS,
    ACT_LINES,
    ACTS_PER_STEP,
    acts,
    anchor,
    code,
    fence,
    joined,
    linked,
    md,
    one_line,
    remark,
    row,
    rule,
    visible,
)
from tests.report.reading import blocks, fences, inline, tables, text_of
from tests.report.strategies import hostile


def bare(text: str) -> str:
    """Return text without backticks and blanks: a code span shows neither as they were written."""
    return text.replace("`", "").replace(" ", "")


@given(hostile)
def test_escaped_text_is_read_as_it_was_written(text: str) -> None:
    assert bare(text_of(f"x {md(text)} x")) == bare(f"x {one_line(text)} x")


@given(hostile)
def test_a_row_keeps_its_columns(text: str) -> None:
    lines = [row(["a", "b", "c"]), rule(3), row([md(text), linked(text), code(text)])]
    (table,) = tables("\n".join(lines) + "\n")
    assert [len(cells) for cells in table] == [3, 3]


@given(hostile)
def test_no_html_and_no_image_comes_alive(text: str) -> None:
    alive = {
        "html_inline",
        "image",
        "softbreak",
        "hardbreak",
        "link_open",
        "strong_open",
        "em_open",
        "s_open",
    }
    for safe in (md(text), code(text)):
        assert not alive & {token.type for token in inline(f"x {safe}")}
        assert [kind for kind, _ in blocks(f"x {safe}")] == ["paragraph_open", "inline", "paragraph_close"]


@given(hostile)
def test_only_web_addresses_become_links(text: str) -> None:
    targets = [str(token.attrs["href"]) for token in inline(f"x {linked(text)}") if token.type == "link_open"]
    assert all(target.lower().startswith(("http://", "https://")) for target in targets)


@given(hostile)
def test_a_fence_holds_everything_and_closes(text: str) -> None:
    markdown = f"- before\n\n{fence(text, 'sql', 2)}\n\n- after\n"
    assert len(fences(markdown)) == 1
    assert blocks(markdown) == blocks(f"- before\n\n{fence('x', 'sql', 2)}\n\n- after\n")


def test_control_characters_are_shown_and_not_sent() -> None:
    assert visible("\x1b[31mred\x9b\u202e\ud800") == "\\x1b[31mred\\x9b\\u202e\\ud800"
    assert visible("Größe 漢字 😀") == "Größe 漢字 😀"


@pytest.mark.parametrize(
    "text", ["query_export_to_s3", "a & b".replace("&", "and"), "1 > 0", "50 %", "f(x, y)"]
)
def test_ordinary_text_stays_readable_in_the_source(text: str) -> None:
    assert md(text) == text


def test_a_name_in_backticks_stays_code_and_a_stray_backtick_does_not() -> None:
    assert md("named `_partXX`, not _part1") == "named `_partXX`, not \\_part1"
    assert md("a ` b") == "a \\` b"
    assert md("`a|b`") == "\\`a\\|b\\`"


def test_addresses_are_linked_without_the_full_stop() -> None:
    assert linked("See https://a.example/b_c. Then go.") == "See <https://a.example/b_c>. Then go."
    assert linked("no address") == "no address"


def test_a_fence_is_longer_than_any_run_inside() -> None:
    assert fence("x ```` y").splitlines() == ["`````", "x ```` y", "`````"]
    assert fence("x").splitlines() == ["```", "x", "```"]


def test_long_statements_are_cut_where_it_can_be_seen() -> None:
    assert acts(["select 1", "select 2"]) == "select 1\nselect 2"
    assert acts(["x" * (ACT_CHARACTERS + 7)]).endswith("x\n-- … 7 more characters not shown")
    many_lines = acts(["\n".join(["select"] * (ACT_LINES + 5))])
    assert many_lines.count("select") == ACT_LINES
    assert "more characters not shown" in many_lines
    many = acts([f"select {number}" for number in range(ACTS_PER_STEP + 3)])
    assert many.endswith(f"select {ACTS_PER_STEP - 1}\n-- … 3 more not shown")


def test_a_remark_is_the_first_line_cut_where_it_can_be_seen() -> None:
    assert remark("\n  first\nsecond") == "first"
    assert remark("x" * 500).endswith("x…")
    assert remark(" \n ") == ""


def test_a_longer_cell_widens_its_own_row_only() -> None:
    assert row(["a", "b"], [3]) == "| a   | b |"
    assert row(["longer", "b"], [3]) == "| longer | b |"
    assert rule(2, [3]) == "|-----|-----|"


def test_headings_are_reached_under_the_name_github_gives_them() -> None:
    assert anchor("s3/export: Export query_results to S3") == "s3export-export-query_results-to-s3"


def test_empty_lines_in_a_row_become_one_but_inside_of_a_fence() -> None:
    assert joined(["", "a", "", "", "b", ""]) == "a\n\nb\n"
    fenced = "```sql\nselect 1\n\n\nselect 2\n```"
    assert joined([fenced, "", "", "after"]) == f"{fenced}\n\nafter\n"
    assert joined(["````", "```", "", "", "````", "", "", "x"]) == "````\n```\n\n\n````\n\nx\n"
