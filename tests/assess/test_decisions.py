"""Suppressions, baselines, efforts, exit codes: what the user decided, and what it does."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from rdscheck.assess import baseline
from rdscheck.assess.answering import Decisions, answer
from rdscheck.assess.checked import State, Trouble, exit_code, unique
from rdscheck.assess.effort import chosen, read_efforts, with_efforts
from rdscheck.assess.facts import Extension, Facts, NotSeen, Origin, Relation, Unreadable, Via
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import rules
from rdscheck.assess.source import Examined, Wish, judged, read_source
from rdscheck.assess.suppressing import Accepted, Gap, Suppression, read_accepted, remarks, suppression_of
from rdscheck.assess.target import read_target
from rdscheck.errors import ExitCode, UsageError
from tests.report.check.builders import RULES, broken, checked, checks, finding, realistic

TODAY = dt.date(2026, 11, 21)
TARGET = read_target("rds-17")
ASKED = {id_: rules()[id_] for id_ in RULES}


def facts(**more: object) -> Facts:
    origin = Origin(Via.DUMP, "shop.sql", "13.23", 13)
    return Facts(
        origin=origin,
        extensions=[Extension(name="file_fdw", database="shop"), Extension(name="plsh", database="shop")],
        relations=[Relation(schema="public", name="log", kind="table", database="shop")],
        **more,  # type: ignore[arg-type]
    )


def told(**decided: object) -> dict[str, State]:
    decisions = replace(Decisions(ASKED, today=TODAY), **decided)  # type: ignore[arg-type]
    check = answer("shop", TARGET, seen(), decisions)
    return {one.finding.subject: one.state for one in check.entries}


def seen(**more: object) -> Examined:
    return judged(facts(**more), TARGET, ASKED, Wish())


def test_without_decisions_all_is_new() -> None:
    assert told() == {
        "extension file_fdw": State.NEW,
        "extension plsh": State.NEW,
        "table public.log": State.NEW,
    }


@pytest.mark.parametrize(
    ("suppression", "suppressed"),
    [
        (Suppression("extension-*", "r"), {"extension file_fdw", "extension plsh"}),
        (Suppression("extension-*", "r", subject="*plsh"), {"extension plsh"}),
        (
            Suppression("*", "r", database="shop"),
            {"extension file_fdw", "extension plsh", "table public.log"},
        ),
        (Suppression("*", "r", database="other"), set()),
        (Suppression("*", "r", expires="2026-11-21"), set(told())),
        (Suppression("*", "r", expires="2026-11-20"), set()),
        (Suppression("extension", "r"), set()),
    ],
)
def test_a_suppression_covers_what_it_says_and_no_more(
    suppression: Suppression, suppressed: set[str]
) -> None:
    found = told(accepted=Accepted((suppression,)))
    assert {subject for subject, state in found.items() if state is State.SUPPRESSED} == suppressed


def test_what_expired_or_is_unused_is_told() -> None:
    findings = [finding(0, "extension file_fdw")]
    given = (
        Suppression("extension-*", "r", expires="2026-11-20", number=1),
        Suppression("role-*", "r", number=2),
        Suppression("extension-*", "r", number=3),
    )
    assert remarks(Accepted(given), findings, [], TODAY) == (
        "suppression 1 (extension-*) expired on 2026-11-20 and suppresses nothing any more",
        "suppression 2 (role-*) is not used: no finding is like that",
    )
    assert suppression_of(findings[0], given, TODAY) == given[2]


def test_a_file_of_suppressions_is_read(tmp_path: Path) -> None:
    file = tmp_path / "rdscheck.toml"
    file.write_text(
        '[[suppress]]\nrule = "a-*"\nreason = "x"\nexpires = 2027-01-31\n'
        '[[suppress]]\nrule = "b"\nsubject = "table x"\ndatabase = "d"\n'
        'reason = "y"\nexpires = "2027-02-01"\n'
    )
    assert read_accepted(file).findings == (
        Suppression("a-*", "x", expires="2027-01-31", number=1),
        Suppression("b", "y", "table x", "d", "2027-02-01", 2),
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[[suppress]]\nrule = "a"', "suppress 1: reason is missing"),
        ('[[suppress]]\nrule = "a"\nreason = " "', "suppress 1: reason is missing"),
        ('[[suppress]]\nreason = "a"', "suppress 1: rule is missing"),
        ('[[suppress]]\nrule = "a"\nreason = "b"\nexpires = "soon"', "expires is no date: soon"),
        ('[[suppress]]\nrule = "a"\nreason = "b"\nexpires = 2027-01-31T10:00:00', "expires is no text"),
        ('[[suppress]]\nrule = 1\nreason = "b"', "rule is no text"),
        ('[[suppress]]\nrule = "a"\nreason = "b"\nuntil = "x"', "until is not known"),
        ("suppress = 1", "no list of tables"),
        ("= 1", "is no TOML"),
    ],
)
def test_a_wrong_file_of_suppressions_is_refused_with_the_place(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "s.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=r"s\.toml") as caught:
        read_accepted(file)
    assert why in str(caught.value)


def test_a_missing_file_of_suppressions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_accepted(tmp_path / "none.toml")


def test_a_baseline_keeps_findings_and_only_new_ones_count() -> None:
    first = finding(0, "extension plsh", database="shop")
    known = baseline.loads(baseline.dumps([baseline.key("shop", first)])).keys
    assert told(known=known) == {
        "extension file_fdw": State.NEW,
        "extension plsh": State.BASELINE,
        "table public.log": State.NEW,
    }
    # Of another source it says nothing.
    assert State.BASELINE not in told(known=frozenset(("other", *one[1:]) for one in known)).values()


def test_a_baseline_has_no_order_of_its_own() -> None:
    keys = [("a", "b", "c", "d\ud800"), ("a", "a", "", 'x"\n')]
    assert baseline.dumps(keys) == baseline.dumps(reversed(keys))
    assert baseline.loads(baseline.dumps(keys)).keys == set(keys)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"schema":2,"kind":"baseline"}',
        '{"schema":1,"kind":"baseline","findings":[1]}',
        '{"schema":1,"kind":"baseline","findings":5}',
        '{"schema":1,"kind":"baseline","findings":[],"targets":[1]}',
    ],
)
def test_what_is_no_baseline_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        baseline.loads(text)


def test_efforts_are_overridden_by_id_glob_and_file(tmp_path: Path) -> None:
    file = tmp_path / "e.toml"
    file.write_text('[effort]\n"superuser-role" = 2\n"table-*" = "0+0.5"\n')
    found = with_efforts(ASKED, read_efforts(["extension-*=8+1", str(file)]))
    assert [found[id_].effort for id_ in RULES] == [Effort(8, 1), Effort(2, 0), Effort(0, 0.5)]
    check = answer("shop", TARGET, judged(facts(), TARGET, found, Wish()), Decisions(found, today=TODAY))
    assert {one.rule: one.hours for one in check.work} == {RULES[0]: 10.0, RULES[2]: 0.5}


@pytest.mark.parametrize(
    "given", ["nothing=1", "table-*=many", "table-*=-1", "table-*=1e999", "no-such-file"]
)
def test_wrong_efforts_are_refused(given: str) -> None:
    with pytest.raises(UsageError, match="--effort"):
        with_efforts(ASKED, read_efforts([given]))


def test_rules_are_chosen_by_globs() -> None:
    assert list(chosen(ASKED, ["*-role", "extension-*"], ["ext*"])) == ["superuser-role"]
    assert list(chosen(ASKED, [], ["*-role"])) == [RULES[0], RULES[2]]
    for only, skip in ((["x"], []), ([], ["x"])):
        with pytest.raises(UsageError, match="no rule is called so"):
            chosen(ASKED, only, skip)


def test_suppressed_findings_cost_nothing() -> None:
    decisions = Decisions(
        ASKED, accepted=Accepted((Suppression("extension-*", "r", subject="*plsh"),)), today=TODAY
    )
    (work,) = [one for one in answer("x", TARGET, seen(), decisions).work if one.rule == RULES[0]]
    assert (work.number, work.hours) == (1, rules()[RULES[0]].effort.of(1))


@pytest.mark.parametrize(
    ("groups", "threshold", "matters"),
    [
        (("extensions",), Severity.BLOCKER, True),
        (("replication",), Severity.BLOCKER, False),  # table-without-key is no blocker
        (("replication",), Severity.NOTE, True),
        (("locale",), Severity.NOTE, False),  # no rule of that group was asked
        ((), Severity.BLOCKER, True),
    ],
)
def test_what_was_not_seen_matters_where_a_rule_needed_it(
    groups: tuple[str, ...], threshold: Severity, matters: bool
) -> None:
    found = seen(not_seen=[NotSeen("x", "y", groups)])
    (missed,) = answer("x", TARGET, found, Decisions(ASKED, threshold, today=TODAY)).missed
    assert missed.matters is matters


@pytest.mark.parametrize(
    ("gap", "accepted"),
    [
        (Gap("the pass*", "r"), True),
        (Gap("the pass*", "r", database="shop"), True),
        (Gap("the pass*", "r", database="other"), False),
        (Gap("pass*", "r"), False),
        (Gap("*", "r", expires="2026-11-20"), False),
        (Gap("*", "r", expires="2026-11-21"), True),
    ],
)
def test_what_was_not_seen_can_be_accepted(gap: Gap, accepted: bool) -> None:
    found = seen(not_seen=[NotSeen("the passwords", "denied", (), "shop")])
    check = answer("x", TARGET, found, Decisions(ASKED, accepted=Accepted((), (gap,)), today=TODAY))
    (missed,) = check.missed
    assert (missed.matters, missed.accepted) == ((False, "r") if accepted else (True, ""))
    nothing_else = replace(check, entries=())
    assert exit_code(checks(nothing_else)) is (ExitCode.OK if accepted else ExitCode.UNCHECKED)


def test_accepted_gaps_are_read_and_remarked(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text('[[unchecked]]\nwhat = "x*"\nreason = "r"\nexpires = 2020-01-01\n[[unchecked]]\n')
    with pytest.raises(UsageError, match="unchecked 2: what is missing"):
        read_accepted(file)
    file.write_text('[[unchecked]]\nwhat = "x*"\nreason = "r"\nexpires = 2020-01-01\n')
    (gap,) = read_accepted(file).gaps
    assert gap == Gap("x*", "r", expires="2020-01-01", number=1)
    given = Accepted((), (gap, Gap("y", "r", number=2), Gap("z", "r", number=3)))
    assert remarks(given, [], [("z", "")], TODAY) == (
        "unchecked 1 (x*) expired on 2020-01-01 and accepts nothing any more",
        "unchecked 2 (y) is not used: nothing like that was left unchecked",
    )


def test_what_no_parser_understood_is_told_with_its_line() -> None:
    found = seen(unreadable=[Unreadable(message="syntax error", line=7, database="shop")])
    (missed,) = answer("x", TARGET, found, Decisions(ASKED, today=TODAY)).missed
    assert (missed.what, missed.line, missed.database, missed.matters) == (
        "statements that could not be parsed",
        7,
        "shop",
        True,
    )


READING = {id_: rules()[id_] for id_ in ("statement-unreadable", "body-unreadable", "dump-incomplete")}
TORN = [
    Unreadable(message="syntax error", text="CREATE TABEL a", line=7, database="shop"),
    Unreadable(message="syntax error", text="CREATE TABEL a", line=9, database="shop"),
    Unreadable(message="syntax error", by="public.f()", by_kind="function", line=12, database="shop"),
    Unreadable(message="the dump ends", line=20, torn=True),
]


def test_what_cannot_be_read_is_found_once_each_and_not_checked_once_of_a_kind() -> None:
    found = judged(facts(unreadable=TORN), TARGET, READING, Wish())
    check = answer("x", TARGET, found, Decisions(READING, today=TODAY))
    assert [(e.finding.id, e.finding.subject, e.finding.line) for e in check.entries] == [
        ("body-unreadable", "function public.f()", 12),
        ("dump-incomplete", "end of the dump", 20),
        ("statement-unreadable", "statement CREATE TABEL a", 7),
        ("statement-unreadable", "statement CREATE TABEL a (2)", 9),
    ]
    assert {one.finding.severity for one in check.entries} == {Severity.WARNING}
    assert [(one.what, one.reason, one.line) for one in check.missed] == [
        ("statements that could not be parsed", "2 of them, the first: syntax error", 7),
        ("bodies that could not be parsed", "syntax error", 12),
        ("the rest of the dump", "the dump ends", 20),
    ]
    assert exit_code(checks(check)) is ExitCode.UNCHECKED


def test_who_suppresses_what_cannot_be_read_accepts_that_it_was_not_checked() -> None:
    found = judged(facts(unreadable=TORN[:2]), TARGET, READING, Wish())
    some = Accepted((Suppression("statement-unreadable", "old", subject="*(2)"),))
    check = answer("x", TARGET, found, Decisions(READING, accepted=some, today=TODAY))
    assert [(one.line, one.matters, one.accepted) for one in check.missed] == [
        (7, True, ""),
        (9, False, "old"),
    ]
    assert exit_code(checks(check)) is ExitCode.UNCHECKED
    every = Accepted((Suppression("statement-unreadable", "old"),))
    check = answer("x", TARGET, found, Decisions(READING, accepted=every, today=TODAY))
    assert [(one.matters, one.accepted) for one in check.missed] == [(False, "old")]
    assert exit_code(checks(check)) is ExitCode.OK


def test_a_baseline_knows_that_something_cannot_be_read_and_not_what_is_in_it() -> None:
    found = judged(facts(unreadable=TORN[:1]), TARGET, READING, Wish())
    check = answer("x", TARGET, found, Decisions(READING, today=TODAY))
    known = {baseline.key("x", one.finding) for one in check.entries}
    check = answer("x", TARGET, found, Decisions(READING, known=known, today=TODAY))
    assert [one.state for one in check.entries] == [State.BASELINE]
    assert exit_code(checks(check)) is ExitCode.UNCHECKED


def test_a_hole_stays_where_its_rule_is_not_asked() -> None:
    found = judged(facts(unreadable=TORN[:1]), TARGET, {}, Wish())
    check = answer("x", TARGET, found, Decisions({}, today=TODAY))
    assert (check.entries, len(check.missed)) == ((), 1)
    assert exit_code(checks(check)) is ExitCode.UNCHECKED


def test_exit_codes() -> None:
    good = checked()
    assert exit_code(checks(good)) is ExitCode.OK
    assert exit_code(checks()) is ExitCode.UNCHECKED
    assert exit_code(replace(checks(good), complete=False)) is ExitCode.UNCHECKED
    assert exit_code(checks(good, broken())) is ExitCode.UNCHECKED
    assert exit_code(checks(good, broken(), replace(broken(), trouble=Trouble.UNREADABLE))) is ExitCode.USAGE
    assert exit_code(checks(broken(), *realistic().checks)) is ExitCode.FINDINGS
    old = replace(realistic().checks[0], missed=())
    known = tuple(replace(one, state=State.BASELINE) for one in old.entries)
    assert exit_code(checks(replace(old, entries=known))) is ExitCode.OK
    warned = tuple(one for one in old.entries if one.finding.severity is Severity.WARNING)
    assert exit_code(checks(replace(old, entries=warned))) is ExitCode.OK
    assert exit_code(replace(checks(replace(old, entries=warned)), threshold=Severity.WARNING)) == 1


def test_names_tell_sources_apart() -> None:
    assert unique("a", []) == "a"
    assert unique("a", ["a", "a (2)"]) == "a (3)"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("postgresql://me:s3cret@db.example.com:5433/shop", "db.example.com:5433/shop"),
        ("service=shop", "service=shop"),
        ("host=db dbname=shop password=s3cret", "db:5432/shop"),
        ("-", "standard input"),
    ],
)
def test_a_source_is_recognised_and_shows_no_password(text: str, label: str) -> None:
    source = read_source(text)
    assert source.label == label
    assert source.live is (text != "-")


def test_what_a_string_leaves_out_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.example.com")
    monkeypatch.setenv("PGPORT", "6543")
    monkeypatch.setenv("PGDATABASE", "shop")
    assert read_source("user=me").label == "db.example.com:6543/shop"
    assert read_source("host=other port=1 dbname=x").label == "other:1/x"


@pytest.mark.parametrize("text", ["/no/such/file.sql", "postgresql://a:s3cret@b:c:d/e", "x=s3cret y"])
def test_what_is_no_source_is_refused_without_a_password(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_source(text)
    assert "s3cret" not in str(caught.value)


def test_the_baseline_is_json_of_its_own_kind() -> None:
    assert json.loads(baseline.dumps([("s", "r", "d", "t")], ["rds-17", "rds-16"])) == {
        "schema": 1,
        "kind": "baseline",
        "targets": ["rds-16", "rds-17"],
        "findings": [{"source": "s", "rule": "r", "database": "d", "subject": "t"}],
    }
