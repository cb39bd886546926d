"""What the attacks have in common: statements that may be refused, and code that climbs."""

import psycopg
import pytest

from rdscheck.sandbox.database import Database
from rdscheck.sandbox.server import Connection

#: What code of the master's tries when it suspects that it runs as somebody better.
CLIMBS = {
    "superuser": "ALTER ROLE postgres SUPERUSER",
    "files": "GRANT pg_execute_server_program TO postgres",
    "set role": "SET ROLE rdsadmin",
    "session": "SET SESSION AUTHORIZATION rdsadmin",
    "hashes": "SELECT FROM pg_authid",
    "program": "COPY (SELECT 1) TO PROGRAM 'true'",
    "nested": "CREATE EXTENSION cube",
}


def install(db: Database, conn: Connection, extension: str, clause: str = "") -> None:
    """Create an extension that not every machine has; skips where it is missing."""
    if reason := db.server.why_not(extension):
        pytest.skip(reason)
    conn.execute(f"CREATE EXTENSION {extension} {clause}")


def row(conn: Connection, query: str) -> tuple[object, ...] | None:
    return conn.execute(query).fetchone()


def outcome(conn: Connection, statement: str) -> str:
    """Return the SQLSTATE of a statement that may be refused, empty when it was not."""
    try:
        conn.execute(statement)
    except psycopg.Error as error:
        return str(error.sqlstate)
    return ""


def refused(conn: Connection, statement: str) -> str:
    """Return the SQLSTATE of a statement that must not succeed."""
    with pytest.raises(psycopg.Error) as caught:
        conn.execute(statement)
    return str(caught.value.sqlstate)


def event_trigger(conn: Connection, body: str, event: str = "ddl_command_end", kind: str = "") -> None:
    """Create an event trigger of the session's user, ``kind`` being SECURITY DEFINER or nothing."""
    conn.execute(
        f"CREATE FUNCTION fires() RETURNS event_trigger LANGUAGE plpgsql {kind} AS $f$BEGIN {body} END$f$"
    )
    conn.execute(f"CREATE EVENT TRIGGER fires ON {event} EXECUTE FUNCTION fires()")


def climbing() -> str:
    """Return plpgsql that tries all climbs and notes what each gave, once."""
    note = "INSERT INTO public.notes VALUES"
    tries = "".join(
        f"BEGIN EXECUTE $s${statement}$s$; {note} ('{name}', current_user, 'done');"
        f" EXCEPTION WHEN OTHERS THEN {note} ('{name}', current_user, sqlstate); END; "
        for name, statement in CLIMBS.items()
    )
    return f"IF NOT EXISTS (SELECT FROM public.notes) THEN {tries} END IF;"


def leave_for_later(conn: Connection) -> None:
    """Create a table whose deferred trigger climbs at the end of the transaction."""
    conn.execute("CREATE TABLE later (i int)")
    body = f"BEGIN {climbing()} RETURN NULL; END"
    conn.execute(f"CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS $f${body}$f$")
    conn.execute(
        "CREATE CONSTRAINT TRIGGER later AFTER INSERT ON later DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION later()"
    )


#: One that the server runs as its owner because RDS trusts it, one that only rdsadmin could create.
SCRIPTS = pytest.mark.parametrize("extension", ["citext", "pageinspect"])
