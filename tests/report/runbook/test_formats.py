"""Every format says everything, the same each time, and foreign text stays text."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from rdscheck.errors import ExitCode
from rdscheck.report.runbook import words
from rdscheck.report.runbook.html import html
from rdscheck.report.runbook.junit import junit
from rdscheck.report.runbook.markdown import markdown
from rdscheck.report.runbook.serial import dump, schema
from rdscheck.report.runbook.text import text
from rdscheck.report.runbook.write import FORMATS, render
from rdscheck.runbook.model import Knowledge, Verdict
from rdscheck.runbook.running.results import Results, exit_code
from tests.report.runbook.builders import HOSTILE, hostile, judged, of, realistic


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_equal_results_give_equal_bytes(form: str) -> None:
    assert render(realistic(), form) == render(realistic(), form)
    assert render(hostile(), form) == render(hostile(), form)


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_every_block_is_told_with_its_line(form: str) -> None:
    told = render(realistic(), form)
    for line in range(10, 80, 10):
        assert re.search(rf"\b{line}\b|L{line}-", told)
    assert "permission denied for table t" in told
    assert "only its owner may" in told
    assert "PATH is not taken over: no" in told


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_no_control_character_leaves(form: str) -> None:
    told = render(hostile(), form)
    assert "\x1b" not in told
    assert "\u202e" not in told


def test_json_is_of_its_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    for one in (realistic(), hostile(), Results(())):
        jsonschema.validate(json.loads(render(one, "json")), schema())
    wrong = dump(realistic())
    wrong["blocks"][0]["verdict"] = "fine"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema())


def test_html_is_inert() -> None:
    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            seen.add(tag)
            links.extend(value or "" for name, value in attrs if name in {"href", "src"})

    seen: set[str] = set()
    links: list[str] = []
    Tags().feed(html(hostile()))
    assert not seen & {"script", "b", "img", "iframe"}
    assert all(one.startswith(("#", "https://")) for one in links)


def test_html_has_an_anchor_for_each_block() -> None:
    told = html(realistic())
    for anchor in re.findall(r'href="#([^"]+)"', told):
        assert f'id="{anchor}"' in told
    assert len(re.findall(r"<details ", told)) == 7


def test_markdown_keeps_its_shape() -> None:
    rows = [line for line in markdown(hostile()).splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {6}
    outside = re.sub(r"^(`{3,})[^\n]*\n.*?^\1$", "", markdown(hostile()), flags=re.M | re.S)
    assert "<script>" not in outside
    assert not re.search(r"^# not a heading", outside, re.M)


def test_junit_counts_as_the_command_does() -> None:
    suite = ET.fromstring(junit(realistic()).encode())[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("skipped")) == (
        "7",
        "1",
        "1",
        "2",
    )
    ET.fromstring(junit(hostile()).encode())
    nothing = Results((of(judged(1, Verdict.NOT_A_COMMAND)),))
    assert ET.fromstring(junit(nothing).encode())[0].get("errors") == "1"


def test_text_has_a_line_for_each_block_of_80_columns() -> None:
    lines = text(realistic()).splitlines()
    assert all(len(line) <= 80 for line in lines)
    assert sum(bool(re.match(r" +\d+  sql ", line)) for line in lines) == 7
    assert "- <schema> (schema), lines 3, 9; bind it with --bind or a runbook.toml" in text(realistic())
    assert HOSTILE not in text(hostile())


@pytest.mark.parametrize(
    ("results", "code"),
    [
        (realistic(), 1),
        (Results((of(judged(1, Verdict.PASSED), judged(2, Verdict.DIFFERS)),)), 0),
        (Results((of(judged(1, Verdict.PASSED), judged(2, Verdict.DIFFERS)),), fail_on_differs=True), 1),
        (Results((of(judged(1, Verdict.PASSED), judged(2, Verdict.NOT_RUNNABLE)),)), 3),
        (
            Results(
                (
                    of(
                        judged(1, Verdict.PASSED),
                        judged(2, Verdict.NOT_RUNNABLE, expected=Verdict.NOT_RUNNABLE),
                    ),
                )
            ),
            0,
        ),
        (Results((of(judged(1, Verdict.FAILED, expected=Verdict.FAILED)),)), 0),
        (Results((of(judged(1, Verdict.PASSED, expected=Verdict.FAILED)),)), 1),
        (Results((of(judged(1, Verdict.NOT_RUNNABLE, expected=Verdict.FAILED)),)), 3),
        (Results((of(judged(1, Verdict.PASSED, expected=Verdict.NOT_RUNNABLE)),)), 1),
        (Results((of(judged(1, Verdict.DIFFERS, expected=Verdict.DIFFERS)),), fail_on_differs=True), 0),
        (Results((of(judged(1, Verdict.NOT_A_COMMAND)),)), 3),
        (Results((of(),)), 3),
        (Results(()), 3),
        (Results((of(judged(1, Verdict.PASSED)),), complete=False), 3),
        (Results((of(judged(1, Verdict.PASSED)),), not_run=(("13", "no package"),)), 3),
    ],
)
def test_exit_codes(results: Results, code: int) -> None:
    assert exit_code(results) is ExitCode(code)
    assert dump(results)["exit_code"] == code


def test_the_answer_in_one_line() -> None:
    assert words.overall(realistic()).startswith("Does not work as it is written: 1 block not as expected")
    fine = of(judged(1, Verdict.PASSED), judged(2, Verdict.DIFFERS))
    assert words.verdict(fine) == "Works, 1 output differing: 2 of 2 blocks ran."
    assert words.verdict(of(judged(1, Verdict.NOT_RUNNABLE))).startswith("Not known whether it works")
    told = of(judged(1, Verdict.PASSED), judged(2, Verdict.FAILED, expected=Verdict.FAILED))
    assert words.verdict(told) == "Works, except as expected (1 block failing): 2 of 2 blocks ran."
    more = of(
        judged(1, Verdict.PASSED),
        judged(2, Verdict.NOT_RUNNABLE, expected=Verdict.NOT_RUNNABLE),
        judged(3, Verdict.DIFFERS, expected=Verdict.DIFFERS),
        judged(4, Verdict.DIFFERS),
        judged(5, Verdict.NOT_RUNNABLE),
    )
    assert words.verdict(more) == (
        "Works as far as it could be run, except as expected (1 not run, 1 output differing),"
        " 1 output differing: 3 of 5 blocks ran."
    )
    two = replace(realistic(), runs=(fine, fine))
    assert words.overall(two) == "2 runs of pages: 0 with failures, 0 with something that could not be run."


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_what_fails_as_expected_is_in_the_answer_with_its_reason(form: str) -> None:
    def told(*some: Verdict) -> str:
        blocks = [judged(at, one, expected=one, reason="as it ought to") for at, one in enumerate(some, 1)]
        return render(Results((of(judged(9, Verdict.PASSED), *blocks),)), form)

    failing = told(Verdict.FAILED, Verdict.FAILED, Verdict.DIFFERS)
    assert "except as expected (2 blocks failing, 1 output differing)" in failing.replace("\n", " ")
    assert "lines 10, 20, failed: as it ought to" in failing
    fine = told()
    assert "except" not in fine
    assert "as it ought to" not in fine


@pytest.mark.parametrize("form", sorted(FORMATS))
def test_what_is_known_of_the_prose_is_not_told_of_a_block(form: str) -> None:
    results = realistic()
    assert "the text says otherwise" in render(results, form)
    if form == "json":
        (page,), blocks = dump(results)["pages"], dump(results)["blocks"]
        assert [(one["line"], one["key"]) for one in page["known"]] == [(17, "prose-rule")]
        assert [one["key"] for block in blocks for one in block["known"]] == ["some-rule"]
    else:
        assert re.search(r"line 17: the\s+text says otherwise", render(results, form).replace("<bdi>", ""))
    only = of(judged(1, Verdict.PASSED, known=(Knowledge("x", "prose-rule", line=3),)))
    assert list(words.to_look_at(only)) == []
    about = of(judged(1, Verdict.PASSED, known=(Knowledge("x", "some-rule"),)))
    assert [one.block.line for one in words.to_look_at(about)] == [10]
