"""Client programs of a server's own version: psql, pg_dump, pg_restore, pg_repack and their like.

They run where the server's own programs are: in its container, or from the installation a local
server came from. Each run has a time limit and a limit for what it writes, because a program under
test may hang or fill the disk.
"""

import io
import os
import re
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple, Protocol, Self, TypedDict, Unpack

from rdscheck.errors import EngineUnavailable, StartError
from rdscheck.sandbox.docker import DockerEngine
from rdscheck.sandbox.info import ServerInfo
from rdscheck.sandbox.local import installations
from rdscheck.sandbox.talking import give_directory

#: What a run may take unless it is told otherwise.
SECONDS = 60.0
BYTES = 16 << 20

#: Runs a command in a directory, its output in files no longer than a number of 512-byte blocks.
_WRAPPER = 'cd "$1" || exit 126; ulimit -f "$2"; ulimit -c 0; shift 2; exec "$@" <.in >.out 2>.err'

#: The same in a container, from the directory's making to the handing out of what the command wrote: each
#: process that Docker starts there costs a tenth of a second.
_AT_ONCE = """\
PATH="$PGBIN:$PATH"; directory=$1; wrapper=$2; seconds=$3; grace=$4; shift 4
mkdir -p "$directory" && cd "$directory" || exit 126
[ -e .in ] || : >.in
# A shell tells of signals that ended its commands, which is no output of the command.
{ timeout "--kill-after=$grace" "$seconds" sh -c "$wrapper" sh "$directory" "$@"; } 2>/dev/null
status=$?
rm -f .in
cat .out
cat .err >&2
exit "$status"
"""

#: What ``timeout`` says when the time was over, and the grace it gives a program that is asked to end.
_OVER = {124, 137}
_GRACE = 2

_NAME = re.compile(r"\A[A-Za-z0-9][A-Za-z0-9._-]*\Z")


@dataclass(frozen=True)
class Done:
    """How a program ended: ``status`` as a shell has it, 128 and the signal's number for a signal."""

    status: int
    output: str
    errors: str
    ended: str = ""  # what ended it, for example "time limit of 60 s"; empty when it ended by itself


class Options(TypedDict, total=False):
    """What a run may be told.

    ``stdin`` is its input, nothing by default; ``seconds`` how long it may take; ``limit`` how many bytes
    each file it writes may have, its output and its errors among them; ``env`` adds to its environment.
    """

    stdin: bytes
    seconds: float
    limit: int
    env: Mapping[str, str]


class Limits(NamedTuple):
    """What a command may take: seconds, and 512-byte blocks of a file."""

    seconds: float
    blocks: int


class Ran(NamedTuple):
    """What came of a command: its status, whether the time limit ended it, and what it wrote."""

    status: int
    over: bool
    output: bytes
    errors: bytes


class Raw(NamedTuple):
    """How a program ended, as ``Done`` has it, with bytes."""

    status: int
    output: bytes
    errors: bytes
    ended: str


class Place(Protocol):
    """Where programs run: a directory of their own, the programs first in PATH."""

    directory: str
    host: str
    port: int

    def run(
        self, command: Sequence[str], environment: Mapping[str, str], limits: Limits, stdin: bytes
    ) -> Ran:
        """Run a command through the wrapper."""

    def put(self, name: str, content: bytes) -> None:
        """Write a file of the directory."""

    def get(self, name: str) -> bytes:
        """Return a file of the directory; raises ``FileNotFoundError``."""

    def put_all(self, archive: bytes) -> None:
        """Unpack a tar archive of files into the directory."""

    def get_all(self) -> bytes:
        """Return the directory as a tar archive; its members' names begin with the directory's own name."""

    def close(self) -> None:
        """Remove the directory."""


class Client:
    """Client programs that log in to one database as one role.

    ``run`` takes a program and its arguments, ``shell`` a line for ``sh``, as documents print them.
    Files named without a directory are in a directory of the client's own. Close it after use.
    """

    def __init__(self, info: ServerInfo, dbname: str, user: str, password: str) -> None:
        self._place = _place(info)
        self._login = {
            "PGHOST": self._place.host,
            "PGPORT": str(self._place.port),
            "PGDATABASE": dbname,
            "PGUSER": user,
            "PGPASSWORD": password,
            "PGCONNECT_TIMEOUT": "10",
            "PGPASSFILE": "/dev/null",
            "PSQLRC": "/dev/null",
            "LC_ALL": "C",
        }

    def __enter__(self) -> Self:
        """Enter a ``with`` statement."""
        return self

    def __exit__(self, *_exc: object) -> None:
        """Close the client."""
        self.close()

    @property
    def directory(self) -> str:
        """Return the directory the programs run in."""
        return self._place.directory

    @property
    def host(self) -> str:
        """Return the address the programs reach the server by."""
        return self._place.host

    @property
    def port(self) -> int:
        """Return the port the programs reach the server by."""
        return self._place.port

    def run(self, program: str, *arguments: str, **options: Unpack[Options]) -> Done:
        """Run a program and return how it ended, whatever its exit status; see ``Options``.

        PGHOST, PGPORT, PGDATABASE, PGUSER and PGPASSWORD are set in its environment. Raises
        ``StartError`` when the server's container is gone.
        """
        ran = self.raw(program, *arguments, **options)
        return Done(
            ran.status, ran.output.decode(errors="replace"), ran.errors.decode(errors="replace"), ran.ended
        )

    def raw(self, program: str, *arguments: str, **options: Unpack[Options]) -> Raw:
        """Run a program as ``run`` does; what it wrote is left as bytes."""
        seconds, limit = options.get("seconds", SECONDS), options.get("limit", BYTES)
        environment = self._login | dict(options.get("env", {}))
        limits = Limits(seconds, max(1, limit >> 9))
        ran = self._place.run([program, *arguments], environment, limits, options.get("stdin", b""))
        return Raw(ran.status, ran.output, ran.errors, _ended(ran.status, ran.over, seconds, limit))

    def shell(self, line: str, **options: Unpack[Options]) -> Done:
        """Run a line of a shell, pipes and redirections included; otherwise as ``run``."""
        return self.run("sh", "-c", line, **options)

    def put(self, name: str, content: bytes) -> None:
        """Write a file into the client's directory."""
        self._place.put(_checked(name), content)

    def get(self, name: str) -> bytes:
        """Return a file of the client's directory; raises ``FileNotFoundError``."""
        return self._place.get(_checked(name))

    def put_all(self, archive: bytes) -> None:
        """Unpack a tar archive of files and directories into the client's directory."""
        self._place.put_all(archive)

    def get_all(self) -> bytes:
        """Return the client's directory as a tar archive: members are below a directory of its name."""
        return self._place.get_all()

    def why_not(self, program: str) -> str:
        """Return why a program cannot be run, empty when it can."""
        found = self.run("sh", "-c", 'command -v "$1"', "sh", program)
        return "" if found.status == 0 else f"the program {program} is not installed beside this server"

    def close(self) -> None:
        """Remove the client's directory and what the programs left there."""
        self._place.close()


def _checked(name: str) -> str:
    if not _NAME.match(name):
        raise ValueError(f"{name!r} is no plain file name")
    return name


def _ended(status: int, over: bool, seconds: float, limit: int) -> str:
    if over:
        return f"time limit of {seconds:g} s"
    if status == 128 + signal.SIGXFSZ:
        return f"output limit of {limit} bytes"
    # 255 is what a program says that ends with exit(-1).
    return f"signal {status - 128}" if 128 < status <= 128 + signal.SIGRTMAX else ""


def _place(info: ServerInfo) -> Place:
    """Return where the programs of a server's version run; raises ``EngineUnavailable`` without any."""
    if info.engine == "docker":
        return _Container(info)
    major = int(info.server_version.split(".")[0])
    fitting = sorted(one for one in installations() if one >= major)
    if not fitting:
        raise EngineUnavailable(
            f"no client programs of PostgreSQL {major} or later are installed on this machine",
            hint=f"apt-get install postgresql-client-{major}",
        )
    return _Local(info, installations()[fitting[0]].bin_dir)


class _Local:
    """Programs of an installation, as processes of this one's user."""

    def __init__(self, info: ServerInfo, bin_dir: Path) -> None:
        self.host, self.port = info.host, info.port
        self.directory = tempfile.mkdtemp(prefix="rdscheck-client-")
        self._bin_dir = bin_dir

    def run(
        self, command: Sequence[str], environment: Mapping[str, str], limits: Limits, stdin: bytes
    ) -> Ran:
        """Run a command in a session of its own, so that all of it can be ended."""
        self.put(".in", stdin)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        path = f"{self._bin_dir}{os.pathsep}{kept.get('PATH', os.defpath)}"
        wrapped = ["sh", "-c", _WRAPPER, "sh", self.directory, str(limits.blocks), *command]
        process = subprocess.Popen(
            wrapped, env=kept | {"PATH": path} | dict(environment), start_new_session=True
        )
        over = False
        try:
            process.wait(limits.seconds)
        except subprocess.TimeoutExpired:
            over = True
            self._signal(process, signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE)
        finally:
            # What is left in its session has no business to go on.
            self._signal(process, signal.SIGKILL)
            process.wait()
        status = process.returncode
        return Ran(status if status >= 0 else 128 - status, over, self.get(".out"), self.get(".err"))

    @staticmethod
    def _signal(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)

    def put(self, name: str, content: bytes) -> None:
        """Write a file of the directory."""
        (Path(self.directory) / name).write_bytes(content)

    def get(self, name: str) -> bytes:
        """Return a file of the directory."""
        return (Path(self.directory) / name).read_bytes()

    def put_all(self, archive: bytes) -> None:
        """Unpack an archive into the directory."""
        with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
            packed.extractall(self.directory, filter="data")
        give_directory(Path(self.directory))

    def get_all(self) -> bytes:
        """Return the directory as an archive."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            archive.add(self.directory, Path(self.directory).name)
        return packed.getvalue()

    def close(self) -> None:
        """Remove the directory."""
        shutil.rmtree(self.directory, ignore_errors=True)


class _Container:
    """Programs of the image, in the server's own container."""

    host, port = "127.0.0.1", 5432

    def __init__(self, info: ServerInfo) -> None:
        self._engine, self._info = DockerEngine(), info
        # The server's user may remove what lies here, whoever made it.
        self.directory = f"/var/lib/rdscheck/client-{token_hex(4)}"
        self._made = False

    def run(
        self, command: Sequence[str], environment: Mapping[str, str], limits: Limits, stdin: bytes
    ) -> Ran:
        """Run a command under ``timeout``, which ends all of it inside the container."""
        if stdin:
            self.put(".in", stdin)
        given = [self.directory, _WRAPPER, f"{limits.seconds:.3f}", str(_GRACE), str(limits.blocks)]
        begun = time.monotonic()
        self._made = True
        status, output, errors = self._engine.run(
            self._info, ["sh", "-c", _AT_ONCE, "sh", *given, *command], dict(environment)
        )
        over = status in _OVER and time.monotonic() - begun >= limits.seconds
        return Ran(status, over, output, errors)

    def put(self, name: str, content: bytes) -> None:
        """Write a file of the directory."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            top = tarfile.TarInfo(Path(self.directory).name)
            top.type, top.mode = tarfile.DIRTYPE, 0o777
            archive.addfile(top)
            member = tarfile.TarInfo(f"{top.name}/{name}")
            member.size, member.mode = len(content), 0o666
            archive.addfile(member, io.BytesIO(content))
        self._made = True
        self._engine.handle(self._info).put_archive(str(Path(self.directory).parent), packed.getvalue())

    def get(self, name: str) -> bytes:
        """Return a file of the directory."""
        status, content = self._engine.execute(self._info, ["cat", "--", f"{self.directory}/{name}"], {})
        if status != 0:
            raise FileNotFoundError(f"{self.directory}/{name}")
        return content

    def put_all(self, archive: bytes) -> None:
        """Unpack an archive into the directory."""
        self._make()
        self._engine.handle(self._info).put_archive(self.directory, archive)

    def get_all(self) -> bytes:
        """Return the directory as an archive."""
        self._make()
        pieces, _ = self._engine.handle(self._info).get_archive(self.directory)
        return b"".join(pieces)

    def _make(self) -> None:
        if not self._made:
            self._made = True
            self._engine.execute(self._info, ["mkdir", "-p", "--", self.directory], {})

    def close(self) -> None:
        """Remove the directory; with a container that is gone it went itself."""
        if self._made:
            with suppress(StartError):
                self._engine.execute(self._info, ["rm", "-rf", "--", self.directory], {})
