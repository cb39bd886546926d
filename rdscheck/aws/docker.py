"""The little this package needs of Docker, through testcontainers so that both mean the same engine."""

import contextlib
import logging
from collections.abc import Iterator
from typing import Any

from rdscheck.errors import S3Unavailable

_LOGGERS = ("testcontainers.core.container", "testcontainers.core.docker_client")


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


@contextlib.contextmanager
def our_way() -> Iterator[None]:
    """Start containers without testcontainers' reaper and without its log lines, for the length of a block.

    The reaper is an image of its own, which machines without a registry lack; our
    labels and sweep do its work. A user's own containers keep it: nothing is left changed.
    """
    from testcontainers.core.config import testcontainers_config  # noqa: PLC0415

    loggers = [logging.getLogger(name) for name in _LOGGERS]
    levels = [logger.level for logger in loggers]
    disabled = testcontainers_config.ryuk_disabled
    testcontainers_config.ryuk_disabled = True
    for logger in loggers:
        logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        testcontainers_config.ryuk_disabled = disabled
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
