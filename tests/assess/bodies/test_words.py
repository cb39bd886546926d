"""The quick look at a text never misses what the whole analysis finds."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdscheck.assess.bodies import analysing
from rdscheck.assess.bodies.analysing import acts_of_function, statement_read
from rdscheck.assess.bodies.words import may_act, may_call
from rdscheck.assess.facts import Act, Unreadable
from tests.assess.bodies.test_plpgsql import DYNAMIC, PLACES
from tests.assess.bodies.test_statements import GUILTY, INNOCENT

#: What can stand between two tokens, besides a space.
BLANKS = (
    "\n", "\t", "\r\n", "\f", "\v", "/**/", " /* a /* set */ */", "--\n", " -- to\r", "-- x\n\n /* y */ ",
    "/* x */\n-- y\n", "\u0009 --é\n\n\n",
)  # fmt: skip

#: Where a statement can stand in a body of each language.
PLACES_OF_STATEMENTS = {
    "sql": ("{}", "SELECT 1;{}", "SELECT 1; ;{}"),
    "plpgsql": (
        "BEGIN{}END",
        "BEGIN NULL;{}END",
        "BEGIN IF a THEN{}END IF; END",
        "BEGIN IF a THEN NULL; ELSE{}END IF; END",
        "BEGIN IF a THEN NULL; ELSIF b THEN{}END IF; END",
        "BEGIN CASE a WHEN 1 THEN{}ELSE NULL; END CASE; END",
        "BEGIN CASE a WHEN 1 THEN NULL; ELSE{}END CASE; END",
        "BEGIN LOOP{}END LOOP; END",
        "BEGIN FOR i IN 1..2 LOOP{}END LOOP; END",
        "BEGIN BEGIN{}END; END",
        "BEGIN NULL; EXCEPTION WHEN others THEN{}END",
        "<<l>>DECLARE a int; BEGIN{}END",
    ),
}

#: What makes odd texts, put together at random.
SOME = r"""
select set copy load do alter create system role extension user trigger disable all table from to program
x 'x' $$x$$ pg_read_file pg_catalog . ( ) , ; begin end declare then else loop if case when >> <<
execute 'set_a.b=1' || as perform return := = a int text pg_authid update insert into values default 1
a$set é superuser server options dblink language plpgsql reset set_config 'role' utl_file 'ho''st=x' 'a\b'
e'\x6c' u&"\0073et" uescape '!'
"""
WORDS = [*SOME.split(), "set\u0131", "\u212aset"]

#: The shortest text of each way to do something.
WAYS = (
    r"""
SET a.b = 1; RESET ALL; LOAD 'x'; COPY a TO '/x'; DO 'BEGIN LOA'
CREATE EXTENSION a; CREATE ROLE a
CREATE USER a; CREATE GROUP a; ALTER USER a SUPERUSER; ALTER SYSTEM SET a = 1; CREATE DATABASE a
CREATE LANGUAGE a
CREATE TABLESPACE a; CREATE SERVER a; ALTER SERVER a; CREATE EVENT TRIGGER a; CREATE SUBSCRIPTION a
ALTER TABLE a DISABLE TRIGGER ALL; SELECT U&"a!0062" UESCAPE '!' (); SELECT U&"a\0062" (); SELECT E'\x'
PERFORM dblink(a); EXECUTE 'x'; CALL utl_file.a(); SELECT lo_import(1); TABLE pg_shadow; DELETE FROM pg_proc
""".replace("\n", ";")
    .strip(";")
    .split(";")
)


def whole(read: Callable[[], tuple[list[Act], list[Unreadable]]]) -> list[Act]:
    """Read a text without the quick look."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(analysing, "may_act", lambda _text: True)
        patch.setattr(analysing, "may_call", lambda _text: True)
        return read()[0]


def placed() -> Iterator[tuple[str, str, str]]:
    """Give language, place and statement for every guilty one that can stand there."""
    for language, places in PLACES_OF_STATEMENTS.items():
        for place in places:
            yield from ((language, place, sql) for sql, _ in GUILTY)


@pytest.mark.parametrize("case", [str, str.upper, str.title])
@pytest.mark.parametrize("blank", [" ", *BLANKS], ids=ascii)
def test_everything_guilty_is_looked_at(blank: str, case: Callable[[str], str]) -> None:
    missed = [
        text
        for _, place, sql in placed()
        if not may_act(text := case(place.format(f"{blank}{sql.replace(' ', blank)};")))
    ]
    assert missed == []


def test_each_of_these_places_is_one() -> None:
    for language, places in PLACES_OF_STATEMENTS.items():
        for place in places:
            for blank in (" ", *BLANKS):
                body = place.format(f"{blank}SET a.b = 1;")
                acts, unreadable = acts_of_function("", language, body, "f()")
                assert ([one.kind for one in acts], unreadable) == (["set"], []), body


@pytest.mark.parametrize("sql", WAYS)
def test_each_way_of_doing_something_is_looked_at(sql: str) -> None:
    assert may_act(sql)
    assert may_act(f"BEGIN\n{sql.lower()};\nEND")


def test_bodies_with_acts_are_looked_at() -> None:
    for body, _ in PLACES.values():
        assert may_act(body.replace("{hit}", "lo_import('x')"))
    for statement, acts in DYNAMIC.items():
        assert may_act(f"DECLARE c refcursor; BEGIN {statement}; END") or not acts


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Give statements in odd surroundings, or tokens at random."""
    blanks = st.sampled_from([" ", *BLANKS])
    blank = draw(blanks)
    given_ones = st.sampled_from([sql for sql, _ in GUILTY] + INNOCENT)
    whole_ones = given_ones.map(lambda sql: sql.replace(" ", blank))
    tokens = st.lists(st.tuples(st.sampled_from(WORDS), blanks | st.just("")), max_size=25).map(
        lambda pairs: "".join(word + after for word, after in pairs)
    )
    one_of = whole_ones | whole_ones.map(str.upper) | tokens
    statements = draw(st.lists(one_of, min_size=1, max_size=2))
    place = draw(st.sampled_from(PLACES_OF_STATEMENTS["sql"] + PLACES_OF_STATEMENTS["plpgsql"]))
    return place.format(draw(blanks) + draw(blanks).join(f"{one};" for one in statements))


@given(texts(), st.sampled_from(["sql", "plpgsql"]))
def test_a_text_that_is_passed_over_does_nothing(text: str, language: str) -> None:
    expected = whole(lambda: acts_of_function("", language, text, "f()"))
    assert acts_of_function("", language, text, "f()")[0] == expected
    assert may_act(text) or expected == []


@given(texts())
def test_a_statement_that_is_passed_over_does_nothing(text: str) -> None:
    expected = whole(lambda: statement_read(text))
    assert statement_read(text)[0] == expected


def test_what_is_harmless_is_passed_over() -> None:
    for text in (
        "UPDATE t SET a = 1 WHERE role = 'x'",
        "INSERT INTO t VALUES (1) ON CONFLICT DO UPDATE SET a = 2",
        "BEGIN FOR r IN SELECT * FROM user_settings LOOP UPDATE t SET x = r.set; END LOOP; END",
        "BEGIN CREATE TEMP TABLE t (copy text); ALTER TABLE t ADD b int; END",
        "SELECT pg_read_files(1), my.pg_authid2 FROM offset_reset",
    ):
        assert not may_act(text)
    head = "CREATE FUNCTION f(a text DEFAULT {}) RETURNS int LANGUAGE c SET work_mem = 1 AS 'x'"
    assert not may_call(head.format("'set'"))
    assert may_call(head.format("pg_read_file('x')"))
