"""A way to a server that can be closed, or held up, at any moment."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Proxy:
    """Passes bytes on, until it is told to stop."""

    def __init__(self, host: str, port: int) -> None:
        self._behind = (host, port)
        self._flowing = threading.Event()
        self._flowing.set()
        self._open: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                server = socket.create_connection(self._behind)
                self._open += [client, server]
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=self._pass, args=(one, other), daemon=True).start()

    def _pass(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                self._flowing.wait()
                other.sendall(data)

    def hold(self) -> None:
        """Let nothing through from now on; nobody is told."""
        self._flowing.clear()

    def cut_behind(self) -> None:
        """Take no new connections; those there are live on."""
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def cut(self) -> None:
        """End all connections, and take no new ones."""
        # Only a shutdown wakes who waits in it.
        for one in (self._server, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._flowing.set()


@contextmanager
def proxy(host: str, port: int) -> Iterator[Proxy]:
    """Give a way to a server."""
    made = Proxy(host, port)
    try:
        yield made
    finally:
        made.cut()
