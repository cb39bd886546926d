r"""A program that is talked to: what is written to it, what it answers, and its end by force.

It runs where ``client.py`` runs programs: in the server's container, or from the local installation. It can
start no other program and has a limit of memory, so a psql that was talked into ``\!`` comes to nothing.
Output and errors come in the order they were written.
"""

import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from rdscheck.errors import StartError
from rdscheck.sandbox.attached import Attached
from rdscheck.sandbox.docker import DockerEngine
from rdscheck.sandbox.info import ServerInfo
from rdscheck.sandbox.process import as_account, server_account

#: KiB of memory, and 512-byte blocks of a file, that a program may have.
MEMORY_KIB = 512 << 10
_BLOCKS = (64 << 20) >> 9

#: Tells the process's number first. dash and busybox call the limit of processes p, others u.
_ALONE = """\
cd "$1" || exit 126
shift
ulimit -c 0; ulimit -f "$BLOCKS"; ulimit -v "$KIB"
ulimit -p 1 2>/dev/null || ulimit -u 1 || exit 126
echo "$$"
[ -z "$PGBIN" ] || PATH="$PGBIN:$PATH"
exec "$@" 2>&1
"""

_PIECE = 1 << 16


class Pipe(Protocol):
    """The two ends of a running program."""

    def write(self, data: bytes) -> None:
        """Write to its input; raises ``OSError`` when it reads no more."""

    def end_of_input(self) -> None:
        """Close its input."""

    def read(self, seconds: float) -> bytes | None:
        """Return what it wrote next, empty at its end, None when there was nothing within the time."""

    def kill(self, pid: int) -> None:
        """End it by force."""

    def status(self) -> int:
        """Return its exit status once it has ended."""

    def close(self) -> None:
        """Let go of it."""


class Talk:
    """One program; ``pid`` counts where it runs. Close it after use."""

    def __init__(
        self, info: ServerInfo, directory: str, command: Sequence[str], environment: Mapping[str, str]
    ) -> None:
        env = {"KIB": str(MEMORY_KIB), "BLOCKS": str(_BLOCKS), **environment}
        whole = ["sh", "-c", _ALONE, "sh", directory, *command]
        self._pipe: Pipe
        if info.engine == "docker":
            self._pipe = _InContainer(info, whole, env)
        else:
            self._pipe = _Here(whole, env)
        self._rest = b""
        self.pid = self._number()

    def _number(self) -> int:
        """Return the process's number, which it tells before anything else."""
        deadline = time.monotonic() + 30
        said = b""
        while b"\n" not in said:
            piece = self._pipe.read(max(0.0, deadline - time.monotonic()))
            if not piece:
                self._pipe.close()
                raise StartError(f"a program did not start: {said.decode(errors='replace').strip()}")
            said += piece
        line, _, self._rest = said.partition(b"\n")
        if not line.strip().isdigit():
            self._pipe.close()
            raise StartError(f"a program did not start: {said.decode(errors='replace').strip()}")
        return int(line)

    def write(self, data: bytes) -> None:
        """Write to its input; raises ``OSError`` when it reads no more."""
        self._pipe.write(data)

    def end_of_input(self) -> None:
        """Close its input."""
        self._pipe.end_of_input()

    def read(self, seconds: float) -> bytes | None:
        """Return what it wrote next, empty at its end, None when there was nothing within the time."""
        if self._rest:
            rest, self._rest = self._rest, b""
            return rest
        return self._pipe.read(max(0.0, seconds))

    def kill(self) -> None:
        """End it by force."""
        self._pipe.kill(self.pid)

    def status(self) -> int:
        """Return its exit status, 128 and the signal's number for a signal, once it has ended."""
        return self._pipe.status()

    def close(self) -> None:
        """End it if it still runs."""
        with suppress(OSError):
            self._pipe.end_of_input()
        self._pipe.close()


class _InContainer(Attached):
    """A process that Docker starts in a server's container."""

    def __init__(self, info: ServerInfo, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._engine, self._info = DockerEngine(), info
        super().__init__(self._engine.handle(info).client.api, info.container, command, environment)

    def kill(self, pid: int) -> None:
        """End it by force."""
        # First: while output waits for a reader, Docker keeps what it hears of the container to itself, the
        # end of the program that kills as well.
        self.close()
        with suppress(StartError):
            self._engine.execute(self._info, ["kill", "-9", str(pid)], {})


class _Here:
    """A process of this machine, of the account that servers run as."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        kept = {
            name: value
            for name, value in os.environ.items()
            if name in {"PATH", "TMPDIR"} or name.startswith("LD_")
        }
        account = server_account()
        options: dict[str, Any] = as_account(account)
        options["env"] = kept | {"HOME": "/nonexistent"} | dict(environment)
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd="/",
            **options,
        )

    def write(self, data: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def end_of_input(self) -> None:
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()

    def read(self, seconds: float) -> bytes | None:
        assert self._process.stdout is not None
        number = self._process.stdout.fileno()
        ready, _, _ = select.select([number], [], [], seconds)
        return os.read(number, _PIECE) if ready else None

    def kill(self, pid: int) -> None:  # noqa: ARG002  the shell has become the program
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def status(self) -> int:
        status = self._process.wait(10)
        return status if status >= 0 else 128 - status

    def close(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


def give_directory(path: Path) -> None:
    """Let the account that servers run as use a directory and what is in it."""
    account = server_account()
    if account is not None:
        for one in (path, *path.rglob("*")):
            shutil.chown(one, account.pw_uid, account.pw_gid)


__all__ = ["MEMORY_KIB", "Talk", "give_directory"]
