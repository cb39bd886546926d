"""T-SQL names as people type them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdscheck.babelfish.parsing import LogicalName, parse
from rdscheck.errors import ExitCode, UsageError


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("MyDB.dbo.Orders", ("MyDB", "dbo", "Orders")),
        ("[My DB].[Sales].[Order Lines]", ("My DB", "Sales", "Order Lines")),
        ('"My DB"."S""1".T', ("My DB", 'S"1', "T")),
        ("mydb..t", ("mydb", "dbo", "t")),
        ("a . b\t. c ", ("a", "b", "c")),
        ('["BABEL_5111.db"].dbo.t', ('"BABEL_5111.db"', "dbo", "t")),
        ("[a.b].[c.d].[e[f]", ("a.b", "c.d", "e[f")),
        ("Ünï.Schéma.#tmp$1", ("Ünï", "Schéma", "#tmp$1")),
    ],
)
def test_name_is_read(text: str, parts: tuple[str, str, str]) -> None:
    assert parse(text) == LogicalName(*parts)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cannot be read from character 1 on"),
        ("orders", "'orders' has one part, not three"),
        ("dbo.orders", "has 2 parts, not three"),
        ("srv.db.dbo.t", "has 4 parts, not three"),
        ("a.b.", "cannot be read from character 5 on"),
        (".b.c", "leaves out more than the schema"),
        ("a.b.c d", "cannot be read from character 7 on"),
        ("a.b.1c", "cannot be read from character 5 on"),
        ("a.@b.c", "cannot be read from character 3 on"),
        ("a.[].c", "has an empty name"),
        ('a."".c', "has an empty name"),
        ("a.b.[c", "a bracket is not closed"),
        ("a.b.[c]]d]", "which Babelfish does not know"),
        ('a.b."c', "a double quote is not closed"),
        ("a.b.[x\0]", "no name may have"),
        ("a.b.\udcff", "no name may have"),
        (f"a.b.{'x' * 129}", "has 129 characters"),
    ],
)
def test_what_is_no_name_is_told_in_one_line(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == ExitCode.USAGE


PARTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=128)


@given(PARTS, PARTS, PARTS)
def test_double_quotes_hold_anything(database: str, schema: str, name: str) -> None:
    text = ".".join('"{}"'.format(part.replace('"', '""')) for part in (database, schema, name))
    assert parse(text) == LogicalName(database, schema, name)


@given(st.text(max_size=200))
def test_nothing_else_than_usage_is_ever_raised(text: str) -> None:
    with suppress(UsageError):
        assert parse(text).name
