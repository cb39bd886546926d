"""The Lambda process, ``python -m rdscheck.aws.functions.server``: the module ``endpoint`` starts it.

It binds a port the kernel chooses and then tells it on standard output, so that
nobody guesses a free port; everything else it has to say goes to standard error.
"""

import argparse
import atexit
import sys
from collections.abc import Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from rdscheck.aws.functions.service import DEFAULT_ACCOUNT, Service
from rdscheck.aws.functions.wire import LambdaError, Request, Response
from rdscheck.aws.lifeline import parse, tell

#: An archive of 50 MB in Base64, and what is around it.
_MAX_BODY = 70 << 20


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 900
    service: ClassVar[Service]

    def _serve(self) -> None:
        body = self._body()
        if isinstance(body, Response):
            self.close_connection = True
            self._answer(body)
            return
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._answer(self.service.handle(Request(self.command, parts.path, query, headers, body)))

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 (http.server's names)

    def _body(self) -> bytes | Response:
        try:
            length = int(self.headers.get("Content-Length") or 0)
        except ValueError:
            length = -1
        if length < 0 or self.headers.get("Transfer-Encoding"):
            return LambdaError(HTTPStatus.LENGTH_REQUIRED, "SerializationException", "no length").response()
        if length > _MAX_BODY:
            message = f"Request must be smaller than {_MAX_BODY} bytes"
            return LambdaError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "RequestTooLargeException", message
            ).response()
        return self.rfile.read(length)

    def _answer(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its name there)
        """Say nothing: the caller gets every error."""


class Server(ThreadingHTTPServer):
    """The HTTP server in front of a service."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, bind: str, service: Service, port: int = 0) -> None:
        handler = type("Handler", (_Handler,), {"service": service})
        super().__init__((bind, port), handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Pass over a client that went away; everything else is told."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)


def main(arguments: Sequence[str]) -> None:
    """Serve until the owner is gone."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--room", type=Path, required=True)
    parser.add_argument("--account", default=DEFAULT_ACCOUNT)
    parser.add_argument("--key", action="append", default=[], metavar="ACCESS:SECRET")
    options = parse(parser, arguments)

    options.room.mkdir(mode=0o700, parents=True, exist_ok=True)
    secrets = dict(one.split(":", 1) for one in options.key) or None
    service = Service(options.room, account=options.account, secrets=secrets)
    atexit.register(service.close)
    server = Server(options.bind, service)
    tell(port=server.server_port)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
