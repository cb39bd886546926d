"""Attacks by code of users that runs while a statement has more rights than they."""

import pytest

from rdscheck.sandbox.database import Database
from rdscheck.sandbox.server import Connection
from tests.sandbox.elevation.attacks import (
    CLIMBS,
    SCRIPTS,
    climbing,
    event_trigger,
    leave_for_later,
    refused,
    row,
)

# The middle of a statement


@SCRIPTS
@pytest.mark.parametrize("ending", ["error", "cancel"])
@pytest.mark.parametrize("around", ["plain", "savepoint", "block"])
def test_a_statement_that_ends_in_its_middle_leaves_no_rights(
    master: Connection, ending: str, around: str, extension: str
) -> None:
    event_trigger(master, "RAISE 'in the middle';" if ending == "error" else "PERFORM pg_sleep(20);")
    if ending == "cancel":
        master.execute("SET statement_timeout = '300ms'")
    expected = "P0001" if ending == "error" else "57014"
    if around == "plain":
        assert refused(master, f"CREATE EXTENSION {extension}") == expected
    elif around == "savepoint":
        master.execute("BEGIN")
        master.execute("SAVEPOINT a")
        assert refused(master, f"CREATE EXTENSION {extension}") == expected
        master.execute("ROLLBACK TO a")
        assert row(master, "SELECT current_user::text, current_setting('is_superuser')") == (
            "postgres",
            "off",
        )
        assert refused(master, "ALTER ROLE postgres SUPERUSER") == "42501"
        master.execute("ROLLBACK")
    else:
        name = "raise_exception" if ending == "error" else "query_canceled"
        master.execute(
            f"DO $$BEGIN CREATE EXTENSION {extension}; EXCEPTION WHEN {name} THEN"
            " INSERT INTO notes VALUES ('caught', current_user); END$$"
        )
        assert row(master, "SELECT what, who FROM notes") == ("caught", "postgres")
    assert refused(master, "ALTER ROLE postgres SUPERUSER") == "42501"
    assert row(master, f"SELECT FROM pg_extension WHERE extname = '{extension}'") is None


# Code of the master's that runs meanwhile


@SCRIPTS
@pytest.mark.parametrize("kind", ["", "SECURITY DEFINER"])
@pytest.mark.parametrize("event", ["ddl_command_start", "ddl_command_end"])
def test_an_event_trigger_that_fires_inside_an_extensions_script_gains_nothing(
    master: Connection, event: str, kind: str, extension: str
) -> None:
    event_trigger(master, climbing(), event, kind)
    master.execute(f"CREATE EXTENSION {extension}")
    told = master.execute("SELECT what, who, outcome FROM notes").fetchall()
    assert {what for what, _, _ in told} == set(CLIMBS)
    assert {who for _, who, _ in told} == {"postgres"}
    # The one that is no climb: at the start of CREATE EXTENSION no script runs yet.
    assert [what for what, _, outcome in told if outcome == "done" and what != "nested"] == []


@SCRIPTS
@pytest.mark.parametrize("kind", ["", "SECURITY DEFINER", "SET work_mem = '1MB'"])
def test_what_an_event_trigger_sets_is_undone_before_the_script_goes_on(
    master: Connection, kind: str, extension: str
) -> None:
    """Otherwise the script's next names are looked up in a schema of the attacker's, by rdsadmin."""
    master.execute("CREATE SCHEMA evil")
    event_trigger(
        master,
        "PERFORM set_config('search_path', 'evil, pg_catalog', false);"
        " INSERT INTO public.notes VALUES (tg_tag, current_user, current_setting('search_path'));",
        kind=kind,
    )
    master.execute(f"CREATE EXTENSION {extension} SCHEMA public")
    assert row(master, "SELECT who, outcome FROM public.notes LIMIT 1") == ("postgres", "evil, pg_catalog")
    assert row(master, "SELECT count(*) FROM pg_proc WHERE pronamespace = 'evil'::regnamespace") == (0,)
    if extension == "pageinspect":  # where the user runs the statement himself, its end is his own
        assert row(master, "SHOW search_path") == ('"$user", public',)


def test_what_an_event_trigger_of_an_ordinary_statement_sets_stays(master: Connection) -> None:
    event_trigger(master, "PERFORM set_config('application_name', 'kept', false);")
    master.execute("CREATE TABLE ordinary ()")
    assert row(master, "SHOW application_name") == ("kept",)


@pytest.mark.parametrize("kind", ["", "SECURITY DEFINER"])
def test_event_triggers_of_users_do_not_run_for_rdsadmin_in_person(
    db: Database, master: Connection, kind: str
) -> None:
    """A deferred trigger left behind would run as rdsadmin when the transaction ends."""
    leave_for_later(master)
    event_trigger(master, "INSERT INTO public.later VALUES (1);", kind=kind)
    with db.admin() as admin:
        admin.execute("CREATE TABLE of_rdsadmin ()")
    assert row(master, "SELECT count(*) FROM later") == (0,)
    assert row(master, "SELECT count(*) FROM notes") == (0,)
    master.execute("CREATE TABLE of_master ()")
    assert row(master, "SELECT count(DISTINCT who), min(who) FROM notes") == (1, "postgres")


def test_a_deferred_trigger_left_by_an_elevated_statement_runs_as_the_user(master: Connection) -> None:
    leave_for_later(master)
    event_trigger(master, "INSERT INTO public.later VALUES (1); SET CONSTRAINTS ALL IMMEDIATE;")
    master.execute("CREATE EXTENSION pageinspect")
    told = master.execute("SELECT what, who, outcome FROM notes").fetchall()
    assert {what for what, _, _ in told} == set(CLIMBS)
    assert {(who, outcome) for _, who, outcome in told if outcome == "done" or who != "postgres"} == set()


def test_login_event_triggers_do_not_run_for_rdsadmin(db: Database, master: Connection) -> None:
    if db.server.major < 17:
        assert refused(master, "CREATE EVENT TRIGGER e ON login EXECUTE FUNCTION pg_notify()") in {
            "42601",
            "42883",
        }
        return
    event_trigger(
        master, "INSERT INTO public.notes VALUES (tg_event, session_user);", "login", "SECURITY DEFINER"
    )
    master.execute("ALTER EVENT TRIGGER fires ENABLE ALWAYS")
    db.admin().close()
    assert row(master, "SELECT count(*) FROM notes") == (0,)
    db.connect().close()
    assert master.execute("SELECT who FROM notes").fetchall() == [("postgres",)]
