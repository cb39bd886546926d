"""Hostile buckets, keys, options and queries: nothing runs, nothing breaks, on any engine."""

from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rdscheck.aws import backends
from rdscheck.aws.space import S3Space
from rdscheck.model import Version
from rdscheck.sandbox.database import Database
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run
from tests.conftest import engines

#: Pieces that mean something to COPY, SQL, a shell, HTTP or XML.
PIECES = st.sampled_from(
    [
        "format csv", "header true", "delimiter ','", "delimiter $$:$$", "null 'x'", "encoding 'LATIN1'",
        "(", ")", ",", ";", "'", '"', "$$", "--", "/*", "*/", "\\", "\n", "\r\n", "\t", "\x01", "%", "%00",
        "SELECT 1", "SELECT", "1", "canary", "DROP TABLE canary", "TO PROGRAM 'touch hacked'", "FROM",
        "'; DROP TABLE canary; --", ") TO PROGRAM 'touch hacked' --", "$(touch hacked)", "`touch hacked`",
        "Host: evil", "../../etc/passwd", "?uploads", "#", "&", "=", "<Error>", "漢", "é", "🦆", "a" * 300,
    ]
)  # fmt: skip
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
HOSTILE = st.one_of(
    TEXT, st.lists(PIECES, max_size=6).map(" ".join), st.lists(PIECES, max_size=4).map("".join)
)
MAYBE = st.one_of(st.none(), HOSTILE)


@pytest.fixture(scope="module", params=["docker", "local"])
def place(request: pytest.FixtureRequest) -> Iterator[tuple[Database, S3Space]]:
    found = dict(engines())
    if request.param not in found:
        pytest.skip(f"engine {request.param}: nothing to start here (rdscheck doctor)")
    run, engine = RunDir.create(Owner.me()), choose(request.param)
    try:
        server = Pool(run, engine).server(Version(found[request.param]))
        if reason := server.why_not("aws_s3"):
            pytest.skip(reason)
        endpoint = backends.start_for(engine, run, "moto")
        database = Database.create(server)
        with S3Space(endpoint) as space, database.connect() as conn:
            database.use_s3(endpoint.url_for_server, endpoint.region, endpoint.credentials, space.bucket)
            for feature in ("s3Export", "s3Import"):
                database.associate_role(feature, allow=["s3:*"], resource=["*"])
            conn.execute("CREATE EXTENSION aws_s3 CASCADE")
            conn.execute("CREATE TABLE canary AS SELECT 1 AS alive")
            yield database, space
    finally:
        end_run(run)


@pytest.fixture(scope="module")
def session(place: tuple[Database, S3Space]) -> Iterator[tuple[psycopg.Connection[tuple[object, ...]], int]]:
    """Give one session: if any call takes the server down, it dies and the next call says so."""
    with place[0].connect() as conn:
        row = conn.execute("SELECT pg_backend_pid()").fetchone()
        assert row is not None
        conn.execute("SET statement_timeout = '20s'")
        yield conn, row[0]


def unharmed(place: tuple[Database, S3Space], conn: psycopg.Connection[tuple[object, ...]], pid: int) -> None:
    row = conn.execute(
        "SELECT pg_backend_pid(), current_user, (SELECT alive FROM canary), (SELECT rolsuper FROM pg_roles"
        " WHERE rolname = current_user)"
    ).fetchone()
    assert row == (pid, "postgres", 1, False)
    with place[0].admin() as admin:
        assert admin.execute("SELECT pg_stat_file('hacked', true) IS NULL").fetchone() == (True,)


def attempt(conn: psycopg.Connection[tuple[object, ...]], call: str, arguments: list[str | None]) -> None:
    """Call a function; any error is fine as long as the server gives it and it is none of its own faults."""
    try:
        conn.execute(call, arguments)
        told = None
    except psycopg.Error as error:
        told = error
    assert not conn.closed, told
    assert told is None or (told.sqlstate and "TRAP" not in str(told))


QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=150, deadline=None, suppress_health_check=QUIET, derandomize=True, database=None)
@given(query=HOSTILE, bucket=MAYBE, key=MAYBE, region=MAYBE, options=MAYBE, kms=MAYBE, real=st.booleans())
def test_exports(
    place: tuple[Database, S3Space],
    session: tuple[psycopg.Connection[tuple[object, ...]], int],
    query: str, bucket: str | None, key: str | None, region: str | None, options: str | None, kms: str | None,
    real: bool,
) -> None:  # fmt: skip
    conn, pid = session
    target = place[1].bucket if real else bucket
    attempt(
        conn,
        "SELECT * FROM aws_s3.query_export_to_s3(%s::text, %s::text, %s::text, %s::text, %s::text, %s::text)",
        ["SELECT 1" if real else query, target, key, None if real else region, options, kms],
    )
    attempt(
        conn,
        "SELECT * FROM aws_s3.query_export_to_s3(%s::text, aws_commons.create_s3_uri(%s, %s, %s), %s::text)",
        [query, target, key, region, options],
    )
    unharmed(place, conn, pid)


@settings(max_examples=150, deadline=None, suppress_health_check=QUIET, derandomize=True, database=None)
@given(table=HOSTILE, columns=MAYBE, options=MAYBE, key=MAYBE, region=MAYBE, secret=MAYBE, real=st.booleans())
def test_imports(
    place: tuple[Database, S3Space],
    session: tuple[psycopg.Connection[tuple[object, ...]], int],
    table: str, columns: str | None, options: str | None, key: str | None, region: str | None,
    secret: str | None, real: bool,
) -> None:  # fmt: skip
    conn, pid = session
    conn.execute("CREATE TEMP TABLE IF NOT EXISTS target (line text)")
    if real:
        place[1].put("here.txt", b"one\ntwo\n")
    attempt(
        conn,
        "SELECT aws_s3.table_import_from_s3(%s::text, %s::text, %s::text, %s::text, %s::text, %s::text,"
        " %s::text, %s::text)",
        [
            "target" if real else table,
            columns,
            options,
            place[1].bucket,
            "here.txt" if real else key,
            "us-east-1" if real else region,
            secret,
            secret,
        ],
    )
    unharmed(place, conn, pid)
