"""Who owns a container, a directory, a process: and whether that owner still lives.

A process id alone is reused by the kernel; together with the start time it is not.
"""

import os
import select
import socket
import time
from dataclasses import dataclass
from pathlib import Path

#: Between looks at a process where the kernel offers no handle on it.
_LOOK_SECONDS = 0.5

LABEL_OWNER = "rdscheck.owner"
LABEL_HOST = "rdscheck.host"
LABEL_RUN = "rdscheck.run"


def start_time(pid: int) -> str:
    """Return the kernel's start time of a process, empty where there is no /proc or no such process."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # The command's name is in parentheses and may hold spaces: count from behind it.
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in {"Z", "X"} else fields[19]


#: In place of an owner: the run stays until somebody ends it (``rdscheck up``, ``--rds-reuse``).
KEPT = "kept"


@dataclass(frozen=True)
class Owner:
    """A process on this machine, or nobody in particular (``Owner.kept()``)."""

    pid: int
    started: str

    @classmethod
    def me(cls) -> "Owner":
        """Return the running process."""
        return cls(os.getpid(), start_time(os.getpid()))

    @classmethod
    def kept(cls) -> "Owner":
        """Return the owner of what stays until it is ended by hand."""
        return cls(0, KEPT)

    @classmethod
    def parse(cls, text: str) -> "Owner":
        """Read what ``str`` wrote; raises ``ValueError`` for anything else."""
        pid, _, started = text.strip().partition(":")
        return cls(int(pid), started)

    def __str__(self) -> str:
        return f"{self.pid}:{self.started}"

    def alive(self) -> bool:
        """Tell whether that very process still runs; what is kept counts as owned."""
        if self.started == KEPT:
            return True
        if not Path("/proc/self/stat").exists():  # no /proc: the id has to do
            try:
                os.kill(self.pid, 0)
            except ProcessLookupError:
                return False
            except PermissionError:
                return True
            return True
        return start_time(self.pid) == self.started != ""


def wait_until_gone(owner: Owner, seconds: float | None = None) -> None:
    """Return when a process has ended or the time is over; at once when it had ended already.

    The kernel's handle on a process wakes us the moment it ends, whatever ended it, and
    serves processes that are not our children.
    """
    try:
        handle = os.pidfd_open(owner.pid)
    except ProcessLookupError:
        return
    except (AttributeError, OSError):  # not Linux, or a sandbox that forbids the call
        _look_until_gone(owner, seconds)
        return
    try:
        # Asked only now that the handle pins the id: before, it could have been reused.
        if owner.alive():
            poller = select.poll()
            poller.register(handle, select.POLLIN)
            poller.poll(None if seconds is None else seconds * 1000)
    finally:
        os.close(handle)


def _look_until_gone(owner: Owner, seconds: float | None) -> None:
    deadline = None if seconds is None else time.monotonic() + seconds
    while owner.alive() and (deadline is None or time.monotonic() < deadline):
        time.sleep(_LOOK_SECONDS)


def labels(owner: Owner, run_id: str) -> dict[str, str]:
    """Return the labels that every container of a run carries."""
    return {LABEL_OWNER: str(owner), LABEL_HOST: socket.gethostname(), LABEL_RUN: run_id}
