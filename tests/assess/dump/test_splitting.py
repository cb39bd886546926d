"""A dump is split as psql does it, whatever its strings, names and comments hold."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pglast import parser

from rdscheck.assess.dump.pieces import Kind
from rdscheck.assess.dump.splitting import Splitter
from tests.assess.dump.dumps import split


def statements(text: str, **others: int) -> list[str]:
    return [one.text.decode() for one in split(text, **others) if one.kind in {Kind.SQL, Kind.INSERT}]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 'a;b'",
        "SELECT 'it''s; '",
        r"SELECT E'\';', e'\\'",
        r"SELECT '\'",
        'SELECT ";" AS "a"";b"',
        "SELECT $$;$$, $a$ $$;$$ ;$b$ $a$",
        "SELECT a$b$c, d$b$ FROM t",
        "SELECT $1, $2",
        "SELECT 1 -- ; '\n + 2",
        "SELECT 1 /* ; /* ' */ ; */ + 2",
        "SELECT 1 - -1, 4 / 2, 2 * 3",
        "SELECT U&'\\0041;', U&\"d\\0061;\"",
        "SELECT E'a'\n -- and on\n '\\';' FROM t",
        "SELECT 'a'\n';'",
        "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT ')', 2; NOTIFY a)",
        "CREATE OR REPLACE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; /* ) */ SELECT 2)",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT 2; END",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 'end'; END",
        "CREATE PROCEDURE f() LANGUAGE sql BEGIN ATOMIC INSERT INTO begin$x VALUES (1); END",
        "CREATE /* FUNCTION */ FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END",
        "CREATE FUNCTION begin() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "INSERT INTO t VALUES (1, 'a;b', E'\\';', \"x;\")",
        "INSERT INTO t VALUES (1), ($$;$$), (3 - 1) -- ;\n",
    ],
)
@pytest.mark.parametrize("chunk", [1, 3, 1 << 20])
def test_a_statement_stays_whole(statement: str, chunk: int) -> None:
    text = f"SET a = 1;{statement};\nSET b = 2;"
    assert statements(text, chunk=chunk) == ["SET a = 1", statement.strip(), "SET b = 2"]


def test_lines_are_those_of_the_dump() -> None:
    found = split(
        "-- a\n\nSELECT 1;\n/* x\n*/ SELECT 'a\nb';\n\\connect d\nCOPY t FROM stdin;\n1\n2\n\\.\n SELECT 3;"
    )
    assert [(one.kind, one.line) for one in found] == [
        (Kind.SQL, 3),
        (Kind.SQL, 5),
        (Kind.META, 7),
        (Kind.COPY, 8),
        (Kind.SQL, 12),
    ]


def test_data_are_skipped_whatever_they_look_like() -> None:
    data = "SELECT 1;\n\\N\tx\\.\n\\\\.\n $$ ' \n\\.x\n\n"
    found = split(f"COPY t (a) FROM stdin;\n{data}\\.\n\nSELECT 2;\n")
    assert [one.text for one in found] == [b"COPY t (a) FROM stdin", b"SELECT 2"]
    assert found[1].line == 10


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
@pytest.mark.parametrize("chunk", [1, 2, 5, 1 << 20])
def test_data_end_with_their_mark(end: str, chunk: int) -> None:
    found = split(f'copy "T" from STDIN with csv;\n\\.{end}', chunk)
    assert [one.kind for one in found] == [Kind.COPY]


@pytest.mark.parametrize(
    "statement",
    ["COPY t TO stdout", "COPY (SELECT 'FROM stdin') TO stdout", "COPY t FROM '/tmp/x from stdin'"],
)
def test_no_data_follow_another_copy(statement: str) -> None:
    assert statements(f"{statement};\nSELECT 1;") == [statement, "SELECT 1"]


def test_rows_that_are_wanted_are_handed_out() -> None:
    found = split(
        "COPY a FROM stdin;\n1\tx\n\\N\t\n\\.\nCOPY b FROM stdin;\n2\n\\.\n", wanted=lambda one: b" a " in one
    )
    assert [(one.kind, one.text, one.line) for one in found if one.kind == Kind.ROW] == [
        (Kind.ROW, b"1\tx", 2),
        (Kind.ROW, b"\\N\t", 3),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "SELECT 'a;",
        "SELECT $a$;",
        'SELECT "a;',
        "SELECT 1 /* ;",
        "/* SELECT 1;",
        "COPY t FROM stdin;\n1\n2\n",
        "SELECT E'\\",
    ],
)
def test_what_the_dump_ends_within_is_told(text: str) -> None:
    found = split(f"SET a = 1;\n{text}")
    assert found[-1].kind == Kind.TORN
    assert found[-1].line == 2


def test_commands_of_psql_are_no_statements() -> None:
    found = split(
        "\\restrict abc\n\\connect -reuse-previous=on \"dbname='a;b'\"\nSELECT 1 \\gexec\n\\.\nSELECT 2;"
    )
    assert [(one.kind, one.text.decode()) for one in found] == [
        (Kind.META, "restrict abc"),
        (Kind.META, "connect -reuse-previous=on \"dbname='a;b'\""),
        (Kind.SQL, "SELECT 1"),
        (Kind.META, "gexec"),
        (Kind.META, "."),
        (Kind.SQL, "SELECT 2"),
    ]


def test_strings_have_escapes_where_the_session_says_so() -> None:
    for form in (
        "SET standard_conforming_strings = {}",
        "SET SESSION standard_conforming_strings TO '{}'",
        'set local "standard_conforming_strings" = {}',
        "SELECT pg_catalog.set_config('standard_conforming_strings', '{}', false)",
    ):
        text = form + r";SELECT '\';';SELECT ';';"
        assert len(statements(text.format("off"))) == 3
        assert statements(text.format("on"))[1] == r"SELECT '\'"
    text = r"SET standard_conforming_strings = {};SELECT '\';';SELECT ';';"
    connected = text.replace(";SELECT", ";\n\\connect other\nSELECT", 1)
    assert statements(connected.format("off"))[1] == r"SELECT '\'"


def test_a_statement_longer_than_can_be_read_is_cut() -> None:
    long = "SELECT '" + "x;" * 5000 + "'"
    found = split(f"SELECT 1;{long};SELECT 2;", 100, longest=1000)
    assert [one.kind for one in found] == [Kind.SQL, Kind.CUT, Kind.SQL]
    assert found[1].text.startswith(b"SELECT 'x;")
    assert found[1].size == len(long)
    assert found[2].text == b"SELECT 2"


def test_of_a_long_insert_only_the_beginning_is_kept() -> None:
    values = ", ".join(f"({n}, 'it''s;', E'\\'x')" for n in range(5000))
    (first, second) = split(f"INSERT INTO t VALUES {values};\nSELECT 2;", 5000)
    assert first.kind == Kind.INSERT
    assert len(first.text) <= 1024
    assert (second.text, second.line) == (b"SELECT 2", 2)


@pytest.mark.parametrize("chunk", [1, 50, 1 << 20])
def test_inserts_into_one_table_are_skipped_together(chunk: int) -> None:
    into = "INSERT INTO {} VALUES (1, 'it''s; INSERT INTO x', E'a;b\\'');\n"
    plain = "INSERT INTO {} VALUES (1, 'it''s;');\n"
    text = "".join(
        one.format(table) for table in ("a", 'b."C d"', 'b."C e"') for one in (plain, plain, into, plain)
    )
    found = split(f"{text}SELECT 1;\n{plain.format('a')}", chunk)
    assert found[-1].text == plain.format("a").encode().rstrip(b";\n")
    assert found[-1].line == 14
    first = [one for one in found if one.kind == Kind.INSERT]
    tables = dict.fromkeys(one.text.split(b" VALUES")[0].decode() for one in first)
    assert list(tables) == ["INSERT INTO a", 'INSERT INTO b."C d"', 'INSERT INTO b."C e"']
    assert [one.text for one in found if one.kind == Kind.SQL] == [b"SELECT 1"]


def test_an_insert_whose_rows_are_wanted_is_whole() -> None:
    statement = "INSERT INTO job VALUES (1, '" + "x;" * 2000 + "')"
    found = split(f"{statement};\nINSERT INTO job2 VALUES (1);", 100, wanted=lambda one: b" job " in one)
    assert [(one.kind, one.text) for one in found][:1] == [(Kind.SQL, statement.encode())]
    assert found[1].kind == Kind.INSERT


@pytest.mark.parametrize("begins", ["--", "\\echo "])
def test_a_line_without_end_takes_no_memory(begins: str) -> None:
    held = []

    def read(size: int, left: list[int] = [3000]) -> bytes:  # noqa: B006
        left[0] -= 1
        held.append(len(splitter._text))
        return b"" if left[0] < 0 else begins.encode() if left[0] == 2999 else b"x" * 1000

    splitter = Splitter(read)
    found = list(splitter)
    assert max(held) < 80_000
    assert [one.kind for one in found] == ([] if begins == "--" else [Kind.META, Kind.CUT])


def test_notes_of_pg_dump_are_kept() -> None:
    text = (
        "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 9.6.24\n"
        "-- Name: x; Type: TABLE\nSELECT 1;\n-- PostgreSQL database dump complete"
    )
    assert [(one.text.decode(), one.line) for one in split(text) if one.kind == Kind.NOTE] == [
        ("PostgreSQL database dump", 2),
        ("Dumped from database version 9.6.24", 5),
        ("PostgreSQL database dump complete", 8),
    ]


HOSTILE = st.text(st.sampled_from("ab$;'\"\\-/*\n\r ();éß\U0001f418E"), max_size=12)
TAGS = st.sampled_from(["", "a", "b_1", "é"])


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def escaped(text: str) -> str:
    return "E'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def quoted(text: str) -> str:
    return '"' + (text.replace('"', '""') or "x") + '"'


def dollars(tag: str, text: str) -> str:
    mark = f"${tag}$"
    body = text
    # The text must not hold the mark, nor make one with what follows it.
    while mark in body + mark[:-1]:
        body = body.replace("$", "")
    return f"{mark}{body}{mark}"


def comment(text: str) -> str:
    return "/*" + re.sub(r"/\*|\*/|[*/]\Z|\A/", " ", re.sub(r"/\*|\*/", " ", text)) + " */"


PARTS = st.one_of(
    HOSTILE.map(literal),
    HOSTILE.map(escaped),
    HOSTILE.map(quoted),
    st.builds(dollars, TAGS, HOSTILE),
    HOSTILE.map(comment),
    HOSTILE.map(lambda text: "--" + text.replace("\n", " ").replace("\r", " ") + "\n"),
    st.sampled_from(["a$b$c", "$1", "x", "1", "-", "/", "(", ")", ",", "\n", "\t"]),
)
# With commas between them, as two strings on two lines are one.
STATEMENT = st.lists(PARTS, max_size=8).map(lambda parts: "SELECT " + " , ".join(parts))


@given(st.lists(STATEMENT, min_size=1, max_size=5), st.integers(1, 40))
@example(["SELECT E'a' 'b'"], 1)
@settings(max_examples=300, deadline=None)
def test_statements_come_back_as_they_were(given_: list[str], chunk: int) -> None:
    text = ";\n".join(given_) + ";\n"
    assert [one.strip() for one in statements(text, chunk=chunk)] == [one.strip() for one in given_]


EXPRESSIONS = st.lists(
    st.one_of(
        HOSTILE.map(literal),
        HOSTILE.map(escaped),
        HOSTILE.map(quoted).filter(lambda name: len(name.encode()) < 60),
        st.builds(dollars, TAGS, HOSTILE),
        st.sampled_from(["1", "a", "f(1, (2))", "CASE WHEN true THEN 1 END"]),
    ),
    min_size=1,
    max_size=4,
).map(", /* ; */".join)
PLAIN = st.one_of(
    EXPRESSIONS.map(lambda text: f"SELECT {text}"),
    EXPRESSIONS.map(lambda text: f"INSERT INTO t VALUES ({text})"),
    EXPRESSIONS.map(lambda text: f"CREATE RULE r AS ON DELETE TO t DO (SELECT {text}; NOTIFY x)"),
    EXPRESSIONS.map(
        lambda text: f"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT {text}; SELECT 1; END"
    ),
    HOSTILE.map(lambda text: f"CREATE FUNCTION f() RETURNS int LANGUAGE sql AS {dollars('f', text)}"),
)


@given(st.lists(PLAIN, min_size=1, max_size=4), st.integers(1, 64))
@settings(max_examples=200, deadline=None)
def test_plain_sql_is_split_as_the_parser_does(given_: list[str], chunk: int) -> None:
    text = ";\n -- ;\n".join(given_) + ";"
    expected = [re.sub(r"\A\s*--[^\n]*\n\s*", "", one) for one in parser.split(text)]
    assert statements(text, chunk=chunk) == expected


@given(st.binary(max_size=200), st.integers(1, 64))
@settings(max_examples=200, deadline=None)
def test_rubbish_comes_to_an_end(data: bytes, chunk: int) -> None:
    assert [(one.kind, one.text) for one in split(data, chunk)] == [
        (one.kind, one.text) for one in split(data)
    ]


@pytest.mark.parametrize(
    "before",
    [
        "COPY t TO stdout /* FROM stdin */;\n",
        "COPY (SELECT a FROM stdin) TO stdout;\n",
        "COPY t FROM '/x' WITH (NULL $$ FROM stdin $$);\n",
        "COPY t TO '/x' WITH (NULL E'\\' FROM stdin');\n",
        "-- a comment\r",
        "SELECT 1 -- a comment\r;",
        "-- " + "x" * 100_000 + "\r",
        "\\echo hi \\\\ ",
        "\\echo 'a \\\\ b' \"c \\\\ d\" \\\\",
        "\\echo hi \\echo 'ho' \\\\",
        "\\connect a \\\\",
    ],
    ids=range(11),
)
@pytest.mark.parametrize("chunk", [7, 1 << 20])
def test_nothing_is_hidden_behind_what_psql_takes_otherwise(before: str, chunk: int) -> None:
    """A line with the end of data is no mistake to psql where there were no data."""
    found = split(f"SELECT 0;\n{before}CREATE EXTENSION file_fdw;\n\\.\nSELECT 2;\n", chunk)
    assert (Kind.SQL, b"CREATE EXTENSION file_fdw") in [(one.kind, one.text) for one in found]
    assert found[-1].text == b"SELECT 2"


@pytest.mark.parametrize(
    "statement",
    [
        "COPY t FROM stdin",
        'COPY "FROM stdin"."a b" ("x;y", z) FROM stdin',
        "copy t (a) from /* */ STDIN with (format csv)",
        "COPY t FROM STDIN WITH NULL AS 'x'",
        "COPY BINARY t FROM STDIN",
    ],
)
def test_what_follows_a_copy_from_stdin_is_data(statement: str) -> None:
    found = split(f"{statement};\nCREATE EXTENSION file_fdw;\n\\.\nSELECT 2;\n")
    assert [one.kind for one in found] == [Kind.COPY, Kind.SQL]


@pytest.mark.parametrize("command", ["! echo a \\\\ SELECT 1;", "copy t FROM 'C:\\x\\\\y'", "help \\\\ x"])
def test_commands_that_take_the_whole_line(command: str) -> None:
    assert [(one.kind, one.text.decode()) for one in split(f"\\{command}\nSELECT 1;")] == [
        (Kind.META, command),
        (Kind.SQL, "SELECT 1"),
    ]


def test_a_command_on_a_line_too_long_to_be_looked_through_is_told() -> None:
    found = split("\\echo " + "x" * 3_000_000 + " \\\\ CREATE EXTENSION file_fdw;\nSELECT 1;")
    assert [one.kind for one in found] == [Kind.META, Kind.CUT, Kind.SQL]
