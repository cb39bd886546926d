"""Every rule about types, locales, parameters, names, servers and major upgrades: guilty, and what looks "
"alike."""

import dataclasses
import re
from pathlib import Path

import pglast
import pytest

from rdscheck.assess.facts import Flavour, Type, Via
from rdscheck.assess.finding import Severity
from rdscheck.assess.judge import judge
from rdscheck.assess.rule import Context, Rule, rules
from rdscheck.assess.target import AURORA, RDS, Move, read_target
from tests.assess.rules import moving_servers, moving_settings, moving_types, moving_upgrades
from tests.assess.rules.moving import (
    Case,
    col,
    db,
    facts_of,
    found_guilty,
    found_innocent,
    server_setting,
    table,
)

GROUPS = {
    *("authentication", "babelfish", "blue green", "foreign servers", "locale", "major upgrade", "names"),
    *("parameters", "scheduled", "service differences", "types"),
}
MINE = {id_: rule for id_, rule in rules().items() if rule.group in GROUPS}
CASES = (*moving_types.CASES, *moving_settings.CASES, *moving_servers.CASES, *moving_upgrades.CASES)
SQL = re.compile(r"(ALTER|CREATE|DROP|GRANT|REINDEX|ROLLBACK|SELECT) ")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_guilty_is_found_and_named(case: Case) -> None:
    (finding,) = found_guilty(case)
    assert (finding.subject, finding.severity) == (case.subject, case.severity)
    assert case.says in finding.message
    assert case.fix in finding.fix
    assert finding.source.startswith("https://")
    assert finding.message.endswith(".")


@pytest.mark.parametrize("case", [case for case in CASES if case.innocent], ids=str)
def test_what_looks_alike_is_not(case: Case) -> None:
    assert found_innocent(case) == []


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_fix_that_begins_like_sql_is_sql(case: Case) -> None:
    (finding,) = found_guilty(case)
    if SQL.match(finding.fix) and ";" in finding.fix:
        assert pglast.parse_sql(finding.fix)


def test_every_rule_has_a_guilty_case_and_an_innocent_one() -> None:
    assert {case.rule for case in CASES} == set(MINE)
    assert {case.rule for case in CASES if case.innocent} | {"toast-compression-default"} == set(MINE)


@pytest.mark.parametrize("rule", MINE.values(), ids=lambda rule: rule.id)
def test_a_rule_says_all_it_should(rule: Rule) -> None:
    for words in (rule.problem, rule.why, rule.fix):
        assert words.endswith(".")
        assert "  " not in words
    assert rule.guilty.subject
    assert rule.guilty.sql or rule.guilty.dump
    assert rule.innocent.sql or rule.innocent.dump
    assert not (rule.guilty.until and rule.guilty.target and _major(rule) <= rule.guilty.until)


def _major(rule: Rule) -> int:
    return read_target(rule.guilty.target).major if rule.guilty.move is Move.UPGRADE else 99


@pytest.mark.parametrize(
    "target", ["rds-13", "rds-15.4", "rds-17", "rds-18", "aurora-12", "aurora-16", "aurora-18"]
)
@pytest.mark.parametrize("flavour", list(Flavour))
@pytest.mark.parametrize("move", list(Move))
def test_an_ordinary_database_gives_notes_at_most(target: str, flavour: Flavour, move: Move) -> None:
    to = read_target(target)
    for major in (9.6, 11, 13, 17):
        if major > to.major:
            continue
        ordinary = facts_of(
            db("postgres", owner="postgres"),
            db("shop", owner="app"),
            db("template0", is_template=True, allows_connections=False),
            db("template1", is_template=True),
            table(owner="postgres"),
            table("orders", owner="app", database="shop"),
            server_setting("TimeZone", "Etc/UTC"),
            server_setting("max_connections", "100"),
            server_setting("shared_preload_libraries", "pg_stat_statements"),
            major=major,
            flavour=flavour,
        )
        found = judge(ordinary, to, move, MINE.values()).findings
        assert [one for one in found if one.severity is not Severity.NOTE] == []


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_finding_does_not_depend_on_the_order_of_facts(case: Case) -> None:
    turned = dataclasses.replace(case, guilty=tuple(reversed(case.guilty)))
    assert found_guilty(turned) == found_guilty(case)


def test_rules_of_upgrades_say_nothing_where_the_major_stays() -> None:
    for case in CASES:
        if case.move is Move.UPGRADE and case.rule not in {"prepared-transactions", "invalid-database"}:
            to = read_target(case.target)
            facts = facts_of(*case.guilty, via=case.via, major=to.major, flavour=case.flavour)
            found = list(MINE[case.rule].findings(Context(facts, to, case.move)))
            assert [one for one in found if one.severity is Severity.BLOCKER] == [], case.rule


def test_a_type_may_be_nested_as_deep_as_it_likes() -> None:
    deep = 5000
    made = [
        Type(schema="public", name=f"d{n}", kind="domain", parts=(f"public.d{n + 1}",)) for n in range(deep)
    ]
    last = Type(schema="public", name=f"d{deep}", kind="domain", parts=("pg_catalog.regproc[]", "public.d0"))
    facts = facts_of(col("public.d0[]", database=""), *made, last, major=15, flavour=Flavour.RDS)
    (one,) = MINE["reg-type-columns"].findings(Context(facts, read_target("rds-17"), Move.UPGRADE))
    assert one.subject == "column public.t.c"


def test_a_dump_says_nothing_of_the_templates() -> None:
    facts = facts_of(db("template1"), major=15, flavour=Flavour.RDS, via=Via.DUMP)
    assert not list(MINE["template-databases"].findings(Context(facts, read_target("rds-17"), Move.UPGRADE)))


def test_modules_are_short() -> None:
    root = Path(__file__).parents[3] / "rdscheck" / "assess" / "rules"
    for group in GROUPS:
        for path in (root / group.replace(" ", "_")).glob("*.py"):
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 130, path.name


def test_engines_are_those_of_targets() -> None:
    assert {engine for rule in MINE.values() for engine in rule.engines} == {RDS, AURORA}
