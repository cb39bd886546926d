"""What is done inside a container through the server itself.

A program that a session of rdsadmin starts costs a few milliseconds of processor time, one that Docker
starts a tenth of a second. A server that does not answer leaves Docker's way only.
"""

import time
from base64 import b64encode
from contextlib import suppress

import psycopg

from rdscheck.sandbox.containers import MEMORY, SCRIPTS, STATE
from rdscheck.sandbox.info import ServerInfo
from rdscheck.sandbox.programs import run_program
from rdscheck.sandbox.server import Connection, Server

#: How long a restart is waited for before somebody looks what keeps it.
_PATIENCE = 1.0

#: What we do to the server is no business of the audit log that is under test.
_QUIET = "-c pgaudit.log=none -c log_statement=none -c log_min_duration_statement=-1 -c statement_timeout=20s"


def configure(info: ServerInfo, group: str) -> bool:
    """Put a parameter group into the data directory; False when the server does not answer."""
    try:
        with _session(info) as conn:
            # Encoded, for COPY has an opinion about some characters. What the script says of settings this
            # server lacks would end up in the server's log.
            script = f"base64 -d | sh {SCRIPTS}/configure.sh {MEMORY}/data 2>/dev/null"
            run_program(conn, script, [b64encode(group.encode()).decode()])
    except psycopg.Error:
        # Docker's way fails too where it has to, and says why.
        return False
    return True


def ask_to_restart(info: ServerInfo) -> str:
    """Ask the entry point for a restart; return which start it was until now, empty when nobody answers."""
    try:
        with _session(info) as conn:
            before = _which_start(conn)
            # The server may end this session, or the shell that sends the signal, before they are done.
            with suppress(psycopg.Error):
                run_program(conn, "kill -USR1 1")
    except psycopg.Error:
        return ""
    return before


def ask_to_rest(info: ServerInfo) -> bool:
    """Ask the entry point to stop the server and wait; False when nobody answers."""
    try:
        with _session(info) as conn, suppress(psycopg.Error):
            run_program(conn, "kill -USR2 1")
    except psycopg.Error:
        return False
    return True


def is_back(info: ServerInfo, before: str) -> bool:
    """Wait until the server of a later start answers; False when it takes too long."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            with _session(info) as conn:
                if _which_start(conn) != before:
                    return True
        except psycopg.Error:
            pass
        # A refused connection costs nothing; a short pause leaves the processor to the server.
        time.sleep(0.01)
    return False


def _session(info: ServerInfo) -> Connection:
    return Server(info).admin(options=_QUIET)


def _which_start(conn: Connection) -> str:
    """Return which start of the server in its container this is."""
    row = conn.execute("SELECT split_part(pg_read_file(%s), ' ', 1)", [STATE]).fetchone()
    assert row is not None
    return str(row[0])
