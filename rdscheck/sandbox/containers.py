"""testcontainers, our way; imported late, because Docker's client costs half a second to load."""

import contextlib
import logging
import os
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

from rdscheck.errors import StartError

#: testcontainers' settings are the whole process's: who starts a container meanwhile has to wait.
_LOCK = threading.Lock()

_LOGGERS = ("testcontainers.core.container", "testcontainers.core.docker_client")

#: Where a container has its data directory: in memory, since nothing in it is worth keeping.
MEMORY = "/var/lib/rdscheck/memory"

#: Where an image has our scripts.
SCRIPTS = "/usr/local/lib/rdscheck"

#: Where the entry point notes which start of the server this is, and whether it runs or has ended.
STATE = "/var/lib/rdscheck/state"

#: A port that the engine chooses.
ANY_PORT = 0


class PortTaken(StartError):
    """Somebody else has the port a container was to be published at."""


class Secrets(NamedTuple):
    """The passwords of a server's two first users."""

    master: str
    admin: str


@contextlib.contextmanager
def our_way() -> Iterator[None]:
    """Start containers without testcontainers' reaper and without its log lines, for the length of a block.

    The reaper is an image of its own, which machines without a registry lack; our
    labels and sweep do its work. A user's own containers keep it: nothing is left changed.
    """
    from testcontainers.core.config import testcontainers_config  # noqa: PLC0415

    with _LOCK:
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


_CLIENTS = threading.local()


def client() -> Any:
    """Return Docker's client for the engine that the environment names: one for each thread.

    Making one asks the engine twice. Raises what docker-py does where no engine answers.
    """
    from testcontainers.core.docker_client import DockerClient  # noqa: PLC0415

    named = tuple(sorted(one for one in os.environ.items() if one[0].startswith("DOCKER_")))
    kept: tuple[object, Any] | None = getattr(_CLIENTS, "kept", None)
    if kept is None or kept[0] != named:
        made = DockerClient().client
        made.ping()
        _CLIENTS.kept = kept = (named, made)
    return kept[1]


def last_lines(text: str) -> str:
    """Return the end of a log as one line."""
    return " | ".join(line.strip() for line in text.strip().splitlines()[-3:]) or "it wrote nothing"
