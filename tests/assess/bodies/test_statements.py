"""Every kind of act in a statement, and what looks like one."""

import pytest

from rdscheck.assess.acts import CALLS, KINDS, RELATIONS
from rdscheck.assess.bodies.analysing import acts_of_function, acts_of_statement, statement_read
from rdscheck.assess.bodies.tree import parsed
from rdscheck.assess.facts import Act

GUILTY = [
    ("COPY t FROM PROGRAM 'gzip -d x'", ["copy from program: gzip"]),
    ("COPY t FROM PROGRAM 'PGPASSWORD=''a b'' X=1 /bin/psql -c 1'", ["copy from program: /bin/psql"]),
    ("COPY (SELECT 1) TO PROGRAM 'cat'", ["copy to program: cat"]),
    ("COPY t TO PROGRAM ''", ["copy to program: "]),
    ("COPY t FROM '/tmp/x'", ["copy from file: /tmp/x"]),
    ("COPY t (a) TO '/tmp/x' WITH (FORMAT csv)", ["copy to file: /tmp/x"]),
    ("COPY pg_authid TO STDOUT", ["reads: pg_catalog.pg_authid"]),
    ("COPY pg_catalog.pg_class FROM STDIN", ["writes: pg_catalog.pg_class"]),
    ("COPY (SELECT * FROM pg_shadow) TO '/x'", ["copy to file: /x", "reads: pg_catalog.pg_shadow"]),
    ("SELECT a::abstime, b::int", ["type: pg_catalog.abstime"]),
    ("SELECT CAST(b AS pg_catalog.reltime)", ["type: pg_catalog.reltime"]),
    ("SELECT a::abstime[]", ["type: pg_catalog.abstime"]),
    ("SELECT tinterval 'x'", ["type: pg_catalog.tinterval"]),
    ("ALTER SYSTEM SET work_mem = 1", ["alter system: work_mem"]),
    ("ALTER SYSTEM RESET ALL", ["alter system: all"]),
    ("SET session_replication_role = replica", ["set: session_replication_role"]),
    ("SET LOCAL Work_Mem TO '1MB'", ["set: work_mem"]),
    ("SET work_mem TO DEFAULT", ["set: work_mem"]),
    ("RESET log_statement", ["set: log_statement"]),
    ("RESET ALL", ["set: all"]),
    ("SET TIME ZONE 'UTC'", ["set: timezone"]),
    ("SET ROLE admin", ["set role: admin"]),
    ('SET ROLE "Ad min"', ["set role: Ad min"]),
    ("SET SESSION AUTHORIZATION 'admin'", ["set session authorization: admin"]),
    ("CREATE EXTENSION IF NOT EXISTS dblink", ["create extension: dblink"]),
    ("CREATE TRUSTED LANGUAGE plx HANDLER h", ["create language: plx"]),
    ("CREATE ROLE r", ["create role: r"]),
    ("CREATE USER r LOGIN SUPERUSER", ["create role: r", "create role superuser: r"]),
    ("CREATE GROUP r", ["create role: r"]),
    ("ALTER USER r SUPERUSER", ["alter role superuser: r"]),
    ("CREATE TABLESPACE s LOCATION '/x'", ["create tablespace: s"]),
    ("CREATE EVENT TRIGGER e ON sql_drop EXECUTE FUNCTION f()", ["create event trigger: e"]),
    ("CREATE SUBSCRIPTION s CONNECTION 'host=h password=x' PUBLICATION p", ["create subscription: s"]),
    ("CREATE DATABASE d", ["create database: d"]),
    ("ALTER TABLE app.t DISABLE TRIGGER ALL", ["disable system triggers: app.t"]),
    ("LOAD '$libdir/x'", ["load: $libdir/x"]),
    ("SELECT pg_read_file('x')", ["call: pg_catalog.pg_read_file"]),
    ("SELECT pg_catalog.pg_read_file('x')", ["call: pg_catalog.pg_read_file"]),
    ('SELECT "pg_read_file"(\'x\')', ["call: pg_catalog.pg_read_file"]),
    ("SELECT PG_READ_FILE('x')", ["call: pg_catalog.pg_read_file"]),
    ("SELECT /* a */ pg_read_file /* b */ ('x')", ["call: pg_catalog.pg_read_file"]),
    ('SELECT U&"pg_re\\0061d_file"(1)', ["call: pg_catalog.pg_read_file"]),
    ('SELECT U&"pg_re!0061d_file" UESCAPE \'!\' (1)', ["call: pg_catalog.pg_read_file"]),
    ("SELECT * FROM pg_ls_dir('x') WITH ORDINALITY", ["call: pg_catalog.pg_ls_dir"]),
    ("SELECT 1 WHERE EXISTS (SELECT lo_import('x') + 1)", ["call: pg_catalog.lo_import"]),
    ("SELECT CASE WHEN a THEN lo_export(1, 'x') END", ["call: pg_catalog.lo_export"]),
    ("CALL p(pg_stat_file('x'))", ["call: pg_catalog.pg_stat_file"]),
    ("SELECT utl_file.fopen('a', 'b', 'r')", ["call: utl_file.fopen"]),
    ("SELECT set_config('search_path', '', false)", ["call: pg_catalog.set_config", "set: search_path"]),
    ("SELECT set_config('Role', 'r', false)", ["call: pg_catalog.set_config", "set role: r"]),
    ("SELECT set_config(x, '', false)", ["call: pg_catalog.set_config"]),
    ("SELECT * FROM dblink('host=localhost password=x', 'select 1') AS t(a int)", ["connect: localhost"]),
    ("SELECT ext.dblink_connect('c', 'dbname=x')", ["connect: socket"]),
    ("SELECT dblink_connect_u('postgresql://u:pw@h1:5433/d')", ["connect: h1"]),
    ("SELECT dblink_exec('host=h dbname=' || current_database(), 'x')", ["connect: h"]),
    ("SELECT dblink_exec(connstr => 'host=h', sql => 'x')", ["connect: h"]),
    ("SELECT dblink(format('host=%s port=1', x), 'x')", ["connect: ?"]),
    ("CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h', password 'x')", ["connect: h"]),
    ("ALTER SERVER s OPTIONS (SET hostaddr '127.0.0.1')", ["connect: 127.0.0.1"]),
    ("SELECT * FROM pg_authid", ["reads: pg_catalog.pg_authid"]),
    ("TABLE pg_catalog.pg_shadow", ["reads: pg_catalog.pg_shadow"]),
    ("SELECT 1 FROM t JOIN pg_stat_activity USING (a)", ["reads: pg_catalog.pg_stat_activity"]),
    ("DELETE FROM t USING pg_statistic", ["reads: pg_catalog.pg_statistic"]),
    ("UPDATE t SET a = 1 FROM pg_subscription", ["reads: pg_catalog.pg_subscription"]),
    ("MERGE INTO t USING pg_shadow s ON true WHEN MATCHED THEN DELETE", ["reads: pg_catalog.pg_shadow"]),
    (
        "WITH pg_shadow AS (SELECT * FROM pg_shadow) SELECT 1 FROM pg_shadow",
        ["reads: pg_catalog.pg_shadow"],
    ),
    ("UPDATE pg_database SET datallowconn = true", ["writes: pg_catalog.pg_database"]),
    ("INSERT INTO pg_catalog.pg_enum VALUES (1)", ["writes: pg_catalog.pg_enum"]),
    ("DELETE FROM pg_depend", ["writes: pg_catalog.pg_depend"]),
    ("MERGE INTO pg_class USING t ON true WHEN MATCHED THEN DELETE", ["writes: pg_catalog.pg_class"]),
    # What is done when an object is used.
    ("CREATE VIEW v AS SELECT * FROM pg_stat_activity", ["reads: pg_catalog.pg_stat_activity"]),
    ("CREATE MATERIALIZED VIEW v AS SELECT pg_ls_dir('x')", ["call: pg_catalog.pg_ls_dir"]),
    ("CREATE RULE r AS ON INSERT TO t DO ALSO DELETE FROM pg_depend", ["writes: pg_catalog.pg_depend"]),
    ("CREATE TABLE t (a text DEFAULT pg_read_file('x'))", ["call: pg_catalog.pg_read_file"]),
    ("ALTER TABLE t ALTER a SET DEFAULT pg_read_file('x')", ["call: pg_catalog.pg_read_file"]),
    ("ALTER TABLE t ADD CHECK (pg_read_file('x') = '')", ["call: pg_catalog.pg_read_file"]),
    ("CREATE DOMAIN d AS text DEFAULT pg_read_file('x')", ["call: pg_catalog.pg_read_file"]),
    ("CREATE POLICY p ON t USING (pg_read_file(a) = '')", ["call: pg_catalog.pg_read_file"]),
    ("CREATE TRIGGER t BEFORE UPDATE ON t FOR EACH ROW WHEN (pg_read_file('x') = '') EXECUTE FUNCTION f()",
     ["call: pg_catalog.pg_read_file"]),
    ("DO $$ BEGIN LOAD 'x'; END $$", ["load: x"]),
    ("DO LANGUAGE plpgsql 'BEGIN LOAD ''x''; END'", ["load: x"]),
    ("DO $a$ BEGIN DO $b$ BEGIN LOAD 'x'; END $b$; END $a$", ["load: x"]),
]  # fmt: skip

INNOCENT = [
    "",
    "COPY t FROM STDIN",
    "COPY t TO STDOUT",
    "SELECT pg_read_file FROM t",
    "SELECT t.pg_read_file FROM t",
    "SELECT 'pg_read_file(1)'",
    "SELECT app.pg_read_file('x')",
    "SELECT app.lo_import('x')",
    'SELECT "PG_READ_FILE"(1)',
    "SELECT a::app.abstime, b AS reltime, 'x::tinterval', abstime FROM reltime",
    "SELECT 1 AS pg_read_file -- pg_read_file(2)",
    "SELECT /* pg_read_file('x') */ 1",
    "SELECT $$ pg_read_file('x') $$",
    "SELECT my_pg_read_file('x'), pg_read_file2('x')",
    "SELECT app.set_config('role', 'r', false)",
    "SELECT utl_file.name FROM utl_file",
    "SELECT dblink('myconn', 'select 1')",
    "SELECT dblink(conn, 'host=x')",
    "SELECT dblink_get_connections(), dblink_disconnect('host=x')",
    "SELECT * FROM app.pg_authid",
    "SELECT pg_authid.a FROM t AS pg_authid",
    "SELECT 1 FROM t pg_shadow",
    "WITH pg_shadow AS (SELECT 1) SELECT * FROM pg_shadow, LATERAL (SELECT * FROM pg_shadow) s",
    "WITH RECURSIVE pg_shadow AS (SELECT 1 UNION SELECT 1 FROM pg_shadow) SELECT * FROM pg_shadow",
    "SELECT * FROM t FOR UPDATE OF pg_shadow",
    "SELECT * FROM pg_class",
    "GRANT SELECT ON pg_authid TO r",
    "LOCK TABLE pg_authid",
    "INSERT INTO app.pg_class VALUES (1)",
    "UPDATE t SET role = 'x', session_replication_role = 1",
    "ALTER TABLE t SET (fillfactor = 10)",
    "ALTER ROLE r SET work_mem = 1",
    "ALTER TABLE t DISABLE TRIGGER USER",
    "ALTER TABLE t ENABLE TRIGGER ALL",
    'ALTER TABLE t DISABLE TRIGGER "all"',
    "ALTER ROLE r NOSUPERUSER",
    "ALTER ROLE r PASSWORD 'superuser'",
    "ALTER DATABASE d SET work_mem = 1",
    "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "SET CONSTRAINTS ALL DEFERRED",
    "SET ROLE NONE",
    "RESET ROLE",
    "RESET SESSION AUTHORIZATION",
    "ALTER FUNCTION f() SET work_mem = 1",
    "CREATE TRIGGER e BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
    "CREATE SCHEMA extension",
    "CREATE TABLE pg_authid (copy text)",
    "ALTER EXTENSION x UPDATE",
    "DROP EXTENSION x",
    "COMMENT ON EXTENSION x IS 'CREATE EXTENSION y'",
    "CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (dbname 'x')",
    "DO LANGUAGE plperl $$ system('LOAD') $$",
    "DO $$ BEGIN RAISE NOTICE 'LOAD ''x'''; END $$",
    "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT pg_read_file(1)'",
    "CREATE FUNCTION f() RETURNS text LANGUAGE sql RETURN pg_read_file('x')",
    "CREATE FUNCTION f() RETURNS int LANGUAGE c SET work_mem = 1 AS 'x'",
    "this is no SQL: COPY t FROM PROGRAM",
]


def said(acts: list[Act]) -> list[str]:
    return [f"{one.kind}: {one.detail}" for one in acts]


@pytest.mark.parametrize(("sql", "expected"), GUILTY)
def test_an_act_is_found(sql: str, expected: list[str]) -> None:
    assert said(acts_of_statement(sql)) == expected
    assert said(acts_of_statement(parsed(sql)[0], by="view v")) == expected


@pytest.mark.parametrize("sql", INNOCENT)
def test_what_looks_like_an_act_is_none(sql: str) -> None:
    assert acts_of_statement(sql) == []
    if not sql.startswith("this"):
        assert acts_of_statement(parsed(sql)) == []


@pytest.mark.parametrize(("sql", "expected"), GUILTY)
def test_a_function_that_runs_the_statement_does_the_same(sql: str, expected: list[str]) -> None:
    acts, unreadable = acts_of_function("", "sql", f"-- first\n{sql}", "public.f()")
    assert (said(acts), unreadable) == (expected, [])
    assert {one.by for one in acts} == {"public.f()"}


def test_every_kind_is_shown_and_no_other() -> None:
    found = {one.partition(": ")[0] for _, expected in GUILTY for one in expected}
    assert found == set(KINDS)


@pytest.mark.parametrize("name", sorted(CALLS))
def test_every_function_of_the_list_is_found(name: str) -> None:
    assert said(acts_of_statement(f"SELECT {name}()"))[0] == f"call: pg_catalog.{name}"
    assert acts_of_statement(f"SELECT app.{name}()") == []


@pytest.mark.parametrize("name", sorted(RELATIONS))
def test_every_relation_of_the_list_is_found(name: str) -> None:
    assert said(acts_of_statement(f"SELECT * FROM {name}")) == [f"reads: pg_catalog.{name}"]
    assert acts_of_statement(f"SELECT * FROM app.{name}") == []


def test_lines_are_those_of_the_text() -> None:
    text = "-- one\nSELECT 1;\n\n/* four */ LOAD 'x'; SELECT\n 1,\n pg_read_file('é')\n; SET a.b = 1;"
    text += "\n--\nCREATE EXTENSION x"
    assert [(one.kind, one.body_line) for one in acts_of_statement(text)] == [
        ("load", 4),
        ("call", 6),
        ("set", 7),
        ("create extension", 9),
    ]


def test_lines_of_do_are_those_of_its_body() -> None:
    text = "SELECT 1;\nDO $$BEGIN\n\nLOAD 'x';\nDO $b$BEGIN\nLOAD 'y'; END$b$; END$$"
    assert [(one.detail, one.body_line) for one in acts_of_statement(text)] == [("x", 3), ("y", 5)]


def test_a_body_of_do_that_cannot_be_read_is_said() -> None:
    acts, unreadable = statement_read("DO $$ BEGIN LOAD 'x' 'secret'; ENDE $$", by="here")
    assert acts == []
    assert [(one.by, "secret" in one.message) for one in unreadable] == [("here", False)]


def test_nothing_secret_gets_into_a_fact() -> None:
    texts = (
        "SELECT dblink_connect('host=h user=u password=secret')",
        "SELECT dblink_connect('postgresql://u:secret@h/d?password=secret')",
        "COPY t TO PROGRAM 'curl -u x:secret h'",
        "COPY t TO PROGRAM 'PW=\"secret secret\" curl'",
        "CREATE ROLE r PASSWORD 'secret'",
        "ALTER ROLE r SUPERUSER PASSWORD 'secret'",
        "SET my.password = 'secret'",
        "SELECT set_config('my.password', 'secret', true)",
        "CREATE SUBSCRIPTION s CONNECTION 'host=h password=secret' PUBLICATION p",
        "CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'h', password 'secret')",
    )
    for text in texts:
        acts, unreadable = acts_of_function("", "sql", text, "f()")
        assert acts
        assert "secret" not in repr((acts, unreadable))
        broken = acts_of_function("", "sql", f"LOAD 'x'; SELECT 'secret' 'secret'; {text}", "f()")
        assert broken[1]
        assert "secret" not in repr(broken)
