"""A major upgrade in containers.

The old server is stopped and its data directory copied into a container that has both majors; there
pg_upgrade works on the copy. Only when that went well the old container ends, and one of the new major
takes over its address.
"""

import subprocess
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from rdscheck.errors import StartError
from rdscheck.model import Version
from rdscheck.sandbox import images, upgrade_image
from rdscheck.sandbox.containers import ANY_PORT, MEMORY, SCRIPTS, PortTaken, Secrets
from rdscheck.sandbox.engine import quiet
from rdscheck.sandbox.held import held
from rdscheck.sandbox.info import ServerInfo
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import major_of
from rdscheck.sandbox.upgrading import Moved, UpgradeFailed

if TYPE_CHECKING:
    from rdscheck.sandbox.docker import DockerEngine


def upgrade(
    engine: "DockerEngine",
    info: ServerInfo,
    version: Version,
    group: str,
    run: RunDir,
    *,
    moved: Callable[[Moved], None],
) -> None:
    """Upgrade a server; raises ``UpgradeFailed`` or ``StartError``, then the old one runs as before."""
    image = upgrade_image.build(major_of(info), version.major, quiet)
    worker = engine.launch(image, run, {}, port=None)
    try:
        try:
            log = _convert(engine, info, worker, group)
        except BaseException:
            # As RDS goes back: the data directory of the old server was only read.
            engine.restart(info)
            raise
        # In between there is neither the old server nor the new one.
        with held():
            moved(Moved(_succeed(engine, info, version, worker, run), log))
    finally:
        worker.remove(force=True, v=True)


def _convert(engine: "DockerEngine", info: ServerInfo, worker: Any, group: str) -> str:
    """Bring the old data directory into the worker and run pg_upgrade on it; returns what that wrote."""
    code, told = engine.execute(info, ["sh", f"{SCRIPTS}/rest.sh"], {})
    if code != 0:
        said = told.decode(errors="replace").strip() or "it is busy"
        raise StartError(f"the server did not stop for its upgrade: {said}")
    _copy(info.container, "data", worker.id, "old")
    code, output = worker.exec_run(
        ["sh", f"{SCRIPTS}/upgrade.sh", MEMORY], environment={"GROUP": group}, user="postgres"
    )
    said = output.decode(errors="replace")
    if code != 0:
        raise UpgradeFailed.by(said)
    _code, log = worker.exec_run(["cat", f"{MEMORY}/logs/pg_upgrade.log"], user="postgres")
    return str(log.decode(errors="replace"))


def _succeed(
    engine: "DockerEngine", info: ServerInfo, version: Version, worker: Any, run: RunDir
) -> ServerInfo:
    """End the old container and start one of the new major at its address, with the worker's data."""
    engine.stop(info)
    image = images.tag(version.major)
    waiting = {"RDSCHECK_AWAIT_DATA": "1"}
    try:
        container = engine.launch(image, run, waiting, port=info.port)
    except PortTaken:
        container = engine.launch(image, run, waiting, port=ANY_PORT)
    try:
        _copy(worker.id, "data", container.id, "data")
        secrets = Secrets(info.master_password, info.admin_password)
        return engine.await_server(version, container, secrets)
    except BaseException:
        container.remove(force=True, v=True)
        raise


def _copy(source: str, from_: str, target: str, to: str) -> None:
    """Copy a directory of one container's memory into another's, where it appears as a whole."""
    read = ["docker", "exec", source, "tar", "-C", f"{MEMORY}/{from_}", "-cf", "-", "."]
    script = f"mkdir -m 700 {to}.part && tar -C {to}.part -xf - && mv {to}.part {to}"
    write = ["docker", "exec", "-i", "-w", MEMORY, target, "sh", "-ec", script]
    # In sessions of their own: a terminal's Ctrl-C is for this process to decide about.
    with subprocess.Popen(
        read, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as reading:
        done = subprocess.run(
            write, stdin=reading.stdout, capture_output=True, check=False, start_new_session=True
        )
        assert reading.stdout is not None
        assert reading.stderr is not None
        reading.stdout.close()
        told = reading.stderr.read() + done.stderr
    if reading.returncode or done.returncode:
        raise StartError(f"the data directory could not be copied: {told.decode(errors='replace').strip()}")
