"""Texts that a statement puts together, and the hosts in connection strings."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pglast.keywords import RESERVED_KEYWORDS, UNRESERVED_KEYWORDS
from psycopg import sql
from psycopg.conninfo import make_conninfo

from rdscheck.assess.bodies.conninfo import host
from rdscheck.assess.bodies.constants import HOLE, shown, text_of
from rdscheck.assess.bodies.tree import parsed

NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=12)
KEYWORDS = st.sampled_from(sorted(RESERVED_KEYWORDS | UNRESERVED_KEYWORDS))


def made(expression: str) -> str | None:
    """Return the text of an expression, with ``?`` for what is not known."""
    (one,) = parsed(f"SELECT {expression}")[0]["stmt"]["SelectStmt"]["targetList"]
    text = text_of(one["ResTarget"]["val"])
    return None if text is None else shown(text)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'a'", "a"),
        ("''", ""),
        ("3", "3"),
        ("0", "0"),
        ("1.50", "1.50"),
        ("NULL", ""),
        ("'a' || 'b' || 3", "ab3"),
        ("'a' || ('b' || c) || 'd'", "ab?d"),
        ("'a'::text || CAST('b' AS varchar) || 'c' COLLATE \"C\"", "abc"),
        ("concat('a', b, 'c', NULL)", "a?c"),
        ("pg_catalog.concat('a')", "a"),
        ("quote_ident('a')", "a"),
        ("quote_ident('A \"b')", '"A ""b"'),
        ("quote_ident('null')", '"null"'),
        ("quote_literal('it''s')", "'it''s'"),
        ("quote_literal(E'a\\\\b')", "E'a\\\\b'"),
        ("quote_nullable(x)", "'?'"),
        ("format('a')", "a"),
        ("format('%s|%I|%L', 'a', 'B', 'c')", "a|\"B\"|'c'"),
        ("format('%s %s', 'a')", "a ?"),
        ("format('%2$s%1$s%s', 'a', 'b')", "bab"),
        ("format('%-10s|%5s|%%|%*1$s', 'a', 'b', 'c', 'd')", "a|b|%|c"),
        ("format('%s', VARIADIC array['a'])", "?"),
        ("format(x, 'a')", None),
        ("format('%I.%I', s, t) || ' x'", "?.? x"),
        ("concat(x)", "?"),
        ("x", None),
        ("x || y", None),
        ("upper('a')", None),
        ("app.concat('a')", None),
        ("app.format('a')", None),
        ("coalesce('a', 'b')", None),
        ("true", None),
        ("'a' + 'b'", None),
    ],
)
def test_a_text_is_known_as_far_as_it_is_constant(expression: str, expected: str | None) -> None:
    assert made(expression) == expected


@given(NAMES | KEYWORDS, NAMES | KEYWORDS, NAMES)
@example("null", "Select", "'")
@example('"', "values", "\\")
def test_format_quotes_so_that_what_it_quotes_is_read_back(schema: str, table: str, path: str) -> None:
    statement = (
        sql.SQL("format('COPY %I.%I TO %L', {}, {}, {})")
        .format(sql.Literal(schema), sql.Literal(table), sql.Literal(path))
        .as_string(None)
    )
    (one,) = parsed(f"SELECT {statement}")[0]["stmt"]["SelectStmt"]["targetList"]
    copy = parsed(text_of(one["ResTarget"]["val"]) or "")[0]["stmt"]["CopyStmt"]
    assert copy["filename"] == path
    # The parser cuts identifiers after 63 bytes.
    assert schema.encode().startswith(copy["relation"]["schemaname"].encode())
    assert table.encode().startswith(copy["relation"]["relname"].encode())


def test_long_chains_and_deep_calls_end() -> None:
    assert made(" || ".join(["'a'"] * 4000)) == "a" * 4000
    deep = made("'x' || " + "concat(" * 300 + "'y'" + ")" * 300)
    assert deep is not None
    assert deep.startswith("x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("host=h", "h"),
        ("host = 'a b' password='x y'", "a b"),
        ("dbname=d user=u password=secret", "socket"),
        ("hostaddr=127.0.0.1 dbname=d", "127.0.0.1"),
        ("host=h hostaddr=10.0.0.1", "h"),
        ("host=a,b port=1,2", "a,b"),
        ("host=/var/run/postgresql", "/var/run/postgresql"),
        ("service=s", "service s"),
        ("postgresql://u:secret@h:5433/d?sslmode=require", "h"),
        ("postgres://h1:1,h2/d", "h1,h2"),
        ("postgresql:///d", "socket"),
        ("postgresql://[::1]/d", "::1"),
        ("postgresql://%2Ftmp/d", "/tmp"),
        (f"host={HOLE} password=x", HOLE),
        (f"host=h password={HOLE}", "h"),
        (f"host=h {HOLE}", "h"),
        (f"postgresql://u:{HOLE}@h/d", "h"),
        ("", None),
        (HOLE, None),
        ("myconn", None),
        ("select 1 where host='h'", None),
        ("host=h nonsense=1", None),
        ("host='h", None),
        ("host", None),
        ("half \ud800", None),
    ],
)
def test_the_host_of_a_connection_string(text: str, expected: str | None) -> None:
    assert host(text) == expected


@given(NAMES, NAMES)
def test_any_host_is_found_and_no_password(name: str, password: str) -> None:
    assert host(make_conninfo("", host=name, password=password, dbname="d")) == name


@given(st.text(max_size=60))
def test_no_text_raises(text: str) -> None:
    host(text)
    host(f"host={text}")
    host(f"postgresql://{text}")
