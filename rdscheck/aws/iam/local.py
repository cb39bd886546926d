"""IAM and STS on this machine: moto in a thread of this process, begun anew for each user of it."""

import logging
import urllib.request
from types import TracebackType
from typing import Any

from rdscheck.aws.client import plain_client
from rdscheck.errors import StartError

#: The account of everything here.
ACCOUNT = "123456789012"

_TIMEOUT = 10


class LocalIam:
    """An empty account; ``client`` gives boto3 clients for its IAM and STS.

    moto keeps one state per process, so there is one account at a time: entering empties it.
    """

    _server: Any = None
    _clients: dict[str, Any]

    def __enter__(self) -> "LocalIam":
        try:
            from moto.server import ThreadedMotoServer  # noqa: PLC0415  loads slowly
        except ImportError as error:
            raise StartError("moto is not installed", hint="pip install 'moto[iam,sts,server]'") from error
        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # one line per request otherwise
        self._clients = {}
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        self.reset()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for client in self._clients.values():
            client.close()
        self._server.stop()
        self._server = None

    @property
    def url(self) -> str:
        """Address of both services."""
        host, port = self._server.get_host_and_port()
        return f"http://{host}:{port}"

    def reset(self) -> None:
        """Forget all roles and policies."""
        request = urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")  # noqa: S310  our own
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(request, timeout=_TIMEOUT) as answer:
            answer.read()

    def client(self, service: str) -> Any:
        """Return a client for ``iam`` or ``sts``, one for all who ask."""
        if service not in self._clients:
            self._clients[service] = self.new_client(service)
        return self._clients[service]

    def new_client(self, service: str) -> Any:
        """Return a client of the caller's own, to be closed by them."""
        return plain_client(self.url, service)
