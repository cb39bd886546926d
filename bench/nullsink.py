"""An S3 endpoint that costs nothing: what is left of a measurement is the other side.

    python -m bench.nullsink [--file PATH] [--owner PID]

It throws away what is put, answers the calls of a multipart upload, and serves one
file for every object asked for. No signature is checked and nothing is remembered,
except how much came in: ``GET /_stats`` tells. Its address is the only line it prints;
it ends with its owner, by default the process that started it.
"""

import argparse
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from rdscheck.aws.endpoint import http_url
from rdscheck.aws.lifeline import end_with
from rdscheck.sandbox.owner import Owner, start_time

_BUFFER = 4 << 20
# Linux drops received bytes without copying them when told to cut the message short.
_DISCARD = socket.MSG_TRUNC if sys.platform == "linux" else 0
_ETAG = "d41d8cd98f00b204e9800998ecf8427e"
_XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


@dataclass
class Sink:
    """What all connections share."""

    file: Path | None = None
    puts: int = 0
    bytes_in: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def took(self, size: int) -> None:
        """Count one body."""
        with self._lock:
            self.puts += 1
            self.bytes_in += size


@dataclass(frozen=True)
class _Request:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]

    @property
    def is_bucket(self) -> bool:
        return self.path.strip("/").count("/") == 0


class _Connection:
    def __init__(self, sock: socket.socket, sink: Sink) -> None:
        self.sock, self.sink = sock, sink
        self.rest = b""
        self.buffer = bytearray(_BUFFER)

    def serve(self) -> None:
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self.sock, contextlib.suppress(ConnectionError):
            while request := self._request():
                if "chunked" in request.headers.get("transfer-encoding", ""):
                    self._send("411 Length Required", close=True)
                    return
                size = int(request.headers.get("content-length", 0))
                if "expect" in request.headers:
                    self.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                self._discard(size)
                if request.method == "PUT":
                    self.sink.took(size)
                self._answer(request)

    def _request(self) -> _Request | None:
        while b"\r\n\r\n" not in self.rest:
            piece = self.sock.recv(65536)
            if not piece:
                return None
            self.rest += piece
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        parts = urlsplit(target)
        return _Request(method, parts.path, parse_qs(parts.query, keep_blank_values=True), headers)

    def _discard(self, size: int) -> None:
        # A client that sends ahead may already have sent what follows this body.
        left = size - len(self.rest)
        self.rest = self.rest[size:]
        while left > 0:
            count = self.sock.recv_into(self.buffer, min(left, _BUFFER), _DISCARD)
            if not count:
                raise ConnectionAbortedError
            left -= count

    def _answer(self, request: _Request) -> None:
        query = request.query
        match request.method:
            case "POST" if "uploads" in query:
                self._xml(
                    f"<InitiateMultipartUploadResult {_XMLNS}><UploadId>0</UploadId>"
                    "</InitiateMultipartUploadResult>"
                )
            case "POST":
                self._xml(
                    f'<CompleteMultipartUploadResult {_XMLNS}><ETag>"{_ETAG}"</ETag>'
                    "</CompleteMultipartUploadResult>"
                )
            case "DELETE":
                self._send("204 No Content")
            case "PUT":
                self._send("200 OK", headers={"ETag": f'"{_ETAG}"'})
            case "HEAD" if request.is_bucket:
                self._send("200 OK", headers={"x-amz-bucket-region": "us-east-1"})
            case "GET" if request.path == "/_stats":
                stats = {"puts": self.sink.puts, "bytes": self.sink.bytes_in}
                self._send("200 OK", json.dumps(stats).encode(), {"Content-Type": "application/json"})
            case "GET" if "uploads" in query:
                self._xml(f"<ListMultipartUploadsResult {_XMLNS}/>")
            case "GET" if request.path == "/":
                self._xml(f"<ListAllMyBucketsResult {_XMLNS}><Buckets/></ListAllMyBucketsResult>")
            case "GET" if request.is_bucket:
                self._xml(f"<ListBucketResult {_XMLNS}><IsTruncated>false</IsTruncated></ListBucketResult>")
            case "GET" | "HEAD" if self.sink.file:
                self._file(request, self.sink.file)
            case "HEAD":
                self._send("404 Not Found")
            case _:
                self._xml("<Error><Code>NoSuchKey</Code><Message>no file</Message></Error>", "404 Not Found")

    def _xml(self, text: str, status: str = "200 OK") -> None:
        self._send(status, text.encode(), {"Content-Type": "application/xml"})

    def _send(
        self, status: str, body: bytes = b"", headers: dict[str, str] | None = None, *, close: bool = False
    ) -> None:
        # One segment: a body sent after its head waits for a delayed acknowledgement.
        head = self._head(status, len(body), (headers or {}) | ({"Connection": "close"} if close else {}))
        self.sock.sendall(head + body)

    @staticmethod
    def _head(status: str, length: int, headers: dict[str, str]) -> bytes:
        lines = [
            f"HTTP/1.1 {status}",
            f"Content-Length: {length}",
            *(f"{k}: {v}" for k, v in headers.items()),
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _file(self, request: _Request, path: Path) -> None:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            first, last, status = 0, size - 1, "200 OK"
            headers = {"ETag": f'"{_ETAG}"', "Content-Type": "binary/octet-stream", "Accept-Ranges": "bytes"}
            wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", ""))
            if wanted:
                first, last = int(wanted[1]), min(int(wanted[2] or last), last)
                if first >= size:
                    self._send("416 Range Not Satisfiable")
                    return
                status = "206 Partial Content"
                headers["Content-Range"] = f"bytes {first}-{last}/{size}"
            head = self._head(status, last - first + 1, headers)
            if request.method == "HEAD":
                self.sock.sendall(head)
                return
            more = getattr(socket, "MSG_MORE", 0)  # the head leaves with the file's first bytes
            self.sock.sendall(head, more if first <= last else 0)
            while first <= last:
                first += os.sendfile(self.sock.fileno(), file.fileno(), first, last - first + 1)


def serve(sock: socket.socket, sink: Sink) -> None:
    """Serve every connection until the process ends."""
    while True:
        connection, _ = sock.accept()
        threading.Thread(target=_Connection(connection, sink).serve, daemon=True).start()


@contextlib.contextmanager
def running(file: Path | None = None, *, bind: str = "127.0.0.1") -> Iterator[str]:
    """Run a sink in a process of its own for the length of a block, and give its address."""
    command = [sys.executable, "-m", "bench.nullsink", "--bind", bind]
    command += ["--file", str(file)] if file else []
    root = Path(__file__).resolve().parents[1]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            if not url:
                raise RuntimeError("the null sink did not start")
            yield url
        finally:
            process.kill()


def main() -> None:
    """Bind a port the kernel chooses, print the address, serve."""
    parser = argparse.ArgumentParser(description="An S3-shaped sink that discards what is put")
    parser.add_argument("--bind", default="127.0.0.1")
    parser.add_argument("--file", type=Path, help="what every GET of an object answers")
    parser.add_argument("--owner", type=int, default=os.getppid(), help="process with which this one ends")
    options = parser.parse_args()
    end_with(Owner(options.owner, start_time(options.owner)))
    with socket.create_server((options.bind, 0), backlog=64) as sock:
        print(http_url(options.bind, sock.getsockname()[1]), flush=True)
        serve(sock, Sink(options.file))


if __name__ == "__main__":
    main()
