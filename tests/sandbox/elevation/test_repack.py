"""Attacks through the functions of pg_repack, whose old versions ask for a superuser and run text."""

import psycopg
import pytest

from rdscheck.sandbox.database import Database
from rdscheck.sandbox.server import Connection
from tests.sandbox.elevation.attacks import CLIMBS, climbing, install, outcome, refused, row

APPLY = "SELECT repack.repack_apply(%s, %s, %s, %s, %s, 1)"


@pytest.fixture
def master(db: Database, master: Connection) -> Connection:
    install(db, master, "pg_repack")
    return master


def apply(conn: Connection, first: str) -> str:
    """Call repack_apply with a text for its first statement; return the SQLSTATE, empty for none.

    A row of three numbers passes through the others without an error, so that notes are kept.
    """
    insert, delete = "INSERT INTO notes SELECT WHERE $1 = 0", "DELETE FROM notes WHERE $1 = 0"
    update, pop = "UPDATE notes SET who = who WHERE $1 = 0 AND $2 = 0", "DELETE FROM notes WHERE 0 IN ("
    try:
        conn.execute(APPLY, [first, insert, delete, update, pop])
    except psycopg.Error as error:
        return str(error.sqlstate)
    return ""


def climber(conn: Connection) -> None:
    """Create a function that climbs and tells what came of it."""
    body = f"BEGIN {climbing()} RETURN true; END"
    conn.execute(f"CREATE FUNCTION climb(int) RETURNS bool LANGUAGE plpgsql AS $f${body}$f$")


def reached(conn: Connection) -> set[object]:
    """Return what the climber could do, and whom it was but the master user."""
    told = conn.execute("SELECT what, who, outcome FROM notes").fetchall()
    done = {what for what, _, outcome in told if outcome == "done"}
    return (done | {who for _, who, _ in told}) - {"postgres", "nested"}


@pytest.mark.parametrize("statement", CLIMBS.values(), ids=CLIMBS)
def test_the_first_text_runs_with_the_rights_of_the_caller(master: Connection, statement: str) -> None:
    outcome = apply(master, statement)
    assert outcome or statement == CLIMBS["nested"]


def test_functions_in_the_texts_run_as_the_caller(master: Connection) -> None:
    climber(master)
    assert apply(master, "SELECT climb(1)::int, 2, 3 LIMIT $1") == ""
    assert reached(master) == set()
    assert row(master, "SELECT count(DISTINCT who) FROM notes") == (1,)


@pytest.mark.parametrize("constant", ["'{1}'::evil[]", "$q${1}$q$::evil[]", "E'{1}'::evil[]"])
def test_constants_run_no_code_of_users_while_the_text_is_parsed(master: Connection, constant: str) -> None:
    # No statement of its own, whose parsing would bring the caller back before it runs.
    master.execute("CREATE DOMAIN evil AS int CHECK (lo_import('/etc/passwd', 1000000 + VALUE) > 0)")
    assert apply(master, f"SELECT 1, 2, ({constant})[1]::int LIMIT $1") == "42501"
    assert row(master, "SELECT count(*) FROM pg_largeobject_metadata") == (0,)


def test_row_security_holds_in_the_texts(db: Database, master: Connection) -> None:
    """It is decided when a statement is rewritten: what rdsadmin rewrote would show every row."""
    with db.admin() as admin:
        admin.execute("CREATE TABLE secret (i int)")
        admin.execute("INSERT INTO secret VALUES (1)")
        admin.execute("ALTER TABLE secret ENABLE ROW LEVEL SECURITY")
        admin.execute("GRANT SELECT ON secret TO postgres")
    master.execute(
        "CREATE FUNCTION tell(int) RETURNS bool LANGUAGE plpgsql AS"
        " $f$BEGIN INSERT INTO notes VALUES ('secret', current_user, 'done'); RETURN true; END$f$"
    )
    peek = "SELECT i, tell(i)::int, 3 FROM secret LIMIT $1"
    assert apply(master, peek) == ""
    assert row(master, "SELECT count(*) FROM notes") == (0,)
    with db.admin() as admin:
        admin.execute("ALTER TABLE secret DISABLE ROW LEVEL SECURITY")
    assert apply(master, peek) == ""
    assert row(master, "SELECT count(*) FROM notes") == (1,)


@pytest.mark.parametrize("function", ["repack_swap(%s)", "repack_drop(%s, 4)"])
def test_tables_of_others_are_not_touched(db: Database, master: Connection, function: str) -> None:
    with db.admin() as admin:
        admin.execute("CREATE TABLE theirs (i int PRIMARY KEY)")
    for table in ("theirs", "pg_catalog.pg_authid"):
        oid = row(master, f"SELECT '{table}'::regclass::oid")
        assert oid is not None
        # A copy of the attacker's own, where repack_swap looks for it.
        master.execute(f"CREATE TABLE repack.table_{oid[0]} (i int PRIMARY KEY)")
        assert refused(master, f"SELECT repack.{function % oid[0]}") == "42501"


def test_indexes_of_others_are_not_touched(db: Database, master: Connection) -> None:
    with db.admin() as admin:
        admin.execute("CREATE TABLE theirs (i int PRIMARY KEY)")
    master.execute("CREATE TABLE mine (i int)")
    oid = row(master, "SELECT 'theirs_pkey'::regclass::oid")
    assert oid is not None
    master.execute(f"CREATE INDEX index_{oid[0]} ON mine (i)")
    assert refused(master, f"SELECT repack.repack_index_swap({oid[0]})") == "42501"


def test_a_copy_that_belongs_to_another_is_not_swapped_in(db: Database, master: Connection) -> None:
    if _version(master) >= (1, 5, 2):
        pytest.skip("from 1.5.2 on pg_repack itself asks, and for the table alone")
    master.execute("CREATE TABLE mine (i int PRIMARY KEY)")
    oid = row(master, "SELECT 'mine'::regclass::oid")
    assert oid is not None
    with db.admin() as admin:
        admin.execute(f"CREATE TABLE repack.table_{oid[0]} (i int PRIMARY KEY)")
    assert refused(master, f"SELECT repack.repack_swap({oid[0]})") == "42501"


@pytest.mark.parametrize("statement", CLIMBS.values(), ids=CLIMBS)
def test_the_trigger_runs_no_text_as_rdsadmin(master: Connection, statement: str) -> None:
    master.execute("CREATE TABLE mine (i int PRIMARY KEY)")
    quoted = statement.replace("'", "''")
    master.execute(
        "CREATE TRIGGER t AFTER INSERT ON mine FOR EACH ROW"
        f" EXECUTE FUNCTION repack.repack_trigger('{quoted}')"
    )
    outcome(master, "INSERT INTO mine VALUES (1)")
    master.execute("DROP TABLE mine")


def test_the_trigger_runs_functions_without_rdsadmins_rights(master: Connection) -> None:
    climber(master)
    master.execute("CREATE TABLE mine (i int PRIMARY KEY)")
    master.execute(
        "CREATE TRIGGER t AFTER INSERT ON mine FOR EACH ROW"
        " EXECUTE FUNCTION repack.repack_trigger('INSERT INTO mine SELECT 2 WHERE public.climb(1)')"
    )
    outcome(master, "INSERT INTO mine VALUES (1)")
    assert reached(master) <= {"rds_superuser"}


def test_constants_run_no_code_in_the_text_of_the_trigger(master: Connection) -> None:
    master.execute("CREATE DOMAIN evil AS int CHECK (lo_import('/etc/passwd', 1000000 + VALUE) > 0)")
    master.execute("GRANT USAGE ON SCHEMA public TO rds_superuser")
    master.execute("CREATE TABLE mine (i int PRIMARY KEY)")
    master.execute(
        "CREATE TRIGGER t AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION"
        " repack.repack_trigger('INSERT INTO public.mine SELECT 0 WHERE (''{1}''::public.evil[])[1] = 0')"
    )
    assert refused(master, "INSERT INTO mine VALUES (1)") in {"42501", "42601", "42703", "42P01"}
    assert row(master, "SELECT count(*) FROM pg_largeobject_metadata") == (0,)


def test_an_ordinary_user_gets_nothing(db: Database, master: Connection) -> None:
    role = db.create_role("app")
    with db.connect(role) as app:
        assert apply(app, "SELECT 1") == "42501"
        master.execute(f"GRANT USAGE ON SCHEMA repack TO {role}")
        state = apply(app, "ALTER ROLE postgres SUPERUSER")
        assert state in {"XX000", "42501"}
        assert refused(app, "SELECT repack.repack_swap('notes'::regclass::oid)") in {"XX000", "42501"}
    master.execute(f"REVOKE USAGE ON SCHEMA repack FROM {role}")


def test_renamed_functions_are_taken_for_nothing_else(master: Connection) -> None:
    """The trigger belongs to rds_superuser, who may rename it to what takes a table's number."""
    renamed = outcome(master, "ALTER FUNCTION repack.repack_trigger() RENAME TO repack_swap")
    assert renamed == ""
    master.execute("CREATE TABLE mine (i int)")
    master.execute("CREATE TRIGGER t AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION repack.repack_swap()")
    outcome(master, "INSERT INTO mine VALUES (1)")
    assert row(master, "SELECT 1") == (1,)


def test_nulls_do_not_end_the_server(master: Connection) -> None:
    if _version(master) >= (1, 5, 2):
        pytest.skip("nothing is lent to pg_repack 1.5.2 and later")
    assert refused(master, "SELECT repack.repack_apply(NULL, NULL, NULL, NULL, NULL, NULL)") == "22004"


def _version(conn: Connection) -> tuple[int, ...]:
    found = row(conn, "SELECT extversion FROM pg_extension WHERE extname = 'pg_repack'")
    assert found is not None
    return tuple(int(part) for part in str(found[0]).split("."))
