"""LocalStack: the user's own where one runs, else a container of ours."""

import http.client
import json
import os
import re
import threading
import time
from typing import Any
from urllib.parse import urlsplit

import localstack_client.config

from rdscheck.aws import docker
from rdscheck.aws.answers import require_s3
from rdscheck.aws.endpoint import (
    DEFAULT_REGION,
    Found,
    Place,
    S3Endpoint,
    http_url,
    is_loopback,
    seen_by_server,
)
from rdscheck.aws.image import TAG
from rdscheck.errors import S3Unavailable, StartError
from rdscheck.sandbox.containers import our_way

IMAGE_VARIABLE = "RDSCHECK_LOCALSTACK_IMAGE"
_PORT = 4566
_START_TIMEOUT = 90.0
_BUILD_HINT = (
    "rdscheck images build --localstack builds one, docker pull localstack/localstack:4.14.0 fetches one"
)
#: S3 alone, loaded before the health address answers; nothing fetched, nothing reported home.
_SETTINGS = {
    "SERVICES": "s3",
    "EAGER_SERVICE_LOADING": "1",
    "DISABLE_EVENTS": "1",
    "SKIP_SSL_CERT_DOWNLOAD": "1",
    "DNS_ADDRESS": "0",
}


class LocalStack:
    """The backend that stays closest to S3."""

    def found(self) -> Found:
        """Tell which LocalStack would be used."""
        url = running()
        if url:
            return Found("localstack", f"{health(url)} at {url}", True)
        try:
            tag = image()
        except S3Unavailable as error:
            return Found("localstack", "LocalStack", False, str(error))
        if tag is None:
            return Found("localstack", "LocalStack", False, f"no image: {_BUILD_HINT}")
        return Found("localstack", f"image {tag}", True)

    def start(self, place: Place) -> S3Endpoint:
        """Use the running LocalStack unless an image was asked for, else start a container."""
        url = None if os.environ.get(IMAGE_VARIABLE) else running()
        if url:
            return self.adopt(url, place)
        tag = image()
        if tag is None:
            raise S3Unavailable("there is no LocalStack image", hint=_BUILD_HINT)
        return self.launch(tag, place)

    def adopt(self, url: str, place: Place) -> S3Endpoint:
        """Use a LocalStack that somebody else runs."""
        for_server = _container_address(url, place) or seen_by_server(url, place)
        if for_server is None:
            raise S3Unavailable(
                f"LocalStack at {url} listens on the loopback only, and the server runs in a container",
                hint=f"let it listen on {place.server_host} too, or use --engine local",
            )
        endpoint = _endpoint(health(url) or "LocalStack", url, for_server)
        require_s3(endpoint)
        return endpoint

    def launch(self, tag: str, place: Place) -> S3Endpoint:
        """Start a container and return once S3 answers in it."""
        from testcontainers.core.container import DockerContainer  # noqa: PLC0415  see docker.engine

        with docker.engine() as client, our_way():
            container = DockerContainer(tag).with_kwargs(labels=dict(place.labels), init=True)
            container.env.update(_SETTINGS | {"GATEWAY_LISTEN": f"0.0.0.0:{_PORT}"})
            # docker-py also takes an address to publish on; testcontainers' type does not know it.
            ports: dict[str, Any] = container.ports
            ports[f"{_PORT}/tcp"] = ("127.0.0.1", None)
            started = None
            try:
                container.start()
                started = container.get_wrapped_container()
                return _ready(started, place)
            except BaseException as error:
                _keep_log(started, place)
                # start() may have failed between creating and starting.
                left = started or getattr(container, "_container", None)
                if left is not None:
                    left.remove(force=True, v=True)
                if _is_docker_error(error):
                    raise StartError(f"Docker could not start {tag}: {error}", hint="docker info") from error
                raise
            finally:
                container.get_docker_client().client.close()
                client.close()

    def stop(self, endpoint: S3Endpoint) -> None:
        """Remove our container; somebody else's LocalStack is left alone."""
        from docker.errors import NotFound  # noqa: PLC0415  see docker.engine

        if not endpoint.container:
            return
        with docker.engine() as client:
            try:
                client.containers.get(endpoint.container).remove(force=True, v=True)
            except NotFound:
                return


def running() -> str | None:
    """Return the address of the LocalStack that localstack-client is set up for, if it serves S3."""
    try:
        url = localstack_client.config.get_service_endpoint("s3")
    except RuntimeError as error:
        raise S3Unavailable(str(error), hint="correct LOCALSTACK_HOST") from error
    # AWS_ENDPOINT_URL may name anything; the health address is asked of emulators only.
    if not url or (urlsplit(url).hostname or "").endswith("amazonaws.com"):
        return None
    return str(url).rstrip("/") if health(url) else None


def health(url: str) -> str | None:
    """Return "LocalStack VERSION" when a LocalStack with S3 answers at an address."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    try:
        connection = kind(parts.hostname or "", parts.port, timeout=2)
        try:
            connection.request("GET", "/_localstack/health")
            answer = json.loads(connection.getresponse().read(1 << 20))
        finally:
            connection.close()
        usable = answer["services"]["s3"] in {"running", "available"}
        return f"LocalStack {answer['version']}" if usable else None
    except (OSError, ValueError, LookupError, TypeError, http.client.HTTPException):
        return None


def image() -> str | None:
    """Return the image to start: the one asked for, the user's, or ours; None where there is none."""
    from docker.errors import ImageNotFound  # noqa: PLC0415  see docker.engine

    wanted = os.environ.get(IMAGE_VARIABLE)
    with docker.engine() as client:
        if wanted:
            try:
                client.images.get(wanted)
            except ImageNotFound as error:
                raise S3Unavailable(
                    f"{IMAGE_VARIABLE} names {wanted}, which is not here", hint=f"docker pull {wanted}"
                ) from error
            return wanted
        tags: set[str] = {tag for found in client.images.list() for tag in found.tags}
    return choose(tags)


def choose(tags: set[str]) -> str | None:
    """Return the best image of those here: the user's before ours, the newest that needs no account."""
    theirs = sorted(
        (tag for tag in tags if re.fullmatch(r"localstack/localstack:4\.14(\.\d+)?", tag)),
        key=lambda tag: [int(part) for part in tag.partition(":")[2].split(".")],
    )
    # Later releases want an account's token, so other tags are only used when named.
    for tag in (*reversed(theirs), "localstack/localstack:4", TAG):
        if tag in tags:
            return tag
    return None


def _endpoint(name: str, for_host: str, for_server: str, container: str = "") -> S3Endpoint:
    return S3Endpoint(
        kind="localstack",
        name=name,
        url_for_host=for_host,
        url_for_server=for_server,
        region=DEFAULT_REGION,
        # Twelve digits would be an account; anything else is LocalStack's default one.
        access_key="test",
        secret_key="test",  # noqa: S106
        container=container,
    )


def _ready(container: Any, place: Place) -> S3Endpoint:
    deadline = time.monotonic() + _START_TIMEOUT
    pause = threading.Event()
    while True:
        container.reload()
        if container.status not in {"created", "running"}:
            raise StartError(
                f"LocalStack ended while starting: {_last_line(container)}", hint=f"see {_log(place)}"
            )
        ports = container.attrs["NetworkSettings"]["Ports"].get(f"{_PORT}/tcp") or []
        if ports:
            url = http_url("127.0.0.1", int(ports[0]["HostPort"]))
            name = health(url)
            if name:
                break
        if time.monotonic() > deadline:
            raise StartError(
                f"LocalStack did not answer within {_START_TIMEOUT:.0f} s", hint=f"see {_log(place)}"
            )
        pause.wait(0.05)
    # The port is published on the loopback only; another container takes the bridge.
    inside = _bridge_address(container) or _any_address(container)
    for_server = http_url(inside, _PORT) if place.server_host and inside else url
    endpoint = _endpoint(name, url, for_server, container=container.id)
    require_s3(endpoint)
    return endpoint


def _bridge_address(container: Any) -> str | None:
    networks = container.attrs["NetworkSettings"]["Networks"]
    return (networks.get("bridge") or {}).get("IPAddress") or None


def _any_address(container: Any) -> str | None:
    """Return the address on whatever network the engine put our container: podman's is not called bridge."""
    networks = container.attrs["NetworkSettings"]["Networks"].values()
    return next((network["IPAddress"] for network in networks if network.get("IPAddress")), None)


def _container_address(url: str, place: Place) -> str | None:
    """Return the address on the bridge of the container that publishes a loopback port."""
    parts = urlsplit(url)
    if place.server_host is None or not is_loopback(parts.hostname or "") or parts.scheme != "http":
        return None
    try:
        with docker.engine() as client:
            for container in client.containers.list():
                for inside, published in (container.attrs["NetworkSettings"]["Ports"] or {}).items():
                    address = _bridge_address(container)
                    if address and any(int(p["HostPort"]) == parts.port for p in published or []):
                        return http_url(address, int(inside.partition("/")[0]))
    except S3Unavailable:
        return None
    return None


def _log(place: Place) -> str:
    return str(place.run_dir / "localstack.log")


def _keep_log(container: Any, place: Place) -> None:
    """Save what a container said that is about to be removed."""
    if container is not None:
        (place.run_dir / "localstack.log").write_bytes(container.logs())


def _last_line(container: Any) -> str:
    lines = container.logs(tail=5).decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def _is_docker_error(error: BaseException) -> bool:
    from docker.errors import DockerException  # noqa: PLC0415  see docker.engine

    return isinstance(error, DockerException)
