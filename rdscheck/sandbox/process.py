"""Accounts and processes of the local engine: who a server runs as, and how one is ended."""

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from rdscheck.errors import EngineUnavailable, RdscheckError, StartError
from rdscheck.sandbox.owner import Owner, start_time


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
    # What connects from inside the server, a subscription for example, looks for certificates at home.
    home = os.environ | {"HOME": account.pw_dir}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": [], "env": home}


def give(path: Path, account: pwd.struct_passwd | None) -> None:
    """Hand a directory and everything in it to an account."""
    if account is None:
        return
    for one in (path, *path.rglob("*")):
        os.chown(one, account.pw_uid, account.pw_gid, follow_symlinks=False)


def no_room(path: Path, error: OSError) -> RdscheckError:
    """Return what to say when files could not be written below a directory."""
    free = shutil.disk_usage(path).free if path.exists() else 0
    # Copying a tree collects what went wrong with each file; they all say the same.
    told = error.args[0][0][2] if isinstance(error, shutil.Error) else str(error)
    return StartError(
        f"cannot write below {path.parent} ({free >> 20} MiB are free there): {told}",
        hint="free some space, or set RDSCHECK_HOME to a directory with room for a few hundred MiB",
    )


def check_enterable(path: Path, account: pwd.struct_passwd | None) -> None:
    """Raise ``RdscheckError`` when an account cannot enter a directory we made for it."""
    if account is None:
        return
    for one in (path, *path.parents):
        status = one.stat()
        if not (status.st_mode & 0o001 or (status.st_uid == account.pw_uid and status.st_mode & 0o100)):
            raise RdscheckError(
                f"the account {account.pw_name}, which servers run as, cannot enter {one}",
                hint="set RDSCHECK_HOME to a directory everybody may enter",
            )


def spawn(command: Sequence[str], **options: Any) -> "subprocess.Popen[bytes]":
    """Start a process that outlives the code that starts it: in a session of its own, without input.

    Ctrl-C does not reach it; it is ended by ``end_process`` from whoever knows its id.
    """
    process: subprocess.Popen[bytes] = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, start_new_session=True, **options
    )
    # Forgetting a running child makes Python warn about it; these are meant to run on.
    _SPAWNED.append(process)
    return process


_SPAWNED: list["subprocess.Popen[bytes]"] = []


@atexit.register
def _let_go() -> None:
    """Tell Python that it need not mind our children: they are meant to outlive it."""
    for process in _SPAWNED:
        if process.returncode is None:
            process.returncode = 0


def end_process(pid: int, started: str, *signals: signal.Signals, seconds: float = 10) -> None:
    """End one process, and only that one: asked first, then by force.

    ``signals`` are sent one after the other, ``seconds`` apart, before it is killed; by
    default PostgreSQL's immediate shutdown. ``started`` is its start time: a later process
    that got the same id is left alone.
    """
    owner = Owner(pid, started)
    for one in (*(signals or (signal.SIGQUIT,)), signal.SIGKILL):
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


def end_servers_inside(directory: Path) -> None:
    """End every PostgreSQL server that works in a directory or below it, removed or not.

    Nothing else: a user's shell may stand there.
    """
    for one in Path("/proc").glob("[0-9]*"):
        try:
            works_in = (one / "cwd").readlink()
            name = (one / "comm").read_text(encoding="utf-8", errors="replace").strip()
        except OSError:  # gone, or somebody else's
            continue
        if name == "postgres" and works_in.is_relative_to(directory):
            end_process(int(one.name), start_time(int(one.name)))


def _reap(pid: int) -> None:
    """Collect a child that has ended; somebody else's child is none of ours to collect."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
