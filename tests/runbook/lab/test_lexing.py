"""psql's own rules of where a statement and a command of psql end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdscheck.runbook.lab.lexing import Command, Statement, bare, cut, name_of, rest_of

Shape = list[tuple[str, str]]


def shape(text: str, *, standard: bool = True) -> Shape:
    found = []
    for one in cut(text, standard=standard):
        if isinstance(one, Command):
            found.append(("command", one.text))
        else:
            found.append((one.open_in or one.command or ("" if one.ended else "open"), one.text.strip()))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select 1; select 2", [("", "select 1;"), ("open", "select 2")]),
        ("select ';' ; x;", [("", "select ';' ;"), ("", "x;")]),
        ("select $a$;$b$;$a$;", [("", "select $a$;$b$;$a$;")]),
        ("select a$b$ ; select 1;", [("", "select a$b$ ;"), ("", "select 1;")]),
        ("select 1 /* ; /* ; */ ; */;", [("", "select 1 /* ; /* ; */ ; */;")]),
        ("select 1 -- ;\n;", [("", "select 1 -- ;\n;")]),
        ('select ";" ;', [("", 'select ";" ;')]),
        ("select (1;2);", [("", "select (1;2);")]),
        ("select E'\\'; ' ;", [("", "select E'\\'; ' ;")]),
        ("select 'a'\n  'b;' ;", [("", "select 'a'\n  'b;' ;")]),
        ("\\d t\nselect 1;", [("command", "\\d t"), ("", "select 1;")]),
        ("\\x\\d t", [("command", "\\x"), ("command", "\\d t")]),
        ("\\echo a \\\\ select 1;", [("command", "\\echo a"), ("", "select 1;")]),
        ("select 1 \\gx\nselect 2;", [("\\gx", "select 1"), ("", "select 2;")]),
        ("select 1 \\; select 2;", [("", "select 1 \\; select 2;")]),
        ("-- only a comment", []),
        ("select 1; -- and a comment", [("", "select 1;")]),
        ("select 'x", [("'", "select 'x")]),
        ('select "x', [('"', 'select "x')]),
        ("select $$x", [("$$", "select $$x")]),
        ("select /* x", [("/*", "select /* x")]),
        ("select (1;", [("(", "select (1;")]),
    ],
)
def test_a_text_is_cut_as_psql_cuts_it(text: str, expected: Shape) -> None:
    assert shape(text) == expected


def test_the_body_of_a_function_is_one_statement() -> None:
    body = "begin atomic select case when true then 1 end; select 2; end"
    made = f"create or replace function f() returns int {body};"
    assert shape(f"{made} select 1;") == [("", made), ("", "select 1;")]
    # Elsewhere BEGIN is a word like any other.
    assert shape("begin; select 1; end;") == [("", "begin;"), ("", "select 1;"), ("", "end;")]


def test_lines_behind_copy_are_its_data() -> None:
    (copy, after) = cut("copy t from stdin;\n1;\n\\! ls\n\\.\nselect 1;")
    assert isinstance(copy, Statement)
    assert copy.data == "1;\n\\! ls\n"
    assert isinstance(after, Statement)
    assert after.text.strip() == "select 1;"
    (to,) = cut("copy t to stdout;")
    assert isinstance(to, Statement)
    assert to.data is None


def test_where_strings_end_hangs_on_a_setting() -> None:
    text = "select '\\'' \\! ls '"
    assert shape(text) == [("open", text)]
    assert shape(text, standard=False) == [("\\! ls '", "select '\\''")]


def test_names_and_arguments_of_commands() -> None:
    assert (name_of("\\d+ t1"), rest_of("\\d+ t1")) == ("d+", "t1")
    assert (name_of("\\!ls"), rest_of("\\!ls")) == ("!", "ls")
    assert name_of("select") == ""


@given(st.text(alphabet="ab1'\"$\\;-*/()\n eE", max_size=60), st.booleans())
def test_any_text_is_cut_and_nothing_is_lost(text: str, standard: bool) -> None:
    items = cut(text, standard=standard)
    kept = "".join(one.text + (one.command if isinstance(one, Statement) else "") for one in items)
    left = iter(text)
    assert all(char in left for char in kept), "what comes out stands in the text, in its order"
    for one in items:
        if isinstance(one, Statement) and not one.ended:
            assert bare(one.text) or one.open_in, "comments and blanks alone are no statement"
