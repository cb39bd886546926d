"""HTTP as handlers of services see it: one request, one answer."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import parse_qs, urlsplit

from rdscheck.aws.control.faults import Fault

#: The scope of a signature: key, day, region, service.
_SCOPE = re.compile(r"Credential=([^/,\s]+)/([0-9]{8})/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request", re.ASCII)
_SCOPE_IN_QUERY = re.compile(r"([^/]+)/([0-9]{8})/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request", re.ASCII)


@dataclass(frozen=True)
class Request:
    """A request; ``target`` is path and query, ``headers`` have lower-case names.

    ``region``, ``service`` and ``access_key`` are those of its signature, which is not checked here.
    ``stream`` has the body as it comes, ``length`` its length; ``body()`` reads it whole.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    region: str
    service: str
    access_key: str
    stream: BinaryIO = field(repr=False)
    length: int

    @property
    def path(self) -> str:
        """Return the path, still quoted."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, list[str]]:
        """Return what stands behind the path, by name."""
        return parse_qs(urlsplit(self.target).query, keep_blank_values=True)

    def body(self, limit: int = 64 * 1024**2) -> bytes:
        """Return the body; raises ``Fault`` when it is longer than ``limit`` bytes. To be called once."""
        if self.length > limit:
            raise Fault("RequestEntityTooLarge", "The request is too long.", 413)
        return self.stream.read(self.length)


@dataclass(frozen=True)
class Response:
    """An answer; ``body`` is bytes, or pieces of it whose length is a header's or not known."""

    status: int
    body: bytes | Iterable[bytes] = b""
    headers: Mapping[str, str] = field(default_factory=dict)


#: What answers for a service; raises ``Fault``.
Handler = Callable[[Request], Response]


def scope(headers: Mapping[str, str], target: str) -> tuple[str, str, str]:
    """Return access key, region and service of a request's signature, empty texts where it has none."""
    match = _SCOPE.search(headers.get("authorization", ""))
    if match is None:
        given = parse_qs(urlsplit(target).query).get("X-Amz-Credential", [""])[0]
        match = _SCOPE_IN_QUERY.fullmatch(given)
    return (match[1], match[3], match[4]) if match else ("", "", "")
