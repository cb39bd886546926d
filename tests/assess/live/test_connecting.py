"""Strings that lead nowhere: said in words, without what is secret in them."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic

import psycopg
import pytest

from rdscheck.assess.live.collecting import collect
from rdscheck.assess.live.connecting import SourceError, _hint, parameters_of, place, reason
from rdscheck.errors import ExitCode, RdscheckError, UsageError


@contextmanager
def listening(answer: bytes | None, heard: list[bytes] | None = None) -> Iterator[int]:
    """Give the port of something that is no PostgreSQL: it says one thing, or nothing at all."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held = []

        def serve() -> None:
            with suppress(OSError):
                while True:
                    client, _ = server.accept()
                    held.append(client)
                    if answer is not None:
                        said = client.recv(1000)
                        if heard is not None:
                            heard.append(said)
                        client.sendall(answer)
                        client.close()

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        for client in held:
            client.close()


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://u:s3cret@h:notaport/db",
        "postgresql://u:s3/cret@h/db",
        "postgresql://u:s3@cret@h/db",
        "postgresql://u:s3%zzcret@h/db",
        "postgresql://u:12/s3cret@h/db",
        "host=h password=s3cret port=x",
        "host=h password='s3cret",
        "host=h passwort=s3cret",
        "s3cret",
    ],
)
def test_a_string_that_cannot_be_read_is_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parameters_of(text)
    assert "s3" not in str(caught.value)
    assert "cret" not in str(caught.value)
    assert caught.value.exit_code == ExitCode.USAGE
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://u:p@h:5433/d", "h:5433/d"),
        ("postgresql://u:p%40x@h/d", "h:5432/d"),
        ("postgresql://u:p?#:x@h/d", "h:5432/d"),
        ("host=h dbname=d user=u password='a b'", "h:5432/d"),
        ("host=/tmp user=u", "/tmp:5432/u"),
        ("host=a,b port=1,2 dbname=d", "a,b:1,2/d"),
        ("service=mine", "service=mine"),
    ],
)
def test_where_a_string_leads_to(text: str, shown: str) -> None:
    assert place(parameters_of(text)) == shown


def refusal(conninfo: str, connect_timeout: float = 10) -> RdscheckError:
    with pytest.raises(SourceError) as caught:
        collect(conninfo, connect_timeout=connect_timeout)
    assert caught.value.exit_code == ExitCode.UNCHECKED
    assert "s3cret" not in str(caught.value)
    return caught.value


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    error = refusal(f"host=127.0.0.1 port={port} dbname=d user=u password=s3cret")
    assert error.message.startswith(f"127.0.0.1:{port}/d: ")
    assert "refused" in error.message


def test_what_a_pooler_would_refuse_is_not_asked_for() -> None:
    """What poolers refuse in the first packet: options, and parameters they do not follow."""
    heard: list[bytes] = []
    with listening(b"E", heard) as port:
        refusal(f"host=127.0.0.1 port={port} dbname=d user=u password=s3cret sslmode=disable")
    words = heard[0][8:].split(b"\0")
    assert dict(zip(words[::2], words[1::2], strict=False)) == {
        b"user": b"u",
        b"database": b"d",
        b"application_name": b"rdscheck",
        b"": b"",
    }


def test_something_else_listens() -> None:
    with listening(b"HTTP/1.1 400 Bad Request\r\n\r\n") as port:
        error = refusal(f"postgresql://u:s3cret@127.0.0.1:{port}/d")
    assert "invalid response" in error.message
    assert "PostgreSQL" in (error.hint or "")


def test_somebody_listens_and_says_nothing() -> None:
    started = monotonic()
    with listening(None) as port:
        error = refusal(f"postgresql://u:s3cret@127.0.0.1:{port}/d", connect_timeout=2)
    assert "timeout" in error.message
    assert monotonic() - started < 10


def test_a_host_that_does_not_exist() -> None:
    assert "h.invalid" in refusal("postgresql://u:s3cret@h.invalid/d").message


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('FATAL:  no pg_hba.conf entry for host "h", user "u", database "d", no encryption', "sslmode"),
        ("server does not support SSL, but SSL was required", "sslmode"),
        ("SSL error: certificate verify failed", "sslrootcert"),
        ('FATAL:  permission denied for database "d"', "GRANT CONNECT"),
        ('definition of service "x" not found', "pg_service.conf"),
        ('FATAL:  password authentication failed for user "u"', "PGPASSWORD"),
        ('FATAL:  database "d" does not exist', "names in the connection string"),
        ("connection refused", "host and port"),
    ],
)
def test_the_hint_is_about_what_went_wrong(text: str, hint: str) -> None:
    assert hint in _hint(psycopg.OperationalError(text))


def test_a_reason_is_one_line() -> None:
    assert reason(psycopg.OperationalError('database "a\nrdscheck: all is well"')) == (
        'database "a; rdscheck: all is well"'
    )
