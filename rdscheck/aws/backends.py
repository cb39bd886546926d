"""Choosing, starting and ending an S3 backend."""

from pathlib import Path
from typing import Protocol

from rdscheck.aws import localstack
from rdscheck.aws.endpoint import Found, Place, S3Endpoint
from rdscheck.aws.localstack import LocalStack
from rdscheck.aws.moto import Moto
from rdscheck.aws.url import Url
from rdscheck.errors import InvalidS3Address, S3Unavailable
from rdscheck.sandbox.engine import Engine
from rdscheck.sandbox.rundir import RunDir

#: What ``--s3`` takes besides an address.
CHOICES = ("auto", "moto", "localstack")


class Backend(Protocol):
    """Something that gives us an S3 endpoint."""

    def found(self) -> Found:
        """Tell whether it could be used here, without starting anything."""

    def start(self, place: Place) -> S3Endpoint:
        """Return an endpoint that has answered."""

    def stop(self, endpoint: S3Endpoint) -> None:
        """End what ``start`` began; ended already is fine."""


def start(choice: str, place: Place) -> S3Endpoint:
    """Start the backend of that choice and return once it answers."""
    if choice != "auto":
        return backend(choice).start(place)
    return _automatic(place)


def start_for(engine: Engine | None, run: RunDir, choice: str) -> S3Endpoint:
    """Start a backend for a run where the servers of an engine reach it."""
    return start(choice, Place.for_run(run, engine))


def stop(endpoint: S3Endpoint) -> None:
    """End a backend from any process; ended already, or not ours, is fine."""
    backend(endpoint.url_for_host if endpoint.kind == "url" else endpoint.kind).stop(endpoint)


def backend(choice: str) -> Backend:
    """Return the backend of a name or address."""
    if choice == "moto":
        return Moto()
    if choice == "localstack":
        return LocalStack()
    if "://" not in choice:
        raise InvalidS3Address(
            f"there is no S3 backend {choice!r}", hint=f"use {', '.join(CHOICES)}, or an address"
        )
    return Url(choice)


def check(choice: str) -> None:
    """Raise ``S3Unavailable`` with the next step when a backend asked for by name cannot be used here."""
    chosen = backend(choice)
    if isinstance(chosen, Url):
        chosen.start(Place(run_dir=Path()))  # nothing is started for an address: it is only asked
        return
    state = chosen.found()
    if not state.usable:
        raise S3Unavailable(f"{state.name or choice}: {state.reason}", hint="rdscheck doctor tells more")


def found() -> tuple[Found, ...]:
    """Return every backend with its state here, for ``rdscheck doctor``."""
    return LocalStack().found(), Moto().found()


def _automatic(place: Place) -> S3Endpoint:
    """Take the user's running LocalStack, else an image of it, else moto."""
    ours = LocalStack()
    url = localstack.running()
    if url:
        try:
            return ours.adopt(url, place)
        except S3Unavailable:
            pass  # a server in a container cannot reach it; asked for by name it is an error
    if place.server_host is not None:
        tag = localstack.image()
        if tag is not None:
            return ours.launch(tag, place)
    return Moto().start(place)
