"""No text makes the analysis raise, and none makes it go deep."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdscheck.assess.bodies import analysing
from rdscheck.assess.bodies.analysing import acts_of_function, acts_of_statement, statement_read
from rdscheck.assess.bodies.tree import Unparsable, _deep, loaded, message, parsed
from tests.assess.bodies.test_plpgsql import PLACES

LANGUAGES = st.sampled_from(["sql", "plpgsql", "plperl", "SQL", ""])
SIGNS = st.text(
    st.sampled_from("abeLOADnd;:='\"$()[]{}.,*/-|%\\ \n\r\t\0éK\ue000\U0001f600\ud800") | st.characters(),
    max_size=80,
)


@given(SIGNS, SIGNS, LANGUAGES)
def test_random_text_never_raises(create: str, body: str, language: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(analysing, "may_act", lambda _text: True)
        patch.setattr(analysing, "may_call", lambda _text: True)
        acts_of_function(create, language, body, "f()")
        acts_of_function("", language, f"BEGIN {body} END", "f()")
        doing = f"BEGIN a.b := {body}; EXECUTE {body}; END"
        acts_of_function("", language, f"DECLARE {body}; {doing}", "f()")
        acts_of_statement(body)


@given(st.sampled_from(sorted(PLACES)), st.integers(0, 200), SIGNS)
def test_a_body_with_something_cut_out_or_put_in_never_raises(place: str, at: int, text: str) -> None:
    body = PLACES[place][0].replace("{hit}", "pg_read_file('x')")
    for broken in (body[:at], body[at:], body[:at] + text + body[at:]):
        acts, unreadable = acts_of_function("", "plpgsql", broken, "f()")
        assert {one.by for one in acts} | {one.by for one in unreadable} <= {"f()"}


NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
PLAIN = st.none() | st.booleans() | NUMBERS | st.text()


@given(st.recursive(PLAIN, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_is_read_the_same_with_a_stack_of_our_own(value: object) -> None:
    assert _deep(json.dumps(value)) == value


DEEP = {
    "operators": "SELECT " + " + ".join(["1"] * 3000),
    "texts": "SELECT " + " || ".join(["'a'"] * 3000),
    "calls": "SELECT " + "f(" * 3000 + "1" + ")" * 3000,
    "queries": "SELECT " + "(SELECT " * 1500 + "1" + ")" * 1500,
    "casts": "SELECT 1" + "::int" * 5000,
    "unions": " UNION ALL ".join(["SELECT 1"] * 5000),
    "joins": "SELECT 1 FROM t" + " CROSS JOIN t" * 3000,
}


@pytest.mark.parametrize("kind", DEEP)
def test_deep_nesting_is_read(kind: str) -> None:
    body = f"LOAD 'x'; {DEEP[kind]}; LOAD 'y'"
    acts, unreadable = acts_of_function("", "sql", body, "f()")
    assert [one.detail for one in acts] == ["x", "y"]
    assert unreadable == []
    acts, unreadable = acts_of_function(
        "", "plpgsql", f"BEGIN {DEEP[kind].replace('SELECT', 'PERFORM', 1)}, lo_import('x'); END", "f()"
    )
    assert unreadable == []


@pytest.mark.parametrize("many", [1500, 50_000])
def test_blocks_in_blocks_are_read_or_said_to_be_too_deep(many: int) -> None:
    for begin, end in (("BEGIN ", "END; "), ("IF a THEN ", "END IF; "), ("LOOP ", "END LOOP; ")):
        body = f"BEGIN {begin * many} LOAD 'x'; {end * many} END"
        acts, unreadable = acts_of_function("", "plpgsql", body, "f()")
        assert (len(acts), len(unreadable)) == ((1, 0) if many == 1500 else (0, 1))


def test_too_deep_for_the_parser_is_said() -> None:
    for text in ("(" * 200_000, "NOT " * 200_000, "1" + "+1" * 200_000):
        acts, unreadable = acts_of_function("", "sql", f"LOAD 'x'; SELECT {text}", "f()")
        assert acts == []
        assert [one.message for one in unreadable]


def test_texts_in_texts_end_somewhere() -> None:
    text = "LOAD 'x'"
    for _ in range(12):
        text = "DO $b$BEGIN EXECUTE '" + text.replace("'", "''").replace("$b$", "$bb$") + "'; END$b$"
    assert statement_read(text)[0] == []
    assert len(text) > 1000


def test_large_bodies_take_time_in_proportion() -> None:
    """What grew with the square of the size would take minutes."""
    line = "PERFORM pg_read_file('x'); a := b + 1;\n"
    acts, _ = acts_of_function("", "plpgsql", f"DECLARE a int; BEGIN {line * 20_000} END", "f()")
    assert (len(acts), acts[-1].body_line) == (20_000, 20_000)
    acts, _ = acts_of_function("", "sql", "SELECT pg_read_file('x');\n" * 20_000, "f()")
    assert (len(acts), acts[-1].body_line) == (20_000, 20_000)
    acts, unreadable = acts_of_function(
        "", "plpgsql", f"BEGIN LOAD 'x'; {'SELECT 1 INTO a;' * 100_000} END", "f()"
    )
    assert acts == []
    assert "INTO" in unreadable[0].message


def test_messages_keep_words_of_the_text_and_no_literals() -> None:
    assert message('syntax error at or near "LOAD"') == 'syntax error at or near "LOAD"'
    assert message('syntax error at or near ":="') == 'syntax error at or near ":="'
    for literal in ("'a secret'", "$$secret", "E'secret", "se cret", "secret'"):
        assert message(f'syntax error at or near "{literal}"') == "syntax error at or near a literal"
    with pytest.raises(Unparsable, match="syntax error at end of input"):
        parsed("SELECT (")
    assert loaded("[]") == []
