"""Containers that tests are done with, kept for the next server of the same image and run.

A new data directory in an old container costs half of what a new container does. Nothing of the server
before stays: its data directory and tablespaces are removed, its passwords and parameter group replaced,
and its lines of the log are not shown.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from rdscheck.errors import StartError
from rdscheck.model import Version
from rdscheck.sandbox import inside
from rdscheck.sandbox.containers import SCRIPTS, STATE, Secrets, last_lines
from rdscheck.sandbox.info import ServerInfo
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.rundir import RunDir

if TYPE_CHECKING:
    from rdscheck.sandbox.docker import DockerEngine

_IDLE = "idle-"

#: How long an old container may take; a new one is quicker than that.
_SECONDS = "30"


def keep(engine: "DockerEngine", info: ServerInfo, run: RunDir) -> bool:
    """Put a server's container by; False when it is none of a living run, or the server does not answer."""
    owner = run.owner()
    if owner is None or owner == Owner.kept() or not inside.ask_to_rest(info):
        return False
    image = str(engine.container(info).attrs["Config"]["Image"])
    run.write(f"{_IDLE}{info.container[:12]}", {"image": image, "info": info.to_json()})
    return True


def take(run: RunDir, image: str) -> ServerInfo | None:
    """Return the server of a container of that image which nobody else will take."""
    with run.lock("idle"):
        for name, record in run.recorded(_IDLE).items():
            if record["image"] == image:
                run.forget(name)
                return ServerInfo.from_json(record["info"])
    return None


def renew(
    engine: "DockerEngine",
    version: Version,
    old: ServerInfo,
    secrets: Secrets,
    given: dict[str, str],
) -> ServerInfo:
    """Start a new server in the container of an old one; ``given`` is what a new one gets as its environment.

    Raises ``StartError``.
    """
    code, begun, told = engine.run(old, ["timeout", _SECONDS, "sh", f"{SCRIPTS}/renew.sh"], given)
    if code != 0:
        raise StartError(f"the container could not be used again: {told.decode(errors='replace').strip()}")
    since = float(begun)

    def alive() -> str | None:
        _, state, _ = engine.run(old, ["cat", STATE], {})
        return last_lines(engine.log(replace(old, log_since=since))) if b"ended" in state else None

    info = engine.await_server(version, engine.handle(old), secrets, alive)
    return replace(info, log_since=since)
