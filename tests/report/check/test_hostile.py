"""Names that would break or inject into a format: each report read back by its own reader."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rdscheck.assess.checked import Checks
from rdscheck.assess.finding import Severity
from rdscheck.report.check.github import github
from rdscheck.report.check.html import html
from rdscheck.report.check.junit import junit
from rdscheck.report.check.markdown import markdown
from rdscheck.report.check.sarif import sarif
from rdscheck.report.check.serial import dump, dumps, schema
from rdscheck.report.check.text import lines, text
from rdscheck.report.check.write import FORMATS, render
from tests.report.check.builders import checked, checks, finding, shaped
from tests.report.check.official import official
from tests.report.reading import blocks, tables
from tests.report.strategies import hostile

_MORE = [
    "]]>",
    "<![CDATA[",
    "::set-output name=x::y",
    "::error::x",
    "%0A",
    "%0A::error::x",
    "\n::stop-commands::x",
    "##[error]x",
    "</script>",
    "' onmouseover='x",
    '" onmouseover="x',
    "{0}",
    "{{",
    "}}",
    "[x](1)",
    "[x](javascript:y)",
    "\ufffe",
    "\uffff",
    "\U0001f600" * 15,
    "שלום",
    "\u2066",
    "a,b:c",
    "../../etc/passwd",
    "http://x/%zz",
    ";",
]
#: A machine may be busy with something else.
UNHURRIED = settings(deadline=None, max_examples=60)
names = st.lists(st.sampled_from(_MORE) | hostile, max_size=4).map("".join)
UNSEEN = {"\x00", "\x1b", "\x07", "\x08", "\x7f", "\x9b", "\u202e", "\u2028", "\u2066"}


def made(parts: list[str]) -> Checks:
    """Return checks whose foreign strings are these, again and again."""
    following: Iterator[str] = (part for _ in range(100) for part in parts or [""])
    return shaped(lambda: next(following))


some_checks = st.lists(names, min_size=1, max_size=6).map(made)
PLAIN = made(["x"])


class _Reader(HTMLParser):
    """Tags with their attributes' names, and the text between them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.texts: list[str] = []
        self.links: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}", ()))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_html_keeps_its_shape() -> None:
    page = html(PLAIN)

    @UNHURRIED
    @given(some_checks)
    def tried(hard: Checks) -> None:
        read = _Reader(html(hard))
        # A short fix or reason may be the same as another's: <pre> and its texts come and go, nothing else.
        inner = {"pre", "/pre", "span", "/span"}
        assert [one for one in read.tags if one[0] not in inner] == [
            one for one in _Reader(page).tags if one[0] not in inner
        ]
        assert all(link == "#" or link.startswith(("https://", "#check-")) for link in read.links)

    tried()


@UNHURRIED
@given(some_checks)
def test_markdown_keeps_its_tables_and_headings(hard: Checks) -> None:
    found, plain = markdown(hard), markdown(PLAIN)
    kinds = {"heading_open", "table_open", "tr_open", "bullet_list_open", "html_block"}
    assert [one for one in blocks(found) if one[0] in kinds] == [
        one for one in blocks(plain) if one[0] in kinds
    ]
    assert [[len(row) for row in table] for table in tables(found)] == [
        [len(row) for row in table] for table in tables(plain)
    ]


@UNHURRIED
@given(some_checks)
def test_json_comes_back_as_it_was_and_follows_its_schema(hard: Checks) -> None:
    told: dict[str, Any] = json.loads(dumps(hard))
    assert told == dump(hard)
    jsonschema.Draft202012Validator(schema()).validate(told)
    assert [one["subject"] for one in told["findings"]] == [
        entry.finding.subject for _, entry in hard.entries
    ]


@UNHURRIED
@given(some_checks)
def test_sarif_follows_the_official_schema(hard: Checks) -> None:
    told = json.loads(sarif(hard))
    assert official(told) == []
    # No braces that are a placeholder, no brackets that are a link.
    for run in told["runs"]:
        for result in run["results"]:
            message = result["message"]["text"]
            assert all(len(braces) % 2 == 0 for braces in re.findall(r"\{+|\}+", message)), message
            assert not re.search(r"(?<!\\)\[", message)


@UNHURRIED
@given(some_checks)
def test_junit_is_xml_with_the_same_cases(hard: Checks) -> None:
    root = ET.fromstring(junit(hard))
    assert [one.tag for one in root.iter()] == [one.tag for one in ET.fromstring(junit(PLAIN)).iter()]


@UNHURRIED
@given(some_checks)
@example(made(["\n::error::x"]))
@example(made(["%0A::error::x,file=y"]))
def test_github_has_a_command_a_line_and_no_other(hard: Checks) -> None:
    found, plain = github(hard), github(PLAIN)
    assert len(found.splitlines()) == len(plain.splitlines())
    for line, other in zip(found.splitlines(), plain.splitlines(), strict=True):
        head, properties, data = line.split("::", 2) if line.count("::") > 1 else ("", "", "")
        assert head == ""
        name, _, told = properties.partition(" ")
        assert name == other.split("::")[1].partition(" ")[0]
        assert all(re.fullmatch(r"(file|line|title)=[^,:]*", one) for one in told.split(",")), told
        assert not re.search(r"%(?!25|0A|0D|3A|2C)", properties + data)


@UNHURRIED
@given(some_checks)
def test_text_has_the_same_lines_in_the_end(hard: Checks) -> None:
    heads = [one.text for one in lines(hard) if one.text and not one.text.startswith(" ")]
    assert len([one for one in heads if one.startswith(("Blockers", "Warnings", "Work", "Suppressed"))]) == 8
    assert "\n\n\n" not in text(hard)


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_reaches_a_terminal_that_cannot_be_seen(form: str) -> None:
    hard = made(["a\x1b[31m\x07\x00\u202e\u2028\u2066\x9b\x7f\x08"])
    found = render(hard, form)
    assert not UNSEEN & set(found)
    found.encode("utf-8")


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_shows_every_state_and_what_was_not_checked(form: str) -> None:
    from tests.report.check.builders import realistic

    # Names as any format writes them.
    found = " ".join(re.sub(r"[\\*`]", "", render(realistic(), form)).split())
    for word in (
        "extension file_fdw",
        "extension plsh",
        "baseline" if form != "sarif" else "unchanged",
        "role app",
        "table public.log",
        "it is going away",
        "2027-01-31",
        "a statement",
        "syntax error",
        "permission denied",
        "accepted: nobody may" if form != "json" else '"accepted": "nobody may"',
        "is not used",
        "Cannot move to RDS for PostgreSQL 17.11",
    ):
        assert word in found, (form, word)


def test_text_is_readable_in_80_columns() -> None:
    hard = checks(
        checked(entries=(*(_entry(f"table public.{'long_name_' * 5}{number}") for number in range(3)),))
    )
    for line in text(hard).splitlines():
        assert len(line) <= 80 or " " not in line.strip() or ";" in line or "https://" in line, line


def _entry(subject: str) -> Any:
    from rdscheck.assess.checked import Entry

    return Entry(finding(0, subject, Severity.BLOCKER))
