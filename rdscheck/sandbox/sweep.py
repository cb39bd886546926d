"""Ending runs: in order, after their owner was killed, and what nobody remembers."""

import signal
import socket
import time
from pathlib import Path

from rdscheck.errors import RdscheckError
from rdscheck.sandbox import images
from rdscheck.sandbox.info import ServerInfo
from rdscheck.sandbox.local import LocalEngine
from rdscheck.sandbox.owner import LABEL_HOST, LABEL_OWNER, LABEL_RUN, Owner
from rdscheck.sandbox.process import end_process, end_servers_inside
from rdscheck.sandbox.rundir import SERVERS, RunDir


def end_run(run: RunDir) -> None:
    """End every server, container and process of a run and remove its directory.

    Safe to call again, and by several processes: each step ends only what is still there.
    """
    for name, value in run.recorded().items():
        if name.startswith(SERVERS):
            info = ServerInfo.from_json(value)
            if info.engine == "local":
                LocalEngine().stop(info)
        elif value.get("pid"):
            end_process(int(value["pid"]), str(value.get("started", "")), signal.SIGTERM)
    _remove_containers(f"{LABEL_RUN}={run.id}")
    # What was started but never recorded, for example in the middle of a reboot.
    end_servers_inside(run.path)
    run.remove()  # which also tells the reaper that there is nothing left to do


def sweep() -> None:
    """End every run of this user whose owner is gone, and containers without a run."""
    living = set()
    for run in RunDir.all():
        owner = run.owner()
        if owner is not None and owner.alive():
            living.add(run.id)
        elif owner is not None or not _young(run.path):  # else it is being made this very moment
            end_run(run)
    for container, owner_text, run_id in _containers():
        try:
            gone = not Owner.parse(owner_text).alive()
        except ValueError:
            continue
        # A run that was handed on has containers that still name who made it.
        if gone and run_id not in living:
            images.docker("rm", "--force", "--volumes", container)


def _young(path: Path, seconds: float = 60) -> bool:
    try:
        return time.time() - path.stat().st_mtime < seconds
    except FileNotFoundError:
        return True


def _containers() -> list[tuple[str, str, str]]:
    """Return id, owner and run of our containers started from this machine; none without an engine."""
    done = _try_docker(
        "ps",
        "--all",
        "--filter",
        f"label={LABEL_HOST}={socket.gethostname()}",
        "--format",
        "\t".join(("{{.ID}}", *(f'{{{{.Label "{label}"}}}}' for label in (LABEL_OWNER, LABEL_RUN)))),
    )
    rows = (line.split("\t") for line in done.splitlines())
    return [(row[0], row[1], row[2]) for row in rows if len(row) == 3]


def _remove_containers(label: str) -> None:
    found = _try_docker("ps", "--all", "--quiet", "--filter", f"label={label}").split()
    if found:
        images.docker("rm", "--force", "--volumes", *found)


def _try_docker(*arguments: str) -> str:
    """Ask Docker; where there is no client or engine there are no containers of ours."""
    try:
        return images.docker(*arguments).stdout
    except RdscheckError:
        return ""
