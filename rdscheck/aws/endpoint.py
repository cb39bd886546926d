"""Endpoints as everybody shares them: where they are, how to sign, how to end them."""

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit, urlunsplit

from rdscheck.sandbox.access import Credentials
from rdscheck.sandbox.engine import Engine
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.owner import labels as labels_of
from rdscheck.sandbox.rundir import RunDir

Kind = Literal["moto", "localstack", "url"]

#: Signed into every request where the user gives no region, as boto3's own examples do.
DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True)
class Endpoint:
    """A running endpoint; plain enough to be written to a file and read by another process.

    ``url_for_host`` is for us, ``url_for_server`` for the database server, which may
    run in a container and see the same endpoint under another address.
    What ends it is a process (``pid`` and its start time), under the names that the sweep
    of a run looks for; it is not set where it is not ours to end.
    """

    kind: str
    name: str  # what reports print: "moto 5.2.5"
    url_for_host: str
    url_for_server: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)
    session_token: str = field(default="", repr=False)
    pid: int = 0
    started: str = ""

    @property
    def credentials(self) -> Credentials:
        """Keys that it takes."""
        return Credentials(self.access_key, self.secret_key, self.session_token)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON holds it; the keys in it are secrets, so the file must be private."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """Read what ``to_json`` returned."""
        return cls(**value)


@dataclass(frozen=True)
class S3Endpoint(Endpoint):
    """A running S3 endpoint; a ``container`` ends it where no process does."""

    kind: Kind
    container: str = ""

    @property
    def is_local(self) -> bool:
        """Tell whether it is an emulator of ours or the user's rather than some S3 address."""
        return self.kind != "url"


@dataclass(frozen=True)
class Place:
    """Where a backend is started, and for whom.

    ``bind`` is the address our own processes listen on. ``server_host`` is the name
    under which a server in a container reaches this host, None where the server
    runs on the host itself. Containers carry ``labels`` for the sweep; a process ends
    with ``owner``, or with whoever the run's ``owner`` file names by then.
    """

    run_dir: Path
    bind: str = "127.0.0.1"
    server_host: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    owner: Owner = field(default_factory=Owner.me)

    @classmethod
    def for_run(cls, run: RunDir, engine: Engine | None) -> "Place":
        """Return where the servers of an engine reach what is started, owned by whoever owns the run.

        A server of the user's own has no engine; it is taken to reach loopback.
        """
        bind, server_host = engine.s3_addresses() if engine else ("127.0.0.1", None)
        owner = run.owner() or Owner.me()
        return cls(run.path, bind, server_host, labels_of(owner, run.id), owner)


@dataclass(frozen=True)
class Found:
    """A backend as ``rdscheck doctor`` prints it: usable, or why not and what mends it."""

    kind: Kind
    name: str
    usable: bool
    reason: str = ""


def http_url(host: str, port: int) -> str:
    """Return the address of an HTTP endpoint, with the brackets IPv6 needs."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_loopback(host: str) -> bool:
    """Tell whether a host name means the machine that uses it."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def seen_by_server(url: str, place: Place) -> str | None:
    """Return a URL as the server must write it, None where the server cannot reach it.

    Inside a container ``localhost`` is the container. What it calls the host leads to
    the address our own processes bind, so whether anything listens there shows from here.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if place.server_host is None or not is_loopback(host):
        return url
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if not _listens(place.bind, port):
        return None
    netloc = urlsplit(http_url(place.server_host, port)).netloc
    return urlunsplit((parts.scheme, netloc, parts.path, "", ""))


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
