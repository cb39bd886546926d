"""Exports that do not come to an end: an error, a time limit, a cancel, a lost session."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import psycopg.errors as pg
import pytest

from rdscheck import Basis, refused, rests_on, scenario

pytestmark = scenario(
    "s3/export-failures",
    title="Export again after a failure: nothing half-written is in the way",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/postgresql-s3-export.html",
    document="RDS for PostgreSQL: export to S3 with a stored procedure",
    since=13,
    needs=("aws_s3",),
    basis=Basis.STAND_IN,
)

MIB = 1024**2
#: In the select list the series comes row by row; in FROM it would be stored whole before the first row.
ENDLESS = "SELECT repeat('x', 1000), generate_series(1, 1000000000)"
PATIENCE = 20  # seconds until something that should have happened long ago counts as missing

EXPORT = "SELECT * FROM aws_s3.query_export_to_s3(%s, %s, %s)"


def until(condition: Callable[[], bool], what: str) -> None:
    """Ask again and again, each time over the network, until the answer is yes."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE} s"


@pytest.fixture
def running(aws_s3: Any, rds_s3: Any, rds_db: Any) -> Callable[[Any], Any]:
    """Begin an export without end on a connection; go on once its first part is on the way.

    The error it ends with is in the list the ``with`` block gets.
    """
    rds_db.part_bytes(5 * MIB)

    @contextmanager
    def run(conn: Any) -> Iterator[list[psycopg.Error]]:
        errors: list[psycopg.Error] = []

        def export() -> None:
            try:
                conn.execute(EXPORT, [ENDLESS, rds_s3.bucket, "endless.txt"])
            except psycopg.Error as error:
                errors.append(error)

        thread = threading.Thread(target=export)
        thread.start()
        try:
            until(lambda: bool(rds_s3.uploads()), "a multipart upload")
            yield errors
        finally:
            conn.cancel_safe(timeout=PATIENCE)
            thread.join(PATIENCE)
        assert not thread.is_alive()

    return run


@rests_on("export-nothing-left")
def test_error_in_the_last_row(
    aws_s3: Any, rds_s3: Any, rds_db: Any, export: Any, nothing_left: Any, step: Any
) -> None:
    """A division by zero in the last row, after parts were uploaded, leaves neither object nor upload."""
    rds_db.part_bytes(5 * MIB)
    query = "SELECT repeat('x', 1023), 1 / (7000 - n) FROM generate_series(1, {}) AS n"
    with step("1. The last of 7000 rows fails"), refused(pg.DivisionByZero, "division by zero"):
        export(query.format(7000), "late.txt")
    nothing_left()
    with step("2. One row less works"):
        rows, files, size = export(query.format(6999), "late.txt")
        assert (rows, files, size) == (6999, 1, rds_s3.head("late.txt")["ContentLength"])


@rests_on("export-nothing-left")
def test_bad_query(export: Any, nothing_left: Any, step: Any) -> None:
    """A bad query gives the ordinary error of PostgreSQL and writes nothing."""
    for query, kind, message in (
        ("SELECT 1 / (n - 1) FROM generate_series(1, 3) AS n", pg.DivisionByZero, "division by zero"),
        ("SELECT * FROM nosuch", pg.UndefinedTable, 'relation "nosuch" does not exist'),
        ("SELEC 1", pg.SyntaxError, 'syntax error at or near "SELEC"'),
        ("SELECT nosuch(1)", pg.UndefinedFunction, "function nosuch(integer) does not exist"),
    ):
        with step(query), refused(kind, message):
            export(query)
    nothing_left()


@rests_on("export-nothing-left")
def test_existing_object_survives(rds_s3: Any, export: Any, step: Any) -> None:
    """A failing export to a key that exists leaves the old object as it was."""
    with step("1. A good export, then a failing one to the same key"):
        export("SELECT 'good'", "daily.txt")
        with refused(pg.DivisionByZero, "division by zero"):
            export("SELECT 1 / (2 - n) FROM generate_series(1, 2) AS n", "daily.txt")
    assert rds_s3.get("daily.txt") == b"good\n"
    assert rds_s3.keys() == ["daily.txt"]


@rests_on("export-nothing-left", "export-part-files")
def test_error_in_a_split_export(rds_db: Any, rds_s3: Any, export: Any, nothing_left: Any) -> None:
    """An error after some part files are full leaves none of them."""
    rds_db.split_bytes(64 * 1024)
    with refused(pg.DivisionByZero, "division by zero"):
        export("SELECT repeat('x', 1023), 1 / (200 - n) FROM generate_series(1, 200) AS n", "split.txt")
    nothing_left()


@rests_on("export-nothing-left")
def test_statement_timeout(aws_s3: Any, rds_db: Any, export: Any, nothing_left: Any, step: Any) -> None:
    """statement_timeout ends an export; neither object nor upload is left, the session goes on."""
    rds_db.part_bytes(5 * MIB)
    aws_s3.execute("SET statement_timeout = '250ms'")
    with (
        step("1. An export without end under a limit of 250 ms"),
        refused(pg.QueryCanceled, "canceling statement due to statement timeout"),
    ):
        export(ENDLESS, "endless.txt")
    nothing_left()
    with step("2. A short one in the same session"):
        assert export("SELECT 1", "short.txt") == (1, 1, 2)


@rests_on("export-nothing-left")
def test_time_limit_at_any_moment(
    aws_s3: Any, rds_db: Any, export: Any, nothing_left: Any, step: Any
) -> None:
    """Time limits that strike before, while and after an upload begins leave neither object nor upload."""
    rds_db.part_bytes(5 * MIB)
    for moment in range(30, 100, 12):
        aws_s3.execute(f"SET statement_timeout = '{moment}ms'")
        with step(f"A limit of {moment} ms"), pytest.raises(pg.QueryCanceled):
            export(ENDLESS, f"after-{moment}.txt")
    aws_s3.execute("RESET statement_timeout")
    nothing_left()


@rests_on("export-nothing-left")
def test_cancel(
    aws_s3: Any, rds_s3: Any, rds_db: Any, running: Any, nothing_left: Any, export: Any, step: Any
) -> None:
    """Cancelling an export whose parts are on the way leaves neither object nor upload."""
    with rds_db.connect() as conn:
        with step("1. Cancel while parts are uploaded"), running(conn) as errors:
            conn.cancel_safe(timeout=PATIENCE)
        assert [type(error) for error in errors] == [pg.QueryCanceled]
        nothing_left()
        with step("2. The same session exports again"):
            assert export("SELECT 1", "again.txt", conn=conn) == (1, 1, 2)
    assert rds_s3.keys() == ["again.txt"]


@rests_on("export-nothing-left")
def test_pg_terminate_backend(
    aws_s3: Any, rds_s3: Any, rds_db: Any, running: Any, nothing_left: Any, step: Any
) -> None:
    """pg_terminate_backend during an export leaves neither object nor upload."""
    with rds_db.connect() as conn:
        pid = conn.info.backend_pid
        with step("1. Terminate the session while parts are uploaded"), running(conn) as errors:
            assert conn.info.backend_pid == pid
            with rds_db.connect() as other:
                other.execute("SELECT pg_terminate_backend(%s)", [pid])
                until(lambda: gone(other, pid), "the end of the session")
        assert [type(error) for error in errors] == [pg.AdminShutdown]
    nothing_left()


@rests_on("export-nothing-left")
def test_client_goes_away(aws_s3: Any, rds_s3: Any, rds_db: Any, nothing_left: Any, step: Any) -> None:
    """A client that goes away in the middle of an export ends it: neither object nor upload is left."""
    rds_db.part_bytes(5 * MIB)
    conn = rds_db.connect()
    pid = conn.info.backend_pid
    with step("1. Send the statement, see the first part, drop the connection"):
        statement = psycopg.ClientCursor(conn).mogrify(EXPORT, [ENDLESS, rds_s3.bucket, "endless.txt"])
        conn.pgconn.send_query(statement.encode())
        until(lambda: bool(rds_s3.uploads()), "a multipart upload")
        conn.close()
    # Asked on a connection of its own: how often depends on the machine and is nobody's business.
    with step("2. The session ends by itself"), rds_db.connect() as other:
        until(lambda: gone(other, pid), "the end of the session")
    nothing_left()


@rests_on("error-context")
def test_context_names_the_function(export: Any) -> None:
    """An error inside the query tells in its CONTEXT which function it came through."""
    with refused(pg.DivisionByZero, "division by zero") as caught:
        export("SELECT 1 / 0")
    assert 'SQL function "query_export_to_s3" statement 1' in (caught.value.diag.context or "")


def test_position_is_inside_the_query(export: Any) -> None:
    """A syntax error points into the exported query, not into the statement around it."""
    with refused(pg.SyntaxError, 'syntax error at or near "FRM"') as caught:
        export("SELECT * FRM t")
    diag = caught.value.diag
    assert (diag.internal_query, diag.internal_position) == ("SELECT * FRM t", "10")
    assert diag.statement_position is None


def test_error_can_be_caught(aws_s3: Any, rds_s3: Any, step: Any) -> None:
    """PL/pgSQL can catch the error of an export and go on with another."""
    with step("1. A block whose first export fails and whose handler exports something else"):
        aws_s3.execute(
            f"""DO $$
            BEGIN
                PERFORM * FROM aws_s3.query_export_to_s3('SELECT 1/0', '{rds_s3.bucket}', 'first.txt');
            EXCEPTION WHEN division_by_zero THEN
                PERFORM * FROM aws_s3.query_export_to_s3(
                    'SELECT ''caught''', '{rds_s3.bucket}', 'second.txt');
            END $$"""
        )
    assert rds_s3.keys() == ["second.txt"]
    assert rds_s3.get("second.txt") == b"caught\n"


def gone(conn: Any, pid: int) -> bool:
    """Tell whether a session has ended."""
    found: bool = conn.execute(
        "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s)", [pid]
    ).fetchone()[0]
    return found
