"""Rules for roles, superusers' objects, files, replication and what functions do, on facts made by hand."""

import re
from dataclasses import fields, replace

import pglast
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pglast.parser import parse_sql_json

from rdscheck.assess.doing import doings
from rdscheck.assess.facts import Act, Fact, Function
from rdscheck.assess.judge import judge
from rdscheck.assess.rule import Context, Rule, rules
from rdscheck.assess.target import Move, read_target
from tests.assess.rules.cases_of_files import EVENT_TRIGGERS, FILES, LARGE_OBJECTS
from tests.assess.rules.cases_of_functions import FUNCTIONS
from tests.assess.rules.cases_of_replication import REPLICATION
from tests.assess.rules.cases_of_roles import CASTS, ROLES, SUPERUSER
from tests.assess.rules.hand_made import Case, act, facts_of, function, judged, statement, subscription

CASES = (*ROLES, *SUPERUSER, *CASTS, *FILES, *EVENT_TRIGGERS, *LARGE_OBJECTS, *REPLICATION, *FUNCTIONS)
GUILTY = [case for case in CASES if case.subject]
INNOCENT = [case for case in CASES if not case.subject]
GROUPS = {
    "casts",
    "event triggers",
    "files",
    "functions",
    "large objects",
    "replication",
    "roles",
    "superuser",
}
OWN = {one.id: one for one in rules().values() if one.group in GROUPS}


@pytest.mark.parametrize("case", GUILTY, ids=str)
def test_the_guilty_one_is_named(case: Case) -> None:
    found = judged(case)
    assert [(one.subject, one.severity) for one in found] == [(case.subject, case.severity)]
    assert case.says in found[0].message
    assert case.fix in found[0].fix
    assert found[0].message.endswith(".")


@pytest.mark.parametrize("case", INNOCENT, ids=str)
def test_its_look_alike_is_not(case: Case) -> None:
    assert judged(case) == []


def test_every_rule_has_both() -> None:
    assert {case.rule for case in GUILTY} == set(OWN)
    assert {case.rule for case in INNOCENT} == set(OWN)


def test_there_are_enough() -> None:
    assert len(OWN) >= 36


@pytest.mark.parametrize("case", GUILTY, ids=str)
def test_a_fix_that_is_sql_can_be_run_as_it_stands(case: Case) -> None:
    for one in judged(case):
        lines = [line for line in one.fix.splitlines() if not line.startswith(("--", "\\"))]
        text = "\n".join(lines)
        if re.match("[A-Z]{2,} ", text) and "…" not in text:
            pglast.parse_sql(text)


_NAMES = (
    "schema",
    "name",
    "owner",
    "member",
    "grantor",
    "grantee",
    "relation",
    "wrapper",
    "server",
    "provider",
)
_HOSTILE = "a\"b'c\r\n; DROP TABLE x; --"


def _renamed(fact: Fact, names: dict[str, str]) -> Fact:
    own = {field.name: getattr(fact, field.name) for field in fields(fact) if field.name in _NAMES}
    if isinstance(fact, Act):
        own["detail"] = fact.detail
    new = {name: names.setdefault(value, value + _HOSTILE) for name, value in own.items() if value}
    return replace(fact, **new)  # type: ignore[arg-type]


@pytest.mark.parametrize("case", GUILTY, ids=str)
def test_names_put_nothing_into_a_fix(case: Case) -> None:
    names: dict[str, str] = {}
    for one in judged(replace(case, facts=tuple(_renamed(fact, names) for fact in case.facts))):
        if not one.fix.startswith("\\") and "…" not in one.fix and re.search("^(--|[A-Z]{2,} )", one.fix):
            assert not _drops_x(one.fix)


def _drops_x(text: str) -> bool:
    return '"DropStmt":{"objects":[{"List":{"items":[{"String":{"sval":"x"}}]}}]' in parse_sql_json(text)


def test_a_name_that_ends_a_comment_would_be_noticed() -> None:
    assert _drops_x(f"-- set log_statement{_HOSTILE}")
    assert not _drops_x("-- set log_statement; DROP TABLE x; --\nDROP TABLE y")


@pytest.mark.parametrize("one", OWN.values(), ids=lambda one: one.id)
def test_a_rule_says_all_in_sentences(one: Rule) -> None:
    assert one.source.startswith("https://")
    for text in (one.problem, one.why, one.fix):
        assert text.endswith(".")
        assert "  " not in text


@pytest.mark.parametrize("one", OWN.values(), ids=lambda one: one.id)
def test_the_statements_of_examples_can_be_parsed(one: Rule) -> None:
    for example in (one.guilty, one.innocent):
        for text in (example.sql, example.clean, re.sub(r"(?m)^\\.*$", "", example.dump)):
            pglast.parse_sql(text.replace("{new}", "new_1"))


@pytest.mark.parametrize("one", OWN.values(), ids=lambda one: one.id)
def test_an_example_shows_somewhere_or_says_why_not(one: Rule) -> None:
    assert one.guilty.subject
    for example in (one.guilty, one.innocent):
        assert example.sql or example.dump
        if "{new}" in example.sql and "true)" not in example.sql:  # which makes a slot of the session
            assert "{new}" in example.clean


def test_an_instance_of_the_service_that_is_upgraded_has_none_of_what_it_refused_before() -> None:
    facts = facts_of(*(fact for case in GUILTY for fact in case.facts if case.rule != "role-name-pg-prefix"))
    found = judge(facts, read_target("rds-17"), Move.UPGRADE, OWN.values()).findings
    assert {one.id for one in found} == {
        "createrole-narrowed",
        "event-trigger-blocks-upgrade",
        "pglogical-usage",
    }


def test_acts_of_one_function_are_one_finding() -> None:
    facts = facts_of(
        act("call", "pg_catalog.pg_read_file", body_line=3),
        act("call", "pg_catalog.pg_ls_dir", body_line=2),
        act("call", "pg_catalog.pg_read_file", body_line=9),
        act("call", "pg_catalog.pg_read_file", by="public.g()"),
        act("call", "pg_catalog.pg_read_file", by="public.f()", database="other"),
    )
    found = judge(facts, read_target("rds-17"), only=[OWN["server-file-read"]]).findings
    assert [(one.database, one.subject) for one in found] == [
        ("", "function public.f()"),
        ("", "function public.g()"),
        ("other", "function public.f()"),
    ]
    assert "calls pg_catalog.pg_read_file, pg_catalog.pg_ls_dir," in found[0].message


def test_functions_are_named_as_sql_needs_them() -> None:
    named = Function(schema="My App", name='odd"name', arguments='public."T"', language="plpgsql")
    context = Context(
        facts_of(named, act("load", "x", by=named.signature)), read_target("rds-17"), Move.RESTORE
    )
    assert [one.subject for one in doings(context, "load")] == ['function "My App"."odd""name"(public."T")']


def test_statements_of_a_dump_count_where_they_are_asked_for() -> None:
    facts = facts_of(
        statement("load", "x"), statement("load", "y"), Act(kind="load", detail="z"), function("f")
    )
    context = Context(facts, read_target("rds-17"), Move.RESTORE)
    assert [one.who for one in doings(context, "load")] == ["A statement of the dump (line 7)"] * 2 + [
        "A statement"
    ]
    assert list(doings(context, "load", statements=False)) == []


_CONNECTIONS = ("subscription-to-localhost", "subscription-host-files", "subscription-without-password")


@given(st.text(max_size=60) | st.from_regex(r"(host|dbname|sslkey|=|/|'|\\| ){1,12}", fullmatch=True))
def test_no_connection_string_stops_a_check(text: str) -> None:
    facts = facts_of(subscription(text, password=False))
    for name in _CONNECTIONS:
        judge(facts, read_target("rds-17"), only=[OWN[name]])
