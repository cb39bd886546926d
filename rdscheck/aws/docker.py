"""The little this package needs of Docker, through testcontainers so that both mean the same engine."""

import contextlib
from collections.abc import Iterator
from typing import Any

from rdscheck.errors import S3Unavailable


@contextlib.contextmanager
def engine() -> Iterator[Any]:
    """Give a Docker client for the length of a block, or raise ``S3Unavailable`` where none answers."""
    from docker.errors import DockerException  # noqa: PLC0415  half a second nobody else should pay
    from testcontainers.core.docker_client import DockerClient  # noqa: PLC0415

    try:
        client = DockerClient().client
        client.ping()
    except DockerException as error:
        raise S3Unavailable("no Docker engine answers", hint="start Docker, or use --s3 moto") from error
    try:
        yield client
    finally:
        client.close()
