"""Accounts and processes of the local engine: who a server runs as, and how one is ended."""

import os
import pwd
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from rdscheck.errors import EngineUnavailable
from rdscheck.sandbox.owner import Owner


def server_account() -> pwd.struct_passwd | None:
    """Return the unprivileged account servers run as, None when we are unprivileged ourselves.

    PostgreSQL refuses to run as root.
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise EngineUnavailable(
        "PostgreSQL does not run as root and there is no account postgres or nobody",
        hint="run rdscheck as an ordinary user",
    )


def as_account(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """Return the arguments that make ``subprocess`` switch to an account."""
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def give(path: Path, account: pwd.struct_passwd | None) -> None:
    """Hand a directory and everything in it to an account."""
    if account is None:
        return
    for one in (path, *path.rglob("*")):
        os.chown(one, account.pw_uid, account.pw_gid, follow_symlinks=False)


def end_process(
    pid: int, started: str, *, signum: signal.Signals = signal.SIGQUIT, seconds: float = 10
) -> None:
    """End one process, and only that one: asked first, then by force.

    The default signal is PostgreSQL's immediate shutdown.

    ``started`` is its start time: a later process that got the same id is left alone.
    """
    owner = Owner(pid, started)
    for one in (signum, signal.SIGKILL):
        if not owner.alive():
            return
        try:
            os.kill(pid, one)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + seconds
        while owner.alive() and time.monotonic() < deadline:
            _reap(pid)
            time.sleep(0.01)


def _reap(pid: int) -> None:
    """Collect a child that has ended; somebody else's child is none of ours to collect."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
