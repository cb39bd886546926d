"""The control plane as a process of its own, beside a sandbox of ``rdscheck up``."""

import re
import signal
from dataclasses import dataclass

from rdscheck.aws.child import launched
from rdscheck.aws.control.shim import adding
from rdscheck.sandbox.process import end_process
from rdscheck.sandbox.rundir import RunDir

#: The name of its record in a run.
RECORD = "plane"


@dataclass(frozen=True)
class Running:
    """Where it listens, the sandbox's name there, and the directory of an ``aws`` for it, if any."""

    url: str
    identifier: str
    programs: str


def start(run: RunDir, name: str) -> Running:
    """Start the control plane of a run that has its server and its S3, or return the one that runs.

    The server becomes the instance ``name`` in the form RDS has for names. It ends with the run.
    Raises ``StartError``.
    """
    known = run.read(RECORD)
    if known is not None:
        return _of(known)
    log = run.path / "plane.log"
    identifier = _identifier(name)
    arguments = ["--run", str(run.path), "--identifier", identifier]
    with launched("rdscheck.aws.control.server", arguments, "the control plane", log) as told:
        programs = run.path / "bin"
        record = {
            "pid": int(told["pid"]),
            "started": told["started"],
            "url": told["url"],
            "identifier": identifier,
            "programs": str(programs) if adding(told["url"], programs) else "",
        }
        run.write(RECORD, record)
    return _of(record)


def find(run: RunDir) -> Running | None:
    """Return the control plane of a run, None where it has none."""
    known = run.read(RECORD)
    return _of(known) if known else None


def stop(run: RunDir) -> None:
    """End the control plane of a run; what it started belongs to the run and ends with that."""
    known = run.read(RECORD)
    if known is not None:
        end_process(int(known["pid"]), str(known["started"]), signal.SIGKILL)
        run.forget(RECORD)


def _of(record: dict[str, object]) -> Running:
    return Running(str(record["url"]), str(record["identifier"]), str(record["programs"]))


def _identifier(name: str) -> str:
    flat = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    return flat if flat[:1].isalpha() else f"db-{flat}".strip("-")
