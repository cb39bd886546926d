"""``python -m rdscheck.sandbox.reaper RUN_DIR``: wait for the run's owner to go, then clean up.

It runs in a session of its own, so that Ctrl-C and a closed terminal, which end
the owner, leave it the time to do its work.
"""

import sys
from pathlib import Path

from rdscheck.sandbox.owner import Owner, wait_until_gone
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
            # Between the two looks the run may have been handed to somebody else.
            if run.owner() == owner:
                return True
            continue
        wait_until_gone(owner, _LOOK_SECONDS)
    return False


def main(path: str) -> None:
    """Wait, then end the run if its owner left it behind."""
    run = RunDir(Path(path))
    if wait_for_end(run):
        end_run(run)


if __name__ == "__main__":
    main(sys.argv[1])
