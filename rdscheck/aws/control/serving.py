"""The HTTP end: a threaded server on a free port of this machine's loopback."""

import threading
from collections.abc import Callable, Iterable
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase, BytesIO
from typing import Any, BinaryIO, cast

from rdscheck.aws.control.wire import Request, Response, scope

_LONGEST_CHUNK = 16 * 1024**2


class Endpoint:
    """Listens on 127.0.0.1 and asks one function for every answer."""

    def __init__(self, answer: Callable[[Request], Response], host: str = "127.0.0.1") -> None:
        class Handler(_Handler):
            respond = staticmethod(answer)

        self._server = _Server((host, 0), Handler)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="endpoint", daemon=True
        )

    @property
    def url(self) -> str:
        """Return its address."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening; answers under way are finished by their threads."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Threads of clients that keep their connection open must not be waited for.
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hangs up is no event."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body leave in two segments; see rdscheck.aws.moto_server.
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024
    timeout = 300
    respond: Callable[[Request], Response]

    def _any(self) -> None:
        headers = _lower(self.headers)
        stream, length = self._body(headers)
        key, region, service = scope(headers, self.path)
        request = Request(
            method=self.command,
            target=self.path,
            headers=headers,
            region=region,
            service=service,
            access_key=key,
            stream=stream,
            length=length,
        )
        response = self.respond(request)
        self._send(response)
        # What a handler did not read would be taken for the next request.
        if isinstance(stream, _Limited):
            stream.drain()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _any  # noqa: N815

    def _body(self, headers: dict[str, str]) -> tuple[BinaryIO, int]:
        if "chunked" in headers.get("transfer-encoding", ""):
            whole = self._chunks()
            return BytesIO(whole), len(whole)
        length = max(0, int(headers.get("content-length") or 0))
        if headers.get("expect", "").lower() == "100-continue":
            # The base class has answered it already.
            headers.pop("expect")
        return _Limited(self.rfile, length), length

    def _chunks(self) -> bytes:
        parts: list[bytes] = []
        while size := int(self.rfile.readline(100).split(b";")[0] or b"0", 16):
            if size > _LONGEST_CHUNK:
                raise ValueError("a chunk that is too long")
            parts.append(self.rfile.read(size))
            self.rfile.readline(10)
        while self.rfile.readline(1000).strip():
            pass
        return b"".join(parts)

    def _send(self, response: Response) -> None:
        headers = dict(response.headers)
        whole = response.body if isinstance(response.body, bytes) else None
        names = {name.lower() for name in headers}
        if whole is not None and "content-length" not in names:
            headers["Content-Length"] = str(len(whole))
            names.add("content-length")
        self.send_response(response.status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "content-length" not in names:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        if self.command != "HEAD" and response.status not in {204, 304}:
            pieces = response.body if whole is None else (whole,)
            for piece in cast("Iterable[bytes]", pieces):
                self.wfile.write(piece)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


class _Limited(BytesIO):
    """The part of a connection that is one request's body."""

    def __init__(self, source: BufferedIOBase, length: int) -> None:
        super().__init__()
        self._source, self._left = source, length

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to ``size`` bytes of what is left."""
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        found = self._source.read(wanted) if wanted else b""
        self._left -= len(found)
        if len(found) < wanted:
            self._left = 0
        return found

    def drain(self) -> None:
        """Read the rest."""
        while self._left:
            self.read(64 * 1024)


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
