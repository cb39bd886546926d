"""Dumps of old versions make facts too, though the parser of 18 refuses some of their syntax."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdscheck.assess.dump.old import escaped, rewritten
from rdscheck.assess.dump.parsing import parse
from tests.assess.dump.dumps import facts_of, only, read


@pytest.mark.parametrize(
    ("text", "oids"),
    [
        ("CREATE TABLE public.t (a integer) WITH OIDS;", True),
        ("CREATE TABLE public.t (a integer)\nWITH  OIDS;", True),
        ("CREATE TABLE public.t (a integer) WITHOUT OIDS;", False),
        ("CREATE TABLE public.t (a integer) WITH (oids=true);", True),
        ("CREATE TABLE public.t (a integer) WITH (oids=false);", False),
        ("SET default_with_oids = true; CREATE TABLE public.t (a integer);", True),
        ("SET default_with_oids = true; CREATE TABLE public.t (a integer) WITHOUT OIDS;", False),
        (
            "SET default_with_oids = true; SET default_with_oids = false; CREATE TABLE public.t (a integer);",
            False,
        ),
        ("CREATE TABLE public.t (a text DEFAULT 'WITH OIDS');", False),
        ("CREATE TABLE public.t (a text DEFAULT $$WITH OIDS$$) WITH OIDS;", True),
        ("CREATE TABLE public.t (a integer); ALTER TABLE public.t SET WITH OIDS;", True),
        ("CREATE TABLE public.t (a integer) WITH OIDS; ALTER TABLE public.t SET WITHOUT OIDS;", False),
    ],
)
def test_tables_with_oids(text: str, oids: bool) -> None:
    relation = only(text, "relations")
    assert relation.with_oids is oids
    assert relation.options == ()


@pytest.mark.parametrize(
    ("before", "acts"),
    [
        ("SET standard_conforming_strings = off;", [("load", "it's")]),
        ("SET standard_conforming_strings TO 'off';", [("load", "it's")]),
        ("SET standard_conforming_strings = off; SET standard_conforming_strings = on;", []),
        ("SET standard_conforming_strings = off; RESET standard_conforming_strings;", []),
        ("", []),
    ],
)
def test_a_backslash_escapes_where_the_session_says_so(before: str, acts: list[tuple[str, str]]) -> None:
    text = rf"""{before}
CREATE TABLE public.t (a integer); -- it's
CREATE FUNCTION public.f() RETURNS void LANGUAGE plpgsql AS'BEGIN LOAD \'it\'\'s\'; END';
COMMENT ON FUNCTION public.f() IS '$$'; /* ' */ SELECT 1;
"""
    facts = read(text)
    assert [(one.kind, one.detail) for one in facts.acts] == acts
    assert bool(facts.unreadable) is not bool(acts)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        (r"SELECT 'a\'b'", r"SELECT  E'a\'b'"),
        (r"SELECT E'a\'b', e'\\', 'ab'", r"SELECT E'a\'b', e'\\', 'ab'"),
        (r"""SELECT "a\'b", $$'\'$$, $x$'\'$x$ -- '\'""", r"""SELECT "a\'b", $$'\'$$, $x$'\'$x$ -- '\'"""),
        (r"SELECT B'1', N'\'' AS it", r"SELECT B'1', N'\'' AS it"),
    ],
)
def test_strings_with_backslashes_are_marked(text: str, marked: str) -> None:
    assert escaped(text) == marked


def test_data_with_oids() -> None:
    facts = read("COPY public.t (a) WITH OIDS FROM stdin;\n1\t2\n\\.\n")
    assert facts.unreadable == []
    assert facts.statements[0].detail == "public.t"


@pytest.mark.parametrize(
    "attributes", ["WITH (isstrict)", "WITH (isCachable, isStrict)", "WITH (isstrict,iscachable)"]
)
def test_functions_with_attributes(attributes: str) -> None:
    facts = read(
        f"CREATE FUNCTION public.f(integer) RETURNS integer AS 'SELECT $1' LANGUAGE sql {attributes};"
    )
    assert [one.name for one in facts.functions] == ["f"]
    assert facts.unreadable == []


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 5 ! AS f",
        "SELECT (t.a !) AS f FROM public.t",
        "SELECT (t.a OPERATOR(public.!!)) AS f FROM public.t",
        "SELECT f(t.a !, 1) FROM public.t WHERE (a !) > 1",
        "SELECT a !",
        "SELECT CASE WHEN a ! THEN 1 END",
        "SELECT ARRAY[5 !], 'é !' || 'ü'",
    ],
)
def test_views_with_postfix_operators(query: str) -> None:
    facts = read(f"CREATE VIEW public.v AS {query};")
    assert facts.unreadable == []
    assert [(one.kind, one.definition) for one in facts.relations] == [("view", query)]


def test_an_act_beside_a_postfix_operator_is_found() -> None:
    act = only("CREATE VIEW public.v AS SELECT (5 !), pg_read_file('x');", "acts")
    assert act.detail == "pg_catalog.pg_read_file"


@pytest.mark.parametrize("word", ["UNENCRYPTED ", "ENCRYPTED ", ""])
def test_passwords_once_said_how_they_are_kept(word: str) -> None:
    role = only(f"CREATE ROLE a; ALTER ROLE a WITH LOGIN {word}PASSWORD 'UNENCRYPTED PASSWORD';", "roles")
    assert (role.login, role.password) == (True, "plain")


def test_types_that_are_gone_make_facts() -> None:
    columns = facts_of(
        "CREATE TABLE public.t (a abstime, b reltime, c tinterval, d unknown, e pg_catalog.opaque);",
        "columns",
    )
    assert [one.type for one in columns] == [
        f"pg_catalog.{name}" for name in ("abstime", "reltime", "tinterval", "unknown", "opaque")
    ]


def test_names_without_schema_are_looked_for_where_the_session_does() -> None:
    facts = read(
        "SET search_path = app, pg_catalog; CREATE TYPE mood AS ENUM ('a');"
        " CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'x';"
        " CREATE TABLE t (a mood, b oid, c pg_stat_activity, d citext);"
        " ALTER TABLE t OWNER TO me; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE PROCEDURE f();"
        " CREATE AGGREGATE n(integer) (SFUNC = int4pl, STYPE = integer); SET search_path = other, pg_catalog;"
        " CREATE VIEW v AS SELECT 1; COPY t (a) FROM stdin;\n\\.\n"
    )
    assert [(one.schema, one.name, one.owner) for one in facts.relations] == [
        ("app", "t", "me"),
        ("other", "v", ""),
    ]
    assert [one.type for one in facts.columns] == [
        "app.mood",
        "pg_catalog.oid",
        "pg_catalog.pg_stat_activity",
        "app.citext",
    ]
    assert facts.triggers[0].function == "app.f"
    assert facts.aggregates[0].functions == ("pg_catalog.int4pl",)
    assert facts.statements[0].detail == "other.t"
    assert facts.types[0].schema == "app"


def test_owners_by_role_are_owners() -> None:
    facts = read(
        "SET ROLE me; CREATE TABLE public.t (); SET ROLE NONE; CREATE TABLE public.u ();"
        " SET ROLE me; RESET ROLE; CREATE TABLE public.v (); SET ROLE me;\n"
        "\\connect -\nCREATE TABLE public.w ();"
    )
    assert [one.owner for one in facts.relations] == ["me", "", "", ""]


def test_owners_by_session_are_owners() -> None:
    facts = read(
        "SET SESSION AUTHORIZATION 'me'; CREATE TABLE public.t (a oid); RESET SESSION AUTHORIZATION;"
        " CREATE TABLE public.u (a oid); SET SESSION AUTHORIZATION you; CREATE DATABASE d;"
    )
    assert [one.owner for one in facts.databases] == ["you"]
    assert [one.owner for one in facts.relations] == ["me", ""]


@pytest.mark.parametrize(
    "statement", ["SELECT 1 + FROM", "SELECT ! FROM", "CREATE TABLE t WITH OIDS", "SELECT (!)", "!"]
)
def test_what_is_wrong_anyway_stays_unreadable(statement: str) -> None:
    assert len(read(f"SELECT 1; {statement};").unreadable) == 1


@given(st.text(alphabet="ab'\"$!()+ ;é\n", max_size=30))
def test_nothing_in_it_raises(text: str) -> None:
    rewritten(text)
    assert len(parse([text or "x", "SELECT 1"])) == 2
