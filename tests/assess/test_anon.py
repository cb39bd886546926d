"""Pseudonyms: no name of a hostile corpus survives in any format, and what is no name does."""

import datetime as dt
import io
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rdscheck.assess.anon import Pseudonyms, anonymous
from rdscheck.assess.answering import Decisions, answer, failed
from rdscheck.assess.checked import Checked, Checks
from rdscheck.assess.dump.reading import read_dump
from rdscheck.assess.facts import Facts, Origin, Unreadable, Via
from rdscheck.assess.live.connecting import SourceError
from rdscheck.assess.names import quoted
from rdscheck.assess.rule import rules
from rdscheck.assess.source import Wish, judged
from rdscheck.assess.suppressing import Accepted, Suppression
from rdscheck.assess.target import read_target
from rdscheck.report.check.write import FORMATS, render
from tests.report.check.builders import checks

#: A machine may be busy with something else.
UNHURRIED = settings(deadline=None, max_examples=60)
TARGET = read_target("rds-17")

#: Names as people have them: plain, odd, words that rules use themselves, words in other writings.
PLAIN = [
    *("acme_billing", "kundenstamm", "f_umsatz", "wibble42", "größe", "zürich"),
    *("Großes Lager", 'quo"te', "a'b", "x; DROP TABLE y", "line\nbreak", "tab\there", "\U0001f600\U0001f680"),
    *("<script>alert(1)</script>", "`rm -rf`", "[link](http://x)", "%0A::error::x", "]]>", "שלום עולם"),
    *("\u202eevil", "a.b.c", "SELECT-ish", "10.11.12.13", "db7.corp.example.net", "$dollar$x"),
]
CLASH = ["history", "queries", "password", "host", "server", "extension", "owner", "table"]


def corpus(names: list[str]) -> str:
    """Return a dump in which a name is that of everything."""
    head = "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 13.11\n"
    text = [f"{head}-- Dumped by pg_dump version 13.11\n\nSET client_encoding = 'UTF8';\n"]
    for number, one in enumerate(names):
        name, literal = quoted(one), one.replace("'", "''")
        other = quoted(f"{one}{number}")
        text.append(
            f"""
CREATE ROLE {name}; ALTER ROLE {name} WITH SUPERUSER REPLICATION LOGIN PASSWORD 'md5{"0" * 32}';
CREATE TABLESPACE {name} OWNER {name} LOCATION '/srv/{literal}';
CREATE SCHEMA {other} AUTHORIZATION {name};
CREATE SERVER {name} FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'localhost', dbname '{literal}');
CREATE USER MAPPING FOR {name} SERVER {name} OPTIONS (user '{literal}', password 'x');
CREATE TABLE {other}.{name} ({other} regproc, {name} pg_catalog.aclitem) TABLESPACE {name};
CREATE FUNCTION {other}.{name}() RETURNS void LANGUAGE plpgsql AS $body$
BEGIN COPY {other}.{name} TO PROGRAM '{literal}'; PERFORM pg_read_file('{literal}'); END $body$;
CREATE FUNCTION {other}.{other}() RETURNS event_trigger LANGUAGE plpgsql AS $body$ BEGIN END $body$;
CREATE EVENT TRIGGER {name} ON ddl_command_start EXECUTE FUNCTION {other}.{other}();
CREATE PUBLICATION {name} FOR ALL TABLES;
CREATE SUBSCRIPTION {name} CONNECTION 'host=127.0.0.1 dbname=x' PUBLICATION {name} WITH (connect = false);
CREATE CAST (integer AS {other}.{name}) WITHOUT FUNCTION;
CREATE COLLATION {other}.{name} (provider = icu, locale = 'de');
SECURITY LABEL FOR {name} ON TABLE {other}.{name} IS 'x';
ALTER ROLE {name} SET log_directory TO '{literal}';
CREATE FUNKTION {name};
"""
        )
    text.append("--\n-- PostgreSQL database dump complete\n--\n")
    return "\n".join(text)


def check(names: list[str], label: str = "acme_dump.sql") -> tuple[Checked, frozenset[str]]:
    facts = read_dump(io.BytesIO(corpus(names).encode()), label)
    found = judged(facts, TARGET, rules(), Wish(names=True))
    decisions = Decisions(
        rules(),
        accepted=Accepted((Suppression("superuser-*", f"because {names[0]}"),)),
        today=dt.date(2026, 11, 21),
    )
    return answer(label, TARGET, found, decisions), found.names


def hidden(names: list[str]) -> Checks:
    made, known = check(names)
    dead = failed(
        f"db7.corp.example.net:5432/{names[0]}",
        TARGET,
        SourceError(f'connection to server at "db7.corp.example.net" failed: no role "{names[0]}"'),
    )
    return checks(*anonymous([made, dead], [known, names], Pseudonyms()), anonymous=True)


@cache
def planted() -> Checks:
    return hidden(PLAIN)


@pytest.mark.parametrize("form", FORMATS)
def test_no_name_of_the_corpus_survives(form: str) -> None:
    text = render(planted(), form)
    survived = [name for name in PLAIN if name in text]
    # Each word of a name, too.
    words = [
        "acme",
        "kunden",
        "umsatz",
        "wibble",
        "Großes Lager",
        "zürich",
        "corp.example",
        "10.11",
        "\U0001f600",
    ]
    assert [*survived, *(word for word in words if word in text)] == []


def test_the_corpus_is_found_guilty_of_much() -> None:
    there = {entry.finding.id for _, entry in planted().entries}
    assert len(there) >= 15, there
    subjects = [entry.finding.subject for _, entry in planted().entries]
    assert any(one.startswith("publication name") for one in subjects)
    assert all("name" in one or one.startswith(("setting", "extension")) for one in subjects), subjects


def test_what_is_no_name_stays() -> None:
    text = render(planted(), "text")
    for word in (
        "RDS for PostgreSQL 17.11",
        "superuser-role",
        "COPY",
        "PostgreSQL 13.11",
        "rds.logical_replication",
    ):
        assert word in text


def test_words_about_what_cannot_be_read_stay() -> None:
    body = Unreadable(message="unterminated quoted string at or near a literal", by="f()", by_kind="function")
    end = Unreadable(message="the dump ends before it is complete: its last line is missing", torn=True)
    facts = Facts(origin=Origin(Via.DUMP, "x"), unreadable=[body, body, end])
    made = answer("x", TARGET, judged(facts, TARGET, rules(), Wish(names=True)), Decisions(rules()))
    (shown,) = anonymous([made], [frozenset()], Pseudonyms())
    assert [one.what for one in shown.missed] == [one.what for one in made.missed]
    assert [one.reason for one in shown.missed] == [one.reason for one in made.missed]
    messages = {one.finding.message for one in made.entries if one.finding.group == "reading"}
    assert {one.finding.message for one in shown.entries if one.finding.group == "reading"} == messages


@pytest.mark.parametrize("name", CLASH)
def test_a_name_that_a_rule_uses_as_a_word_is_replaced_where_it_is_a_name(name: str) -> None:
    for _, entry in hidden([name]).entries:
        kind, _, rest = entry.finding.subject.partition(" ")
        assert kind
        assert name not in rest.split(".")[-1].replace("()", "").split()[-1:], entry.finding.subject
        for phrase in (f"role {name}", f"publication {name}", f".{name}", f'"{name}"'):
            assert phrase not in entry.finding.message + entry.finding.fix


def test_a_name_has_one_pseudonym_in_all_sources_and_formats() -> None:
    first, second = check(["acme_billing", "wibble42"]), check(["wibble42"], "other.sql")
    names = Pseudonyms()
    shown = anonymous([first[0], second[0]], [first[1], second[1]], names)
    pseudonym = names.of("wibble42")
    assert pseudonym != names.of("acme_billing")
    for one in shown:
        assert any(entry.finding.subject == f"publication {pseudonym}" for entry in one.entries)


def test_parts_of_a_qualified_name_are_those_of_other_texts() -> None:
    names = Pseudonyms(["acme", "bill", "acme.bill", "acme.bill(acme.bill)"])
    schema, table = names.of("acme"), names.of("bill")
    told = names.text("function acme.bill(acme.bill), owner bill", "function".__eq__, ["owner"])
    assert told == f"function {schema}.{table}({schema}.{table}), owner {table}"
    # A name with a dot in it is one name.
    dotted = Pseudonyms(["a.b"])
    assert dotted.text('table "a.b" and a.b', {"table", "and"}.__contains__) == "table name1 and name1"


def test_findings_keep_their_number_and_rules() -> None:
    made, known = check(PLAIN)
    (shown,) = anonymous([made], [known], Pseudonyms())
    assert [(one.finding.id, one.finding.line, one.state) for one in shown.entries] == [
        (one.finding.id, one.finding.line, one.state) for one in made.entries
    ]
    assert len({one.finding.key for one in shown.entries}) == len({one.finding.key for one in made.entries})


@UNHURRIED
@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=3, max_size=12))
def test_any_known_name_goes_from_any_text(name: str) -> None:
    names = Pseudonyms([name])
    told = names.text(f"table {quoted(name)} and table {name}.", {"table", "and"}.__contains__, subject=True)
    shown = names.of(name)
    assert told == (f"table {shown} and table {shown}." if shown != name else told)
