"""psql in the lab: as somebody at a prompt has it, from piece to piece, and never beyond its limits."""

import time

import pytest

from rdscheck.model import Basis
from rdscheck.runbook.lab import Sandbox
from rdscheck.runbook.lab.lexing import Command
from rdscheck.runbook.lab.session import Session
from rdscheck.runbook.model import Kind
from tests.runbook.lab.conftest import Run

pytestmark = pytest.mark.xdist_group("runbook-lab-psql")


def test_output_is_as_printed(sql: Run) -> None:
    done = sql("SELECT 1 AS one, 'a' AS two;")
    assert done.output == " one | two \n-----+-----\n   1 | a\n(1 row)\n"
    assert (done.status, done.sqlstate, done.ended, done.not_run) == (0, "", "", "")
    assert done.basis is Basis.REAL


def test_state_stays_from_piece_to_piece(sql: Run) -> None:
    assert sql("CREATE TEMP TABLE kept (a int);").output == "CREATE TABLE\n"
    assert sql("INSERT INTO kept VALUES (1), (2);").output == "INSERT 0 2\n"
    assert sql("BEGIN;").output == "BEGIN\n"
    assert sql("SET LOCAL work_mem = '5MB';").output == "SET\n"
    assert "5MB" in sql("SHOW work_mem;").output
    assert sql("ROLLBACK;").output == "ROLLBACK\n"
    assert "5MB" not in sql("SHOW work_mem;").output
    assert "(2 rows)" in sql("TABLE kept;").output


def test_errors_and_notices_come_in_their_order(sql: Run) -> None:
    done = sql("DO $$ BEGIN RAISE NOTICE 'first'; END $$; SELECT nothing; SELECT 2 AS two;")
    order = [done.output.index(word) for word in ("NOTICE:  first", "DO\n", "ERROR:", "LINE 1", "two")]
    assert order == sorted(order)
    assert (done.status, done.sqlstate) == (1, "42703")


def test_a_statement_without_semicolon_is_sent(sql: Run) -> None:
    assert "(1 row)" in sql("SELECT 1 -- the page forgot it").output


@pytest.mark.parametrize(("text", "opens"), [("SELECT 'x;", "'"), ("SELECT $$x;", "$$"), ("SELECT (1;", "(")])
def test_a_statement_that_never_ends_is_told(sql: Run, text: str, opens: str) -> None:
    done = sql(text)
    assert done.status == 1
    assert f"never ends: {opens}" in done.output


def test_commands_of_psql(sql: Run) -> None:
    sql("CREATE TABLE IF NOT EXISTS described (a int PRIMARY KEY);")
    assert 'Table "public.described"' in sql("\\d described").output
    assert sql("\\d nosuch").status == 1
    assert sql("SELECT 'x' AS a \\gx").output == "-[ RECORD 1 ]\na | x\n"
    sql("SELECT 42 AS answer \\gset")
    assert sql("\\echo :answer").output == "42\n"
    assert "(2 rows)" in sql("SELECT 'SELECT 1 UNION SELECT 2' \\gexec").output
    assert sql("\\nosuch").not_run


def test_branches(sql: Run) -> None:
    assert sql("\\if false").output == ""
    assert sql("SELECT 'taken' AS first;").output == ""
    assert sql("\\else").output == ""
    assert sql("SELECT 'taken' AS second;").output == ""
    done = sql("\\endif")
    assert "second" in done.output
    assert "first" not in done.output
    assert "(1 row)" in sql("SELECT 1;").output


def test_copy_through_files_of_the_work_directory(sql: Run, lab: Sandbox) -> None:
    assert sql("\\copy (SELECT generate_series(1, 3)) TO '/tmp/three.csv'").output == "COPY 3\n"
    sql("CREATE TEMP TABLE three (a int);")
    assert sql("\\copy three FROM '/tmp/three.csv'").output == "COPY 3\n"
    assert sql("COPY three FROM stdin;\n4\n5\n\\.").output == "COPY 2\n"
    assert lab.run(Kind.SHELL, "wc -l < /tmp/three.csv", 20).output.strip() == "3"


def test_another_database_and_another_user(sql: Run) -> None:
    assert sql("CREATE USER somebody PASSWORD 'it''s a password';").status == 0
    assert sql("\\c postgres").output == 'You are now connected to database "postgres" as user "postgres".\n'
    assert (
        sql("\\c labdb somebody").output == 'You are now connected to database "labdb" as user "somebody".\n'
    )
    refused = sql("\\c nosuch")
    assert refused.status == 1
    assert refused.output.endswith('database "nosuch" does not exist\nPrevious connection kept\n')
    assert "somebody" in sql("SELECT current_user;").output
    assert sql("\\c labdb postgres").status == 0


def test_a_session_that_was_left_is_taken_up_where_it_was(sql: Run) -> None:
    sql("\\c postgres")
    sql("CREATE TEMP TABLE gone (a int);")
    assert sql("\\q").output == ""
    assert sql("TABLE gone;").sqlstate == "42P01"
    assert "postgres" in sql("SELECT current_database();").output
    sql("\\c labdb")


def test_options_of_a_session_do_not_hide_its_end(sql: Run) -> None:
    sql("\\set ECHO all")
    assert sql("SELECT 1 AS a;").output == "SELECT 1 AS a;\n a \n---\n 1\n(1 row)\n"
    sql("\\unset ECHO")
    sql("\\set ON_ERROR_STOP on")
    sql("CREATE TEMP TABLE still (a int);")
    assert sql("SELECT nothing;").status == 1
    assert sql("TABLE still;").status == 0
    for text in ("\\unset ERROR", "\\set SQLSTATE x", "\\set ERROR y"):
        assert sql(text).status == 0
    assert sql("\\echo -n no newline").output == "no newline\n"
    assert sql("SELECT 1;").status == 0


@pytest.mark.parametrize(
    "text",
    [
        "\\! id",
        "SELECT 1; \\! id",
        "\\o |id",
        "\\set x `id`",
        "SELECT '\\'' \\! id '",
        "\\copy t FROM program 'id'",
    ],
)
def test_nothing_reaches_a_shell(sql: Run, text: str) -> None:
    done = sql(text)
    assert done.not_run
    assert done.output == ""


def test_a_psql_that_was_talked_into_it_cannot_start_a_program(lab: Sandbox) -> None:
    lab.run(Kind.SQL, "SELECT 1;", 20)
    session = lab._psql._ready()
    assert isinstance(session, Session)
    for text in ("\\! echo escaped", "\\o |echo escaped", "\\set x `echo escaped`"):
        said = session.run(Command(text), time.monotonic() + 10)
        assert "escaped" not in said.output.splitlines()
    assert session.run(Command("\\echo :x"), time.monotonic() + 10).output != "escaped\n"
    session.run(Command("\\o"), time.monotonic() + 10)


def test_a_server_runs_no_program_either(sql: Run) -> None:
    assert sql("COPY (SELECT 1) TO PROGRAM 'id';").sqlstate == "42501"
    assert sql("SELECT pg_read_file('/etc/passwd');").sqlstate == "42501"


@pytest.mark.parametrize("host", ["real.abcdef.us-east-1.rds.amazonaws.com", "example.com"])
def test_no_other_host_is_connected_to(sql: Run, host: str) -> None:
    for text in (f"SELECT dblink_connect('host={host} user=x');", f"SELECT 'postgresql://u@{host}/db';"):
        assert host in sql(text).not_run
    assert host in sql(f"\\c 'host={host}'").not_run + sql(f"\\c db user {host} 5432").output


@pytest.mark.parametrize(
    "text",
    ["SELECT pg_sleep(1e6);", "SELECT 1 \\watch 0.05", "SELECT count(*) FROM generate_series(1, 1e15);"],
)
def test_a_piece_that_never_ends_is_ended(sql: Run, text: str) -> None:
    begun = time.monotonic()
    done = sql(text, 1.5)
    assert time.monotonic() - begun < 15
    assert done.ended.startswith("time limit of 1.5 s; psql was ended")
    assert done.status == 1
    left = sql(
        "SELECT count(*) FROM pg_stat_activity WHERE query ~ 'pg_sleep[(]1e6|1e15'"
        " AND pid <> pg_backend_pid();"
    )
    assert "     0\n" in left.output


def test_gigabytes_of_output_are_cut(sql: Run) -> None:
    done = sql("\\set FETCH_COUNT 100\nSELECT repeat('x', 1000) FROM generate_series(1, 10000000);", 60)
    assert done.ended.startswith("output limit of 1 MiB")
    assert len(done.output) < 1 << 20
    assert "(1 row)" in sql("SELECT 1;").output


def test_gigabytes_of_memory_are_not_had(sql: Run) -> None:
    done = sql("SELECT repeat('x', 1000000) FROM generate_series(1, 100000);", 4)
    assert done.status == 1
    assert "limit of" in done.ended
    assert "(1 row)" in sql("SELECT 1;").output
