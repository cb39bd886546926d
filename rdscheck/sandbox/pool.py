"""One server per version for all processes of a run.

Whoever needs a version first starts it under a lock; the others find it in the
run directory. The run's owner ends everything, its reaper does when the owner
was killed, and the next run sweeps what both missed.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from secrets import token_hex
from typing import TypeVar

import psycopg

from rdscheck.errors import StartError
from rdscheck.model import Version
from rdscheck.sandbox import sweep
from rdscheck.sandbox.engine import Engine
from rdscheck.sandbox.engines import stop
from rdscheck.sandbox.info import ServerInfo
from rdscheck.sandbox.instance import Instance
from rdscheck.sandbox.owner import Owner, start_time
from rdscheck.sandbox.process import spawn
from rdscheck.sandbox.rundir import EXTRA, GROUPED, SHARED, RunDir
from rdscheck.sandbox.server import Server
from rdscheck.sandbox.snapshots import Copy

_REAPER = "reaper"

_Kind = TypeVar("_Kind", bound=Instance)


class Pool:
    """The servers of one run, seen from one of its processes."""

    def __init__(self, run: RunDir, engine: Engine) -> None:
        self.run = run
        self.engine = engine

    def server(self, version: Version, parameters: Mapping[str, str] | None = None) -> Server:
        """Return the run's server of a version, starting it when nobody has yet.

        ``parameters`` are values of its parameter group, for a server that is not running yet:
        raises ``SharedServer`` when it is.
        """
        guard(self.run)
        name = f"{SHARED}{version}"
        with self.run.lock(name):
            server = self._recorded(name)
            if server is None:
                return Server(self._start(version, name, parameters))
            if parameters:
                server.modify(parameters)
            return server

    def dedicated(
        self, kind: type[_Kind], version: Version, parameters: Mapping[str, str] | None = None
    ) -> _Kind:
        """Start a server for one user alone, with values of its own parameter group.

        ``kind`` is ``Instance`` or a class made from it. The server ends with ``end``, or with the
        run. Raises what ``Instance.start`` raises.
        """
        guard(self.run)
        return kind.start(self.engine, self.run, f"{EXTRA}{token_hex(4)}", version, parameters)

    def restored(self, kind: type[_Kind], copy: Copy) -> _Kind:
        """Start a server for one user alone on a copy of another one's data; see ``dedicated``."""
        guard(self.run)
        return kind.restore(copy, self.engine, self.run, f"{EXTRA}{token_hex(4)}")

    def grouped(self, version: Version, parameters: Mapping[str, str]) -> Server:
        """Return the run's server of a version with these values in its group, starting it when needed.

        All who ask for the same values share it, so nobody can change them. Raises what
        ``Instance.start`` raises.
        """
        guard(self.run)
        values = json.dumps(dict(sorted(parameters.items())))
        name = f"{GROUPED}{version}-{hashlib.sha256(values.encode()).hexdigest()[:12]}"
        with self.run.lock(name):
            return self._recorded(name) or Server(
                Instance.start(self.engine, self.run, name, version, parameters).info
            )

    def _recorded(self, name: str) -> Server | None:
        """Return the server the run knows under a name; one that does not answer is ended and forgotten."""
        known = self.run.read(name)
        if known is None:
            return None
        server = Server(ServerInfo.from_json(known))
        with suppress(psycopg.OperationalError), server.admin():
            return server
        stop(server.info)
        self.run.forget(name)
        return None

    def _start(self, version: Version, record: str, parameters: Mapping[str, str] | None) -> ServerInfo:
        """Start a server; what failed once in a run is not tried again by each of its tests."""
        name = f"failed-{version}"
        failed = self.run.read(name)
        if failed is not None:
            raise StartError(failed["message"], hint=failed["hint"])
        try:
            if parameters or version.minor:
                return Instance.start(self.engine, self.run, record, version, parameters).info
            # What was baked is the default group of the newest minor: nothing is left to do.
            info = self.engine.start(version, self.run)
        except StartError as error:
            # On a full disk not even this can be noted.
            if self.run.owner() != Owner.kept():
                with suppress(OSError):
                    self.run.write(name, {"message": error.message, "hint": error.hint})
            raise
        self.run.write(record, info.to_json())
        return info

    def servers(self) -> list[Server]:
        """Return the servers started so far."""
        return servers_of(self.run)


def servers_of(run: RunDir) -> list[Server]:
    """Return the servers a run has started."""
    return [
        Server(ServerInfo.from_json(value))
        for name, value in run.recorded().items()
        if name.startswith(SHARED)
    ]


def guard(run: RunDir) -> None:
    """Make sure that a run is ended even if its owner is killed, and sweep what earlier ones left.

    Called before anything is started, so a run that starts nothing costs nothing.
    """
    with run.lock(_REAPER):
        if run.read(_REAPER) is not None:
            return
        sweep.sweep()
        if run.owner() == Owner.kept():
            return
        process = spawn(
            [sys.executable, "-m", "rdscheck.sandbox.reaper", str(run.path)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        run.write(_REAPER, {"reaper": process.pid, "started": start_time(process.pid)})
