"""``python -m rdscheck.sandbox.reaper RUN_DIR``: wait for the run's owner to go, then clean up.

It runs in a session of its own, so that Ctrl-C and a closed terminal, which end
the owner, leave it the time to do its work.
"""

import os
import select
import sys
import time
from pathlib import Path

from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run

_LOOK_SECONDS = 1.0  # how often a run is looked at that was ended in order or handed to nobody


def wait_for_end(run: RunDir) -> bool:
    """Return True once the owner is gone, False when the run was ended or kept meanwhile."""
    while run.path.exists():
        owner = run.owner()
        if owner is None or owner == Owner.kept():
            return False
        if not owner.alive():
            return True
        _sleep_until_gone(owner.pid, _LOOK_SECONDS)
    return False


def _sleep_until_gone(pid: int, seconds: float) -> None:
    """Sleep, but wake the moment a process ends, where the kernel can tell."""
    try:
        descriptor = os.pidfd_open(pid)
    except (AttributeError, OSError):
        time.sleep(seconds)
        return
    try:
        poller = select.poll()
        poller.register(descriptor, select.POLLIN)
        poller.poll(seconds * 1000)
    finally:
        os.close(descriptor)


def main(path: str) -> None:
    """Wait, then end the run if its owner left it behind."""
    run = RunDir(Path(path))
    if wait_for_end(run):
        end_run(run)


if __name__ == "__main__":
    main(sys.argv[1])
