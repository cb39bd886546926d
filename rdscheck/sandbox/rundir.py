"""One directory per run: what was started, for whom, and how to end it.

All processes of a run (a command, pytest and its workers) share it. Its owner
removes it; when the owner was killed, the reaper or the next run does.
"""

import getpass
import json
import os
import shutil
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from filelock import FileLock

from rdscheck.errors import RdscheckError
from rdscheck.sandbox.owner import Owner

#: How the records of servers begin: the one all tests of a version share, those of single tests, and
#: those with a parameter group that many tests share.
SHARED, EXTRA, GROUPED = "server-", "extra-", "grouped-"
SERVERS = (SHARED, EXTRA, GROUPED)


def base_dir() -> Path:
    """Return this user's directory for runs and built trees, made on first use.

    It lies under the temporary directory (``RDSCHECK_HOME`` moves it) because an
    unprivileged server user must be able to enter it. A directory of that name
    that belongs to somebody else is refused: it could be a trap.
    """
    chosen = os.environ.get("RDSCHECK_HOME")
    path = Path(chosen) if chosen else Path(tempfile.gettempdir()) / f"rdscheck-{_user()}"
    try:
        path.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise RdscheckError(
            f"cannot make {path}: {error.strerror}", hint="set RDSCHECK_HOME to a directory you may write"
        ) from error
    if path.stat().st_uid != os.getuid():
        raise RdscheckError(
            f"{path} belongs to another user", hint="set RDSCHECK_HOME to a directory of your own"
        )
    return path


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


@dataclass(frozen=True)
class RunDir:
    """The directory of one run."""

    path: Path

    @classmethod
    def create(cls, owner: Owner) -> "RunDir":
        """Make a new run for an owner."""
        path = base_dir() / "runs" / uuid4().hex[:12]
        path.mkdir(mode=0o755, parents=True)
        run = cls(path)
        run.set_owner(owner)
        return run

    @classmethod
    def named(cls, name: str, owner: Owner) -> "RunDir":
        """Return the run of that name, made when it is not there yet."""
        run = cls(base_dir() / "runs" / name)
        run.path.mkdir(mode=0o755, parents=True, exist_ok=True)
        run.set_owner(owner)
        return run

    @classmethod
    def all(cls) -> list["RunDir"]:
        """Return every run of this user, living or not."""
        return [cls(path) for path in sorted((base_dir() / "runs").glob("*")) if path.is_dir()]

    @property
    def id(self) -> str:
        """Return the run's id, also the value of its containers' label."""
        return self.path.name

    def owner(self) -> Owner | None:
        """Return the owner, None while a run is being made or removed."""
        try:
            return Owner.parse((self.path / "owner").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def set_owner(self, owner: Owner) -> None:
        """Hand the run to a process."""
        self._write("owner", str(owner))

    def lock(self, name: str) -> FileLock:
        """Return the lock under which one process starts what all share."""
        return FileLock(self.path / f"{name}.lock")

    def write(self, name: str, value: dict[str, Any]) -> None:
        """Record something that runs; readers never see half of it."""
        self._write(f"{name}.json", json.dumps(value, sort_keys=True))

    def read(self, name: str) -> dict[str, Any] | None:
        """Return what was recorded under a name."""
        try:
            text = (self.path / f"{name}.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        value: dict[str, Any] = json.loads(text)
        return value

    def forget(self, name: str) -> None:
        """Take back a record: what it told of has ended."""
        (self.path / f"{name}.json").unlink(missing_ok=True)

    def recorded(self, prefix: str = "") -> dict[str, dict[str, Any]]:
        """Return everything recorded whose name begins so, by name."""
        found = {}
        for path in sorted(self.path.glob(f"{prefix}*.json")):
            value = self.read(path.stem)
            if value is not None:
                found[path.stem] = value
        return found

    def remove(self) -> None:
        """Delete the directory; what runs in it must have been ended."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _write(self, name: str, text: str) -> None:
        # Passwords of throw-away servers are in here: for the owner's eyes only.
        # Threads of one process may write the same record at once.
        temporary = self.path / f".{name}.{os.getpid()}.{threading.get_ident()}"
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "w", encoding="utf-8") as file:
            file.write(text)
        temporary.replace(self.path / name)
