"""A Lambda endpoint that answers anything at all: the call fails in order and the session works on."""

import random
import socketserver
import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from rdscheck.model import Version
from rdscheck.sandbox.access import Credentials
from rdscheck.sandbox.database import Database
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run
from tests.conftest import engines

CALL = "SELECT status_code, payload::text, executed_version, log_result FROM aws_lambda.invoke(%s, %s::json)"


class Hostile(socketserver.ThreadingTCPServer):
    """Reads a request and sends ``answer``, whatever that is; closes then, or keeps silent."""

    daemon_threads = True
    allow_reuse_address = True
    answer: bytes = b""
    silent = False
    drip = False
    requests: list[bytes]


class Handler(socketserver.BaseRequestHandler):
    server: Hostile

    def handle(self) -> None:
        self.request.settimeout(5)
        try:
            self.server.requests.append(self.request.recv(1 << 16))
            self.request.sendall(self.server.answer)
            while self.server.silent or self.server.drip:
                if self.server.drip:
                    self.request.sendall(b"x")
                time.sleep(0.02)
        except OSError:
            return


def http(body: bytes = b"{}", status: str = "200 OK", *headers: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status}".encode(), b"Content-Length: %d" % len(body), b"Connection: close", *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


@pytest.fixture(scope="module", params=["docker", "local"])
def place(request: pytest.FixtureRequest) -> Iterator[tuple[Database, Hostile]]:
    found = dict(engines())
    if request.param not in found:
        pytest.skip(f"engine {request.param}: nothing to start here (rdscheck doctor)")
    run, engine = RunDir.create(Owner.me()), choose(request.param)
    try:
        server = Pool(run, engine).server(Version(found[request.param]))
        if reason := server.why_not("aws_lambda"):
            pytest.skip(reason)
        bind, name = engine.s3_addresses()
        with Hostile((bind, 0), Handler) as hostile:
            hostile.requests = []
            threading.Thread(target=hostile.serve_forever, daemon=True).start()
            database = Database.create(server)
            url = f"http://{name or bind}:{hostile.server_address[1]}"
            database.use_lambda(url, "us-east-1", Credentials("key", "secret"), ["*"])
            with database.connect() as conn:
                conn.execute("CREATE EXTENSION aws_lambda CASCADE")
            yield database, hostile
            hostile.shutdown()
    finally:
        end_run(run)


@pytest.fixture(scope="module")
def session(place: tuple[Database, Hostile]) -> Iterator[tuple[psycopg.Connection[Any], int]]:
    """Give one session: if any answer takes the server down, it dies and the next call says so."""
    with place[0].connect() as conn:
        conn.execute("SET statement_timeout = '20s'; SET aws_lambda.request_timeout_ms = 2000")
        yield conn, conn.info.backend_pid


def answered(place: tuple[Database, Hostile], session: tuple[Any, int], answer: bytes) -> Any:
    """Return the row, or the error; the session must be the same one afterwards."""
    place[1].answer = answer
    conn, pid = session
    try:
        result = conn.execute(CALL, ["f", "{}"]).fetchone()
    except psycopg.Error as error:
        result = error
    assert conn.execute("SELECT pg_backend_pid()").fetchone() == (pid,)
    return result


def test_the_plain_answer_is_taken(place: Any, session: Any) -> None:
    answer = http(b'{"a": 1}', "200 OK", b"X-Amz-Executed-Version: 7", b"x-amz-log-result:  bG9n ")
    assert answered(place, session, answer) == (200, '{"a": 1}', "7", "bG9n")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"", "Unable to connect to endpoint"),
        (b"\x00\xff" * 100, "Unable to connect to endpoint"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n{", "Unable to connect to endpoint"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -7\r\n\r\n{", "Unable to connect to endpoint"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "Unable to connect to endpoint"),
        (http(b"x" * (8 << 20)), "larger than Lambda's limit"),
        (http(b'"\xff\xfe"'), "invalid byte sequence"),
        (http(b'{"a": '), "invalid input syntax for type json"),
        (http(b'"a\x00b"'), "the answer contains a zero byte"),
        (http(b"", "500 Oh"), "No response body. Response code: 500"),
        (http(b"<html>", "302 Found", b"Location: http://127.0.0.1:1/"), "Response code: 302"),
        (http(b'{"Message":', "400 No"), "Response code: 400"),
        (http(b'{"message": "a \\"b\\" \xff\\', "403 No"), 'a "b" ?'),
        (http(b'{"message": "' + b"x" * 100000 + b'"}', "403 No"), "xxx"),
        (http(b"boom" * 9000, "200 OK", b"X-Amz-Function-Error: Handled"), 'returned error "Handled"'),
        (http(b"\xff\x01", "200 OK", b"X-Amz-Function-Error: " + b"\xfe" * 500), 'details: "? "'),
    ],
    ids=lambda value: "" if isinstance(value, bytes) else value[:20],
)
def test_any_other_answer_is_an_error(place: Any, session: Any, answer: bytes, told: str) -> None:
    error = answered(place, session, answer)
    assert isinstance(error, psycopg.Error)
    assert told in str(error)


def test_long_headers_are_cut(place: Any, session: Any) -> None:
    row = answered(place, session, http(b"1", "200 OK", b"X-Amz-Log-Result: " + b"A" * 50000))
    assert row[1] == "1"
    assert set(row[3]) == {"A"}


def test_nothing_and_no_payload(place: Any, session: Any) -> None:
    assert answered(place, session, http(b"", "202 Accepted")) == (202, None, None, None)


def test_silence_ends_with_the_parameter(place: Any, session: Any) -> None:
    place[1].silent = True
    began = time.monotonic()
    try:
        error = answered(place, session, b"")
    finally:
        place[1].silent = False
    assert "Unable to connect to endpoint" in str(error)
    assert time.monotonic() - began < 15


def test_an_answer_that_never_ends_is_cancelled(place: Any, session: Any) -> None:
    place[1].drip = True
    session[0].execute("SET statement_timeout = 700")
    try:
        error = answered(place, session, b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    finally:
        place[1].drip = False
        session[0].execute("SET statement_timeout = '20s'")
    assert isinstance(error, psycopg.errors.QueryCanceled)


def test_random_answers(place: Any, session: Any) -> None:
    chance = random.Random(20261121)
    good = http(
        b'{"a": [1, 2, {"b": "c"}]}', "200 OK", b"X-Amz-Executed-Version: 1", b"X-Amz-Log-Result: bG9n"
    )
    for _ in range(150):
        damaged = bytearray(good)
        for _ in range(chance.randint(1, 8)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        answered(place, session, bytes(damaged[: chance.randint(1, len(damaged))]))


def test_names_cannot_leave_their_place(place: Any, session: Any) -> None:
    conn, _ = session
    place[1].answer = http()
    for hostile in (
        "a\r\nHost: evil",
        "../x",
        "f?Qualifier=1",
        "f/invocations",
        "f%2Fx",
        "x" * 100000,
        ":" * 300,
    ):
        with pytest.raises(psycopg.Error, match="functionName"):
            conn.execute(CALL, [hostile, "{}"])
    place[1].requests.clear()
    conn.execute("SELECT * FROM aws_lambda.invoke('f', '{}'::json, qualifier := '$LATEST', context := '{}')")
    first = place[1].requests[0].split(b"\r\n")[0]
    assert first == (
        b"POST /2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Af/invocations"
        b"?Qualifier=%24LATEST HTTP/1.1"
    )
