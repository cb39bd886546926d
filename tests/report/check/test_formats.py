"""What each format says of a check that has something of everything."""

import json
import re
from dataclasses import fields, replace
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from rdscheck.assess.checked import Checked, Checks, Entry, State, counts
from rdscheck.assess.facts import Via
from rdscheck.assess.finding import Finding, Severity
from rdscheck.assess.rehearsing.telling import Unmet
from rdscheck.assess.rule import rules
from rdscheck.report.check import words
from rdscheck.report.check.github import command, github, summary
from rdscheck.report.check.html import html
from rdscheck.report.check.junit import junit
from rdscheck.report.check.markdown import markdown
from rdscheck.report.check.rollup import rollup
from rdscheck.report.check.sarif import address, sarif
from rdscheck.report.check.serial import dump, dumps, schema
from rdscheck.report.check.text import lines, text
from rdscheck.report.check.write import FORMATS, render
from tests.report.check.builders import RULES, broken, checked, checks, finding, realistic, rehearsed
from tests.report.check.official import official


def with_entries(*severities: Severity, state: State = State.NEW, name: str = "shop.sql") -> Checked:
    found = (Entry(finding(0, f"table t{number}", one), state) for number, one in enumerate(severities))
    return checked(name, entries=tuple(found))


B, W, N = Severity
TO = "to RDS for PostgreSQL 17.11"
CAN = f"Can move {TO}, as far as seen: no blocker"
CANNOT = f"Cannot move {TO} as it is: "
MAYBE = f"Nothing seen that keeps it from moving {TO}, as far as seen: no blocker"


@pytest.mark.parametrize(
    ("check", "verdict"),
    [
        (
            with_entries(),
            f"{CAN}; 0 warnings, 0 notes.",
        ),
        (
            with_entries(B, B, W),
            f"{CANNOT}2 blockers; 1 warning, 0 notes.",
        ),
        (
            with_entries(B, state=State.BASELINE),
            f"{CANNOT}1 blocker (1 of them in the baseline); 0 warnings, 0 notes.",
        ),
        (
            with_entries(B, state=State.SUPPRESSED),
            f"{CAN}, 1 blocker suppressed; 0 warnings, 0 notes.",
        ),
        (
            replace(realistic().checks[0], entries=()),
            f"{MAYBE}; 0 warnings, 0 notes; 1 thing could not be checked.",
        ),
        (broken(), "Not known whether it can move to RDS for PostgreSQL 17.11: no answer"),
    ],
)
def test_the_first_line_answers(check: Checked, verdict: str) -> None:
    assert words.verdict(check) == verdict
    assert " ".join(text(checks(check)).split()).startswith(verdict)


@pytest.mark.parametrize("form", FORMATS)
def test_no_percentage_is_said(form: str) -> None:
    shown = render(realistic(), form).replace("width: 100%", "").replace("%25", "")
    assert "%" not in shown.replace("%3A", "").replace("%0A", "").replace("%2C", "")


def test_hours_say_how_they_arise() -> None:
    found = text(realistic())
    assert "Work: 12.35 h, once for a rule + for each finding" in found
    assert "  extensions: 12 h (extension-not-offered: 4 + 2 x 4)" in found
    assert "  roles: 0.35 h (superuser-role: 0.25 + 1 x 0.1)" in found
    (first, second) = dump(realistic())["checks"][0]["hours"]
    assert (first["hours"], second["hours"]) == (12, 0.35)
    assert first["parts"] == [{"rule": RULES[0], "findings": 2, "first": 4, "each": 4, "hours": 12}]


def test_text_names_a_rule_once_and_cuts_long_lists() -> None:
    many = with_entries(*[B] * 30)
    found = text(checks(many))
    assert found.count("extension-not-offered (30)") == 1
    assert found.count("why: ") == 1
    assert "… and 10 more" in found


def test_text_has_styles_for_terminals_only() -> None:
    assert {one.style for one in lines(realistic())} > {"bold red", "yellow", "green"}
    assert "\x1b" not in text(realistic())


def test_the_schema_is_one_and_takes_what_is_written() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    valid = jsonschema.Draft202012Validator(schema())
    for some in (realistic(), checks(), checks(broken()), checks(checked(via=Via.LIVE))):
        valid.validate(json.loads(dumps(some)))
    assert not valid.is_valid({**dump(realistic()), "more": 1})


def test_the_schema_knows_every_field_of_a_finding() -> None:
    known = set(schema()["$defs"]["finding"]["properties"])
    # How a rehearsal runs the fix is for the rehearsal.
    assert {one.name for one in fields(Finding)} - {"fix_on"} <= known


def test_equal_checks_give_equal_bytes() -> None:
    for form in FORMATS:
        assert render(realistic(), form) == render(realistic(), form)


def test_sarif_points_at_the_line_of_the_dump_and_brings_its_rules() -> None:
    log = json.loads(sarif(realistic()))
    assert official(log) == []
    (run,) = log["runs"]
    first, known, _, accepted = run["results"]
    place = first["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "shop.sql"}, "region": {"startLine": 12}}
    assert (first["level"], first["baselineState"], known["baselineState"]) == ("error", "new", "unchanged")
    (alone,) = json.loads(sarif(checks(with_entries(B))))["runs"][0]["results"]
    assert "baselineState" not in alone
    assert accepted["suppressions"][0]["justification"] == "it is going away (until 2027-01-31)"
    rule = run["tool"]["driver"]["rules"][first["ruleIndex"]]
    assert rule["id"] == first["ruleId"]
    assert rule["help"]["text"]
    assert rule["helpUri"].startswith("https://")
    told = run["invocations"][0]["toolExecutionNotifications"]
    assert [one["level"] for one in told] == ["warning", "note", "note", "note"]


def after_a_rehearsal(*asked: str, via: Via = Via.DUMP, form: str = "plain") -> Checks:
    (one,) = realistic().checks
    origin = replace(checked(via=via).origin, format=form)  # type: ignore[type-var]
    return checks(replace(one, rehearsal=rehearsed(), asked=(*RULES, *asked), origin=origin))


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_says_what_a_rehearsal_met_and_what_it_did_not(form: str) -> None:
    shown = " ".join(render(after_a_rehearsal(), form).replace("%0A", "\n").replace("%2C", ",").split())
    assert "denied" in shown
    assert "that no rule explains" in shown or '"unexplained"' in shown
    assert "file_fdw" in shown
    assert "not met in the rehearsal" in shown or '"unmet": true' in shown or '"not met"' in shown
    assert "not met" not in render(realistic(), form)


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_shows_what_is_suppressed_known_and_accepted(form: str) -> None:
    shown = " ".join(render(realistic(), form).split())
    assert "it is going away" in shown
    assert "2027-01-31" in shown
    assert "baseline" in shown
    assert "nobody may" in shown
    assert "suppression 2 (x-" in shown


def test_sarif_shows_what_the_restore_refused_at_its_line() -> None:
    for asked, level in (((), "warning"), (("rehearsal-refused",), "note")):
        log = json.loads(sarif(after_a_rehearsal(*asked)))
        assert official(log) == []
        (run,) = log["runs"]
        told = run["invocations"][0]["toolExecutionNotifications"]
        last = next(one for one in told if one["message"]["text"].endswith("(that no rule explains)"))
        assert last["level"] == level
        assert last["locations"][0]["physicalLocation"]["region"] == {"startLine": 24}
        (marked,) = [one for one in run["results"] if one["properties"].get("rehearsal")]
        assert marked["message"]["text"].endswith("A rehearsed restore did not meet it.")


def test_what_a_restore_could_not_meet_is_not_said_to_be_unmet() -> None:
    (one,) = after_a_rehearsal().checks
    told = replace(
        rehearsed(), unconfirmed=(Unmet(RULES[0], "extension file_fdw", reason="it is made and not used"),)
    )
    some = checks(replace(one, rehearsal=told))
    assert "not shown by the rehearsal: it is made and not used" in " ".join(text(some).split())
    for form in FORMATS:
        assert "not met" not in render(some, form)
    assert [one["unmet"] for one in dump(some)["findings"]] == [False] * 4
    assert [one["unmet"] for one in dump(after_a_rehearsal())["findings"]] == [True, False, False, False]


@pytest.mark.parametrize(
    ("fix", "form"),
    [
        ("DROP TABLE t;", "sql"),
        ("DROP TABLE t; -- or not", "sql"),
        ("-- pg_restore --no-owner", "sql"),
        ("A;\nB", "sql"),
        ("Read the message; leave it out.", "words"),
        ("Nothing", "words"),
    ],
)
def test_a_fix_is_sql_or_a_sentence(fix: str, form: str) -> None:
    assert words.form(fix) == form


def test_an_archive_has_no_lines() -> None:
    archive = after_a_rehearsal(form="custom")
    assert '"region"' not in sarif(archive)
    assert ",line=" not in github(archive)
    assert "line 12 of what pg_restore writes" in " ".join(text(archive).split())
    assert "line=12" in github(after_a_rehearsal())


def test_junit_has_a_case_of_the_rehearsal() -> None:
    cases = {one.get("name"): one for one in ET.fromstring(junit(after_a_rehearsal())).iter("testcase")}
    assert [one.tag for one in cases["rehearsal"]] == ["system-out"]
    assert "line 24: denied  (that no rule explains)" in (cases["rehearsal"][0].text or "")
    assert "rehearsal" not in {one.get("name") for one in ET.fromstring(junit(realistic())).iter("testcase")}


def test_github_annotates_what_no_finding_tells() -> None:
    hidden = [one for one in github(after_a_rehearsal()).splitlines() if "the restore refuses" in one]
    assert [one.partition("title")[0] for one in hidden] == ["::warning file=shop.sql,line=24,"]
    assert "the restore refuses" not in github(after_a_rehearsal("rehearsal-refused"))


def test_sarif_of_a_live_database_has_no_file() -> None:
    live = replace(with_entries(B), origin=checked(via=Via.LIVE).origin)
    log = json.loads(sarif(checks(live, broken())))
    assert official(log) == []
    (place,) = log["runs"][0]["results"][0]["locations"]
    assert list(place) == ["logicalLocations"]
    assert log["runs"][1]["invocations"][0]["executionSuccessful"] is False


def test_the_official_schema_refuses_what_is_wrong() -> None:
    log = json.loads(sarif(realistic()))
    log["runs"][0]["results"][0]["level"] = "blocker"
    assert official(log)


@pytest.mark.parametrize(
    ("label", "uri"),
    [
        ("a b#c?.sql", "a%20b%23c%3F.sql"),
        ("/tmp/ü.sql", "file:///tmp/%C3%BC.sql"),
        ("a%20.sql", "a%2520.sql"),
    ],
)
def test_a_file_is_a_uri(label: str, uri: str) -> None:
    assert address(label) == uri


def test_junit_has_a_case_for_each_rule_and_counts_them() -> None:
    root = ET.fromstring(junit(realistic()))
    (suite,) = root.iter("testsuite")
    cases = {case.get("name"): case for case in suite.iter("testcase")}
    assert list(cases) == [
        *sorted(RULES),
        "not checked: a statement",
        "not checked: pg_hba.conf",
        "not checked: passwords",
    ]
    failure = cases["extension-not-offered"].find("failure")
    assert failure is not None
    assert failure.get("message") == "1 blocker: extension file_fdw is in the way."
    assert "in the baseline" in (failure.text or "")
    # Below the threshold: told, and no failure.
    assert [one.tag for one in cases["superuser-role"]] == ["system-out"]
    assert [one.tag for one in cases["table-without-key"]] == ["skipped", "system-out"]
    for element in (root, suite):
        assert {name: element.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
            "tests": "6",
            "failures": "1",
            "errors": "1",
            "skipped": "3",
        }
    assert ET.fromstring(junit(replace(realistic(), threshold=W))).get("failures") == "2"


def test_github_escapes_what_its_runner_unescapes() -> None:
    assert command("error", "50% off\r\n::x", title="a,b:c%", file="f") == (
        "::error file=f,title=a%2Cb%3Ac%25::50%25 off\\x0d%0A::x"
    )
    found = github(realistic()).splitlines()
    assert found[0].startswith(
        "::error file=shop.sql,line=12,title=blocker extension-not-offered%3A extension"
    )
    assert [line.split()[0] for line in found[1:4]] == ["::notice", "::warning", "::notice"]


def test_a_summary_has_an_end() -> None:
    big = checks(with_entries(*[W] * 500))
    assert summary(realistic()) == markdown(realistic())
    cut = summary(big, 5000)
    assert len(cut.encode()) <= 5000
    assert "cut here" in cut


def many() -> Checks:
    return checks(
        with_entries(B, B, name="a"),
        with_entries(B, N, name="b"),
        with_entries(name="c"),
        broken("d"),
        fleet=True,
    )


def test_many_sources_are_rolled_up_by_rule() -> None:
    first, second = rollup(many())
    assert (first.severity, first.sources, first.findings, first.where) == (B, 2, 3, (("a", 2), ("b", 1)))
    assert (second.severity, second.sources, second.findings) == (N, 1, 1)


def test_many_sources_are_summed_up_first() -> None:
    told = "1 of 4 sources can move, as far as seen; 2 cannot as they are; 1 could not be checked."
    assert words.overall(many()) == told
    assert dump(many())["verdict"] == told
    for shown in (" ".join(text(many()).split()), markdown(many()), html(many())):
        assert told in shown
        assert shown.index(told) < shown.index("Cannot move")
    assert "Findings by rule" in text(many())
    assert dump(many())["rollup"][0] == {
        "severity": "blocker",
        "rule": RULES[0],
        "group": "extensions",
        "checks": 2,
        "findings": 3,
        "where": {"a": 2, "b": 1},
    }


def test_nothing_is_lost_in_counting() -> None:
    found = realistic().checks[0]
    assert counts(found.entries) == {B: 2, W: 1, N: 1}
    assert counts(found.open) == {B: 2, W: 1, N: 0}


def test_html_needs_nothing_from_elsewhere() -> None:
    page = html(realistic())
    assert "<script" not in page
    assert "src=" not in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page


def test_html_links_lead_somewhere() -> None:
    for some in (after_a_rehearsal(), many()):
        page = html(some)
        ids = re.findall(r'\bid="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        linked = set(re.findall(r'href="#([^"]*)"', page))
        assert linked
        assert linked <= set(ids)


def test_html_says_the_problem_of_a_rule_that_is_folded() -> None:
    assert f"(1) {rules()[RULES[1]].problem}</summary>" in html(realistic())


class _Balanced(HTMLParser):
    """Complains about an element that ends where it did not begin."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, self.getpos()


@pytest.mark.parametrize("some", [realistic(), many(), checks()], ids=["one", "many", "none"])
def test_html_closes_what_it_opens(some: Checks) -> None:
    assert _Balanced(html(some)).open == []
