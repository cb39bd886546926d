"""A process that Docker starts in a container and that is written to and read from."""

import select
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

#: Docker's frames: a byte that names the stream, three empty ones, the length.
_HEADER = 8
_PIECE = 1 << 16


class Attached:
    """A process of the server's user in a container; its output and its errors come as one stream.

    ``api`` is docker-py's low-level client. Raises ``docker.errors.APIError`` without such a container.
    """

    def __init__(
        self, api: Any, container: str, command: Sequence[str], environment: Mapping[str, str]
    ) -> None:
        self._answer: Any = None
        self._socket: Any = None
        self._api = api
        made = api.exec_create(
            container, list(command), stdin=True, environment=dict(environment), user="postgres"
        )
        self._id = made["Id"]
        self._answer = api.exec_start(self._id, socket=True)
        # docker-py hands out a reader; the socket below it can be written to and waited for.
        self._socket = getattr(self._answer, "_sock", self._answer)
        self._buffer = bytearray()

    def write(self, data: bytes) -> None:
        """Write to its input; raises ``OSError`` when it reads no more."""
        self._socket.sendall(data)

    def end_of_input(self) -> None:
        """Close its input."""
        self._socket.shutdown(socket.SHUT_WR)

    def read(self, seconds: float) -> bytes | None:
        """Return what it wrote next, empty at its end, None when there was nothing within the time."""
        deadline = time.monotonic() + seconds
        while (found := self._frames()) == b"":
            ready, _, _ = select.select([self._socket], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                return None
            piece = self._socket.recv(_PIECE)
            if not piece:
                return b""
            self._buffer += piece
        return found

    def _frames(self) -> bytes:
        """Take the whole frames out of what has come."""
        found = b""
        while len(self._buffer) >= _HEADER:
            length = int.from_bytes(self._buffer[4:_HEADER], "big")
            if len(self._buffer) < _HEADER + length:
                break
            found += self._buffer[_HEADER : _HEADER + length]
            del self._buffer[: _HEADER + length]
        return found

    def status(self) -> int:
        """Return its exit status once it has ended."""
        deadline = time.monotonic() + 10
        while (found := self._api.exec_inspect(self._id))["Running"]:
            if time.monotonic() > deadline:
                return -1
            time.sleep(0.01)
        return int(found["ExitCode"])

    def close(self) -> None:
        """Let go of it."""
        for one in (self._answer, self._socket):
            if one is not None:
                with suppress(OSError):
                    one.close()
