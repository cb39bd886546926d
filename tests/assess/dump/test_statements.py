"""What each kind of statement makes of facts."""

import pytest

from rdscheck.assess.facts import Fact
from tests.assess.dump import cases_code, cases_instance, cases_tables
from tests.assess.dump.dumps import comparable, facts_of, only, read, split

CASES = [*cases_tables.CASES, *cases_code.CASES, *cases_instance.CASES]


@pytest.mark.parametrize(("text", "where", "expected"), CASES)
def test_a_statement_says(text: str, where: str, expected: list[Fact]) -> None:
    facts = read(text)
    assert getattr(facts, where) == expected
    assert facts.unreadable == []


def test_what_belongs_to_a_database_says_so() -> None:
    facts = read(
        "CREATE ROLE r;\n\\connect a\nCREATE TABLE public.t (a oid);\n\\connect b\nCREATE TABLE public.t ();"
    )
    assert [(one.database, one.line) for one in facts.relations] == [("a", 3), ("b", 5)]
    assert facts.columns[0].database == "a"
    assert facts.roles[0].database == ""


def test_a_change_is_of_the_database_it_is_said_in() -> None:
    facts = read(
        "\\connect a\nCREATE TABLE public.t ();\n\\connect b\n"
        "CREATE TABLE public.t ();ALTER TABLE public.t OWNER TO me;"
    )
    assert [(one.database, one.owner) for one in facts.relations] == [("a", ""), ("b", "me")]


def test_a_role_stands_where_its_rights_do() -> None:
    (role,) = facts_of(
        "CREATE ROLE a;\nALTER ROLE a WITH SUPERUSER;\nALTER ROLE a SET jit TO off;\n", "roles"
    )
    assert (role.superuser, role.line) == (True, 2)


def test_objects_of_extensions_are_not_made_up_by_later_words() -> None:
    facts = read(
        "ALTER TABLE ext.t OWNER TO me; ALTER FUNCTION ext.f(integer) OWNER TO me;"
        "ALTER TYPE ext.t OWNER TO me;"
    )
    assert comparable(facts) == {}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("d", "d"),
        ('"A b"', "A b"),
        ("'A b'", "A b"),
        ("-reuse-previous=on \"dbname='a b'\"", "a b"),
        ("-reuse-previous=on \"dbname='it\\'s'\"", "it's"),
        ("d - - 5433", "d"),
        ('"a""b"', 'a"b'),
        ("postgresql://u:secret@h/d", "d"),
    ],
)
def test_the_database_of_a_connect(name: str, expected: str) -> None:
    facts = read(f"\\connect {name}\nCREATE TABLE public.t ();")
    assert facts.relations[0].database == expected
    assert "secret" not in str(facts)


@pytest.mark.parametrize(
    ("text", "kind", "detail"),
    [
        ("ALTER SYSTEM SET work_mem = '1MB';", "alter system", "work_mem"),
        ("COPY public.t FROM '/tmp/x';", "copy from file", "/tmp/x"),
        ("COPY public.t TO PROGRAM 'cat';", "copy to program", "cat"),
        ("LOAD 'auto_explain';", "load", "auto_explain"),
        ("SELECT pg_catalog.pg_reload_conf();", "call", "pg_catalog.pg_reload_conf"),
        ("DO $$ BEGIN\n PERFORM pg_read_file('x'); END $$;", "call", "pg_catalog.pg_read_file"),
        ("ALTER TABLE public.t DISABLE TRIGGER ALL;", "disable system triggers", "public.t"),
        ("SET session_replication_role = replica;", "set", "session_replication_role"),
    ],
)
def test_a_statement_acts(text: str, kind: str, detail: str) -> None:
    act = only(text, "acts")
    assert (act.kind, act.detail, act.by, act.by_kind) == (kind, detail, "", "")


@pytest.mark.parametrize(
    ("text", "by", "by_kind"),
    [
        ("CREATE VIEW app.v AS SELECT pg_read_file('x');", "app.v", "view"),
        ("CREATE MATERIALIZED VIEW app.v AS SELECT pg_read_file('x');", "app.v", "materialized view"),
        ("CREATE TABLE app.t (a text DEFAULT pg_read_file('x'));", "app.t", "table"),
        ("ALTER TABLE ONLY app.t ALTER COLUMN a SET DEFAULT pg_read_file('x');", "app.t", "table"),
        ("CREATE RULE r AS ON INSERT TO app.t DO SELECT pg_read_file('x');", "app.t", "rule"),
        (
            "CREATE RULE \"_RETURN\" AS ON SELECT TO app.v DO INSTEAD SELECT pg_read_file('x');",
            "app.v",
            "view",
        ),
        ("CREATE POLICY p ON app.t USING (pg_read_file('x') = a);", "app.t", "table"),
        (
            "CREATE FUNCTION app.f(integer) RETURNS text LANGUAGE sql AS $$ SELECT pg_read_file('x') $$;",
            "app.f(integer)",
            "function",
        ),
        (
            "CREATE FUNCTION app.f() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT pg_read_file('x'); END;",
            "app.f()",
            "function",
        ),
    ],
)
def test_what_is_defined_acts_when_it_is_used(text: str, by: str, by_kind: str) -> None:
    act = only(text, "acts")
    assert (act.kind, act.detail, act.by, act.by_kind) == ("call", "pg_catalog.pg_read_file", by, by_kind)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT pg_catalog.set_config('search_path', '', false);",
        "SELECT pg_catalog.setval('public.s', 1, true);",
        "CREATE ROLE a SUPERUSER;",
        "CREATE EXTENSION hstore;",
        "SET statement_timeout = 0;",
        "COMMENT ON TABLE public.t IS 'pg_read_file()';",
        "CREATE TABLE public.pg_read_file (a integer);",
    ],
)
def test_what_dumps_do_anyway_is_no_act(text: str) -> None:
    assert facts_of(text, "acts") == []


def test_an_act_in_a_body_has_its_line_in_the_dump() -> None:
    text = (
        "\n\nCREATE FUNCTION app.f() RETURNS void\n    LANGUAGE plpgsql\n    AS $$\nBEGIN\n"
        "  PERFORM pg_read_file('x');\nEND $$;"
    )
    act = only(text, "acts")
    assert (act.line, act.body_line) == (7, 3)


def test_a_body_that_cannot_be_read_is_told() -> None:
    text = (
        "CREATE FUNCTION app.f() RETURNS void LANGUAGE plpgsql AS $$\nBEGIN\n PERFORM pg_read_file(; END $$;"
    )
    told = only(text, "unreadable")
    assert told.by == "app.f()"
    assert told.line in {1, 3}


def test_what_cannot_be_read_says_what_it_is_of() -> None:
    text = (
        "SELECT 1;\nDO $$ BEGIN LOAD 'x' 'secret'; ENDE $$;\n"
        "CREATE FUNCTION app.f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN LOAD 'x' 'y'; END $$;\nSELECT"
    )
    block, body, end = read(text).unreadable
    assert (block.line, block.by, block.torn, block.text[:11]) == (2, "", False, "DO $$ BEGIN")
    assert "secret" not in repr(block)
    assert (body.line, body.by, body.by_kind, body.torn) == (3, "app.f()", "function", False)
    assert (end.line, end.torn) == (4, True)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("\\i other.sql", "another file"),
        ("\\ir other.sql", "another file"),
        ("\\include other.sql", "another file"),
        ("SELECT 'CREATE EXTENSION plsh'\n\\gexec", "a query returns"),
        ("SELECT 'CREATE EXTENSION plsh';\n\\gexec", "a query returns"),
        ("\\! rm x", "runs a program"),
        ("\\!rm x", "runs a program"),
    ],
)
def test_what_psql_brings_from_elsewhere_is_unreadable(command: str, why: str) -> None:
    facts = read(f"SELECT 1;\n{command}\nSELECT 2;\n")
    assert [why in one.message for one in facts.unreadable] == [True]


@pytest.mark.parametrize(
    "command", ["\\set ON_ERROR_STOP on", "\\echo '\\i x'", "\\copy t FROM 'x'", "\\if true"]
)
def test_what_psql_does_for_itself_is_not(command: str) -> None:
    assert read(f"SELECT 1;\n{command}\nSELECT 2;\n").unreadable == []


def test_unreadable_statements_are_told_with_their_line() -> None:
    facts = read("SELECT 1;\nSELEC 2;\nCREATE TABLE public.t (a integer);\nFROB 'x';\n")
    assert [(one.line, one.message, one.text) for one in facts.unreadable] == [
        (2, 'syntax error at or near "SELEC"', "SELEC 2"),
        (4, 'syntax error at or near "FROB"', "FROB 'x'"),
    ]
    assert len(facts.relations) == 1


@pytest.mark.parametrize(
    "text",
    [
        "CREATE ROLE a PASSWORD secret;",
        "CREATE ROLE a FROB PASSWORD 'secret';",
        "CREATE USER MAPPING FOR a SERVER s OPTIONS (password secret);",
        "CREATE SUBSCRIPTION s CONNECTION 'password=secret' FROB;",
        "CREATE SUBSCRIPTION s CONNECTION 'password=secret",
        "ALTER ROLE a PASSWORD 'secret' FROB",
        "CREATE VIEW public.v AS SELECT * FROM dblink('host=h password=secret', 'SELECT 1') t(a integer);",
        '\\connect "host=h password=secret"\nSELECT 1;',
        "\\set PGPASSWORD 'secret'\nSELECT 1;",
        "\\setenv PGPASSWORD 'secret'\nSELECT 1;",
        "COPY cron.job (jobid, command) FROM stdin;\n1\tSELECT dblink('password=secret')\n\\.\n",
        "ALTER DATABASE d SET \"my.secret_key\" TO 'secret';",
    ],
)
def test_secrets_reach_no_fact(text: str) -> None:
    assert "secret'" not in str(read(f"SELECT 1; {text}")).replace("'secret_", "")
    assert "=secret" not in str(read(f"SELECT 1; {text}"))
    assert "PASSWORD secret" not in str(read(f"SELECT 1; {text}"))


@pytest.mark.parametrize(
    "insert",
    [
        "INSERT INTO public.t SELECT pg_read_file('x')",
        "INSERT INTO t (a, b) OVERRIDING SYSTEM VALUE SELECT 1, pg_read_file('x')",
        "insert into t TABLE u RETURNING pg_read_file('x')",
        "WITH w AS (SELECT pg_read_file('x')) INSERT INTO t SELECT * FROM w",
        "INSERT INTO t VALUES (1);INSERT INTO t SELECT pg_read_file('x')",
        "INSERT INTO t (a) VALUES (1);INSERT INTO t (a) SELECT pg_read_file('x')",
    ],
)
def test_what_an_insert_selects_is_looked_at(insert: str) -> None:
    facts = read(f"SELECT 1;{insert};\n")
    assert [one.kind for one in facts.acts] == ["call"]
    assert "pg_read_file" in str(facts.acts)
    assert {one.kind for one in facts.statements} == {"insert"}


@pytest.mark.parametrize(
    "insert",
    [
        "INSERT INTO t VALUES (1, 'pg_read_file(''x'')')",
        'INSERT INTO "A b"."c(d" ("x)y", z) VALUES (\'; SELECT 1\')',
        "INSERT INTO t (a) OVERRIDING SYSTEM VALUE VALUES(1)",
    ],
)
def test_rows_that_are_given_are_not(insert: str) -> None:
    pieces = split(f"{insert};{insert};SELECT 1;")
    assert [one.kind for one in pieces] == ["insert", "sql"]
