"""Wildcards and policy variables."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdscheck.aws.iam.patterns import Context, Pattern
from rdscheck.errors import UnevaluatedCondition

ALPHABET = "ab/*?$.é\n"


def reference(pattern: str, text: str) -> bool:
    """Match by the definition, which takes its time."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(reference(pattern[1:], text[at:]) for at in range(len(text) + 1))
    return bool(text) and pattern[0] in {"?", text[0]} and reference(pattern[1:], text[1:])


@given(st.text(ALPHABET, max_size=8), st.text("ab/.é\n", max_size=8))
def test_wildcards_match_as_they_are_defined(pattern: str, text: str) -> None:
    assert Pattern.read(pattern).matches(text) == reference(pattern, text)


@given(st.text(ALPHABET, max_size=8))
def test_a_text_without_wildcards_matches_itself_only(text: str) -> None:
    plain = Pattern.read(text, wildcards=False)
    assert plain.matches(text)
    assert not plain.matches(text + "x")


@given(st.text(ALPHABET, max_size=8))
def test_a_pattern_can_be_written_down_again(pattern: str) -> None:
    glob = Pattern.read(pattern).glob()
    assert glob is not None
    assert Pattern.read(glob).pieces == Pattern.read(pattern).pieces


def test_many_stars_take_no_time() -> None:
    began = time.monotonic()
    assert not Pattern.read("a**" * 20 + "b").matches("a" * 2000)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("${aws:x}/a", "value/a", True),
        ("${AWS:X}", "value", True),
        ("${aws:x}*", "value2", True),
        ("${aws:star}", "anything", False),
        ("${aws:star}", "a*", True),
        ("${*}", "*", True),
        ("${*}", "x", False),
        ("${?}${$}", "?$", True),
        ("${aws:none, 'other'}", "other", True),
        ("${aws:x, 'other'}", "value", True),
        ("$x{", "$x{", True),
    ],
)
def test_variables(pattern: str, text: str, matches: bool) -> None:
    context = Context({"aws:x": "value", "aws:star": "a*", "aws:none": None})
    assert Pattern.read(pattern, context).matches(text) is matches


@pytest.mark.parametrize("name", ["aws:none", "aws:unknown", "aws:several", "", "aws:unknown, 'default'"])
def test_a_variable_without_one_value_is_an_error(name: str) -> None:
    context = Context({"aws:none": None, "aws:several": ("a", "b")})
    with pytest.raises(UnevaluatedCondition):
        Pattern.read(f"${{{name}}}", context)


def test_without_a_context_a_variable_is_text() -> None:
    assert Pattern.read("${aws:x}").matches("${aws:x}")


def test_a_literal_star_cannot_be_written_as_a_glob() -> None:
    assert Pattern.read("a${*}", Context({})).glob() is None
    assert Pattern.read("a*", Context({})).glob() == "a*"
