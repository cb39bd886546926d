"""A log-in by hand, against a server that only plays one."""

import socket
import struct
import threading
from collections.abc import Callable

import pytest

from rdscheck.sandbox.info import ServerInfo
from rdscheck.sandbox.wire import WireError, log_in


def message(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("!i", len(content) + 4) + content


OK, CLEARTEXT, SASL = (message(b"R", struct.pack("!i", number)) for number in (0, 3, 10))
REFUSED = message(b"E", b"SFATAL\0C28000\0MPAM authentication failed\0\0")


def serving(talk: Callable[[socket.socket], None]) -> ServerInfo:
    """Serve one connection and return where."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with listening, listening.accept()[0] as connection:
            talk(connection)

    threading.Thread(target=serve, daemon=True).start()
    return ServerInfo("17", "17", "", "", "127.0.0.1", listening.getsockname()[1], "postgres", "")


def answering(*answers: bytes) -> tuple[ServerInfo, list[bytes]]:
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        for answer in answers:
            heard.append(connection.recv(65536))
            connection.sendall(answer)

    return serving(talk), heard


def test_a_password_is_sent_when_it_is_asked_for() -> None:
    info, heard = answering(CLEARTEXT, OK)
    answer = log_in(info, "jane", "lab", "token", tls=False)
    assert (answer.accepted, answer.asked, answer.message) == (True, ("password",), "")
    assert heard[0] == struct.pack("!ii", 32, 196608) + b"user\0jane\0database\0lab\0\0"
    assert heard[1] == message(b"p", b"token\0")


def test_an_error_has_its_fields_also_in_pieces() -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        for byte in CLEARTEXT + REFUSED:
            connection.sendall(bytes([byte]))
        connection.recv(65536)

    answer = log_in(serving(talk), "jane", "lab", "token", tls=False)
    assert (answer.accepted, answer.sqlstate) == (False, "28000")
    assert answer.message == "FATAL:  PAM authentication failed"


def test_a_connection_that_is_dropped_is_no_answer() -> None:
    info, _ = answering(CLEARTEXT)
    answer = log_in(info, "jane", "lab", "token", tls=False)
    assert (answer.accepted, answer.dropped, answer.message) == (False, True, "")


def test_another_method_is_told_and_not_answered() -> None:
    info, heard = answering(SASL)
    answer = log_in(info, "jane", "lab", "token", tls=False)
    assert (answer.accepted, answer.asked) == (False, ("method 10",))
    assert len(heard) == 1


def test_what_no_log_in_should_meet_is_an_error() -> None:
    info, _ = answering(message(b"Z", b"I"))
    with pytest.raises(WireError, match="in the middle of a log-in"):
        log_in(info, "jane", "lab", "token", tls=False)
    info, _ = answering(b"N")
    with pytest.raises(WireError, match="does not offer TLS"):
        log_in(info, "jane", "lab", "token")
