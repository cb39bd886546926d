"""Choosing an engine and ending what any engine started."""

from rdscheck.errors import EngineUnavailable, UsageError
from rdscheck.sandbox.docker import DockerEngine
from rdscheck.sandbox.engine import Engine
from rdscheck.sandbox.info import ServerInfo
from rdscheck.sandbox.local import LocalEngine

CHOICES = ("auto", "docker", "local")


def choose(name: str) -> Engine:
    """Return an engine by its name; ``auto`` takes Docker when an engine answers, else local servers.

    Raises ``EngineUnavailable`` when the one asked for cannot run anything here.
    """
    if name not in CHOICES:
        raise UsageError(f"unknown engine {name!r}", hint=f"known are {', '.join(CHOICES)}")
    local = LocalEngine()
    if name == "local":
        if not local.any():
            raise EngineUnavailable(
                "no PostgreSQL server is installed on this machine", hint="rdscheck run --setup installs one"
            )
        return local
    docker = DockerEngine()
    told = docker.answers()
    if not told:
        return docker
    if name == "docker":
        raise EngineUnavailable(told, hint="start Docker, or use --engine local; rdscheck doctor tells more")
    if local.any():
        return local
    raise EngineUnavailable(
        f"nothing here can run PostgreSQL: {told}, and no server is installed",
        hint="rdscheck run --setup installs what is missing",
    )


def by_name(name: str) -> Engine:
    """Return the engine that started a server."""
    return DockerEngine() if name == "docker" else LocalEngine()


def stop(info: ServerInfo) -> None:
    """End a server, whichever engine started it."""
    by_name(info.engine).stop(info)
