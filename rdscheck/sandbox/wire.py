"""A log-in by hand: what a server answers, with the SQLSTATE that libpq keeps to itself.

The few messages of the protocol that a log-in takes:
https://www.postgresql.org/docs/current/protocol-message-formats.html
"""

import socket
import ssl
import struct
from dataclasses import dataclass, field

from rdscheck.errors import RdscheckError
from rdscheck.sandbox.info import ServerInfo

_SSL_REQUEST = 80877103
_PROTOCOL_3 = 196608
_SECONDS = 30.0

#: Numbers of AuthenticationRequest.
_OK, _CLEARTEXT = 0, 3


class WireError(RdscheckError):
    """A server said something no log-in should meet."""


@dataclass(frozen=True)
class Answer:
    """What came of a log-in: ``asked`` are the kinds of authentication the server wanted.

    ``fields`` are those of its error by their letters, empty when it let us in; ``dropped`` when it
    closed the connection without a word.
    """

    asked: tuple[str, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)
    dropped: bool = False

    @property
    def accepted(self) -> bool:
        """Tell whether the log-in went well."""
        return not self.fields and not self.dropped

    @property
    def sqlstate(self) -> str:
        """Return the SQLSTATE of the error."""
        return self.fields.get("C", "")

    @property
    def message(self) -> str:
        """Return severity and text of the error, as psql prints them."""
        return f"{self.fields.get('S', '')}:  {self.fields.get('M', '')}" if self.fields else ""


def log_in(info: ServerInfo, user: str, dbname: str, password: str, *, tls: bool = True) -> Answer:
    """Log in over TCP with a password that is sent in clear when asked for so, and leave at once.

    Another kind of authentication, such as SCRAM, is not answered. Raises ``WireError``.
    """
    with socket.create_connection((info.host, info.port), timeout=_SECONDS) as plain:
        if not tls:
            return _talk(plain, user, dbname, password)
        plain.sendall(struct.pack("!ii", 8, _SSL_REQUEST))
        if plain.recv(1) != b"S":
            raise WireError("the server does not offer TLS")
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE  # a sandbox's certificate is its own
        with context.wrap_socket(plain) as encrypted:
            return _talk(encrypted, user, dbname, password)


def _talk(connection: socket.socket, user: str, dbname: str, password: str) -> Answer:
    values = ("user", user, "database", dbname)
    body = struct.pack("!i", _PROTOCOL_3) + b"".join(one.encode() + b"\0" for one in values) + b"\0"
    connection.sendall(struct.pack("!i", len(body) + 4) + body)
    asked: list[str] = []
    try:
        while True:
            kind, content = _message(connection)
            if kind == b"E":
                parts = content.rstrip(b"\0").split(b"\0")
                return Answer(tuple(asked), {part[:1].decode(): part[1:].decode() for part in parts if part})
            if kind != b"R":
                raise WireError(f"the server sent {kind!r} in the middle of a log-in")
            (number,) = struct.unpack_from("!i", content)
            if number == _OK:
                connection.sendall(b"X" + struct.pack("!i", 4))
                return Answer(tuple(asked))
            asked.append("password" if number == _CLEARTEXT else f"method {number}")
            if number != _CLEARTEXT:
                return Answer(tuple(asked), dropped=True)
            secret = password.encode() + b"\0"
            connection.sendall(b"p" + struct.pack("!i", len(secret) + 4) + secret)
    except (ConnectionError, ssl.SSLError, EOFError):
        return Answer(tuple(asked), dropped=True)


def _message(connection: socket.socket) -> tuple[bytes, bytes]:
    head = _read(connection, 5)
    (size,) = struct.unpack("!i", head[1:])
    return head[:1], _read(connection, size - 4)


def _read(connection: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        more = connection.recv(size - len(got))
        if not more:
            raise EOFError
        got += more
    return got
