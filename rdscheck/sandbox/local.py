"""Engine ``local``: servers already installed on this machine, run as an unprivileged user.

The installation is never touched: a shadow tree of links beside a copy of the
server binary makes PostgreSQL look for its extensions in our directory first.
"""

import os
import pwd
import re
import shlex
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from secrets import token_hex

from psycopg import sql

from rdscheck.errors import EngineUnavailable, StartError
from rdscheck.model import Version
from rdscheck.resources import images_dir
from rdscheck.sandbox import shadow
from rdscheck.sandbox.engine import Progress, quiet, same_engine
from rdscheck.sandbox.info import Offer, ServerInfo
from rdscheck.sandbox.owner import start_time
from rdscheck.sandbox.process import as_account, end_process, give, no_room, server_account, spawn
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import Server, describe, wait_until_ready
from rdscheck.sandbox.upgrading import UPGRADE, Moved

#: Where distributions and installers put servers.
_USUAL = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)

#: How often a start is tried with another port when somebody took ours in between.
_PORT_TRIES = 5

#: How long a server that is started anew waits for its port between two tries.
_PORT_SECONDS = 0.5

_NO_UPGRADE = "the engine local upgrades no server to another major; the engine docker does"


@dataclass(frozen=True)
class Installation:
    """A PostgreSQL server installed here."""

    bin_dir: Path
    server_version: str
    package: str  # what the server says it was built as, for reports

    @property
    def major(self) -> int:
        """Return the major version."""
        return int(self.server_version.split(".")[0])


def installations() -> dict[int, Installation]:
    """Return the newest server of each major found under the usual directories.

    ``RDSCHECK_PG_BIN`` adds directories (separated as in PATH), looked at first.
    """
    found: dict[int, Installation] = {}
    for bin_dir in _bin_dirs():
        one = _look(bin_dir)
        if one is None:
            continue
        known = found.get(one.major)
        if known is None or _minor(one) > _minor(known):
            found[one.major] = one
    return found


def _bin_dirs() -> Iterator[Path]:
    for text in os.environ.get("RDSCHECK_PG_BIN", "").split(os.pathsep):
        if text:
            yield Path(text)
    for pattern in _USUAL:
        yield from sorted(Path("/").glob(pattern.lstrip("/")))
    if config := shutil.which("pg_config"):
        done = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            yield Path(done.stdout.strip())


def _look(bin_dir: Path) -> Installation | None:
    server = bin_dir / "postgres"
    if not (server.is_file() and (bin_dir / "initdb").is_file()):
        return None
    done = subprocess.run([str(server), "--version"], capture_output=True, text=True, check=False)
    match = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)?)\S*(?: \((.*)\))?", done.stdout)
    return Installation(bin_dir, match[1], match[2] or "installed server") if match else None


def _minor(one: Installation) -> int:
    _, _, minor = one.server_version.partition(".")
    return int(minor or 0)


class LocalEngine:
    """Servers as processes of this machine."""

    name = "local"

    @cached_property
    def _found(self) -> dict[int, Installation]:
        return installations()

    def any(self) -> bool:
        """Tell whether any server is installed at all."""
        return bool(self._found)

    def offer(self, version: Version) -> Offer:
        """Say whether a server of that version is installed."""
        one = self._found.get(version.major)
        if one:
            return Offer(version, available=True, base=str(one.bin_dir))
        return Offer(
            version,
            available=False,
            reason=f"no PostgreSQL {version.major} server is installed",
            mend=f"apt-get install postgresql-{version.major}, or a Docker engine: rdscheck run --setup",
        )

    def prepare(self, version: Version, progress: Progress = quiet) -> None:
        """Build the shadow tree and the baked data directory unless they are there."""
        shadow.build(self._installation(version).bin_dir, self._server_version(version), progress)

    def start(self, version: Version, run: RunDir, group: str = "") -> ServerInfo:
        """Start a server on a private socket and a free loopback port; see ``Engine.start``."""
        tree = shadow.build(self._installation(version).bin_dir, self._server_version(version), quiet)

        def copy(home: Path) -> None:
            try:
                shutil.copytree(tree.data, home / "data", symlinks=True)
            except OSError as error:
                raise no_room(home, error) from error

        return self.start_on(version, run, copy, group)

    def start_on(self, version: Version, run: RunDir, fill: Callable[[Path], None], group: str) -> ServerInfo:
        """Start a server on the data directory that ``fill`` puts below its home; see ``start``."""
        tree = shadow.build(self._installation(version).bin_dir, self._server_version(version), quiet)
        home = run.path / f"pg{version}-{token_hex(3)}"
        account = server_account()
        data = home / "data"
        home.mkdir(mode=0o755)
        fill(home)
        give(home, account)
        data.chmod(0o700)
        if group:
            _configure(data, group)
        for _ in range(_PORT_TRIES):
            try:
                return self._launch(version, tree, home, account)
            except _PortTaken:
                continue
        raise StartError(
            f"PostgreSQL {version} did not start: no free port",
            hint="too many ports of this machine are in use",
        )

    def _launch(
        self, version: Version, tree: "shadow.Tree", home: Path, account: pwd.struct_passwd | None
    ) -> ServerInfo:
        port = _free_port()
        log = home / "server.log"
        command = [str(tree.bin_dir / "postgres"), "-D", str(home / "data"), "-p", str(port)]
        command += ["-c", f"unix_socket_directories={home}", "-c", "unix_socket_permissions=0700"]
        with log.open("ab") as out:
            process = spawn(command, stdout=out, stderr=subprocess.STDOUT, cwd=home, **as_account(account))
        master = token_hex(12)
        info = ServerInfo(
            version=str(version),
            server_version="0",
            engine=self.name,
            base=self._installation(version).package,
            host="127.0.0.1",
            port=port,
            master_user="postgres",
            master_password=master,
            admin_host=str(home),
            admin_password=tree.admin_password,
            data_dir=str(home / "data"),
            pid=process.pid,
            started=start_time(process.pid),
            abilities={**tree.missing, UPGRADE: _NO_UPGRADE},
        )

        def alive() -> str | None:
            if process.poll() is None:
                return None
            return _tail(log)

        try:
            with wait_until_ready(lambda: Server(info).admin(), alive) as conn:
                conn.execute(sql.SQL("ALTER ROLE postgres PASSWORD {}").format(sql.Literal(master)))
                return describe(info, conn)
        except StartError as error:
            if _taken(error):
                raise _PortTaken from error
            self.stop(info)
            raise
        except BaseException:
            self.stop(info)
            raise

    def configure(self, info: ServerInfo, group: str) -> None:
        """Put a parameter group into the data directory; raises ``StartError`` when that is impossible."""
        _configure(Path(info.data_dir), group)

    def restart(self, info: ServerInfo) -> ServerInfo:
        """Start a server anew on its data and port; raises ``StartError`` when it does not come up."""
        # The server itself has noted the command it was started by.
        options = Path(info.data_dir) / "postmaster.opts"
        command = shlex.split(options.read_text(encoding="utf-8"))
        end_process(info.pid, info.started, signal.SIGINT, signal.SIGQUIT, seconds=25)
        for _ in range(_PORT_TRIES):
            try:
                return self._relaunch(info, command)
            except _PortTaken:
                time.sleep(_PORT_SECONDS)
        raise StartError(
            f"PostgreSQL {info.version} did not start again: port {info.port} was taken meanwhile",
            hint="reboot again",
        )

    @staticmethod
    def _relaunch(info: ServerInfo, command: list[str]) -> ServerInfo:
        home = Path(info.data_dir).parent
        log = home / "server.log"
        seen = log.stat().st_size
        with log.open("ab") as out:
            process = spawn(
                command, stdout=out, stderr=subprocess.STDOUT, cwd=home, **as_account(server_account())
            )
        now = replace(info, pid=process.pid, started=start_time(process.pid))

        def alive() -> str | None:
            return None if process.poll() is None else _tail(log, seen)

        try:
            wait_until_ready(lambda: Server(now).admin(), alive).close()
        except StartError as error:
            if _taken(error):
                raise _PortTaken from error
            end_process(now.pid, now.started)
            raise
        except BaseException:
            end_process(now.pid, now.started)
            raise
        return now

    def stop(self, info: ServerInfo) -> None:
        """End a server at once and remove its directory."""
        end_process(info.pid, info.started)
        shutil.rmtree(Path(info.data_dir).parent, ignore_errors=True)

    def release(self, info: ServerInfo, run: RunDir) -> None:  # noqa: ARG002
        """End a server as ``stop`` does: a process leaves nothing that another could use."""
        self.stop(info)

    def log(self, info: ServerInfo, last: int | None = None) -> str:
        """Return the server log, or no more than its ``last`` lines."""
        log = Path(info.data_dir).parent / "server.log"
        text = log.read_text(encoding="utf-8", errors="replace")
        return text if last is None else "\n".join(text.split("\n")[-last - 1 :])

    def prepare_upgrade(self, old: Version, new: Version, progress: Progress = quiet) -> None:  # noqa: ARG002
        """Refuse: upgrades run in containers only. Raises ``EngineUnavailable``."""
        missing = [str(one) for one in (old, new) if one.major not in self._found]
        both = f"; PostgreSQL {' and '.join(missing)} is not installed here either" if missing else ""
        raise EngineUnavailable(f"PostgreSQL {old} to {new}: {_NO_UPGRADE}{both}", hint="use --engine docker")

    def upgrade(
        self,
        info: ServerInfo,
        version: Version,
        group: str,  # noqa: ARG002
        run: RunDir,  # noqa: ARG002
        *,
        moved: Callable[[Moved], None],  # noqa: ARG002
    ) -> None:
        """Refuse as ``prepare_upgrade`` does."""
        self.prepare_upgrade(Version(int(info.server_version.split(".")[0])), version)

    def peer_address(self, info: ServerInfo) -> tuple[str, int]:
        """Return the server's own address: all local servers share this machine's loopback."""
        same_engine(self.name, info)
        return info.host, info.port

    def s3_addresses(self) -> tuple[str, str | None]:
        """Local servers reach an S3 server over loopback, by whatever address it has."""
        return "127.0.0.1", None

    def _installation(self, version: Version) -> Installation:
        one = self._found.get(version.major)
        if one is None:
            offer = self.offer(version)
            raise EngineUnavailable(offer.reason, hint=offer.mend)
        return one

    def _server_version(self, version: Version) -> str:
        return self._installation(version).server_version


def _configure(data: Path, group: str) -> None:
    # Handed over as text: the server's account may be barred from where our files are.
    script = (images_dir() / "configure.sh").read_text(encoding="utf-8")
    done = subprocess.run(
        ["sh", "-c", script, "configure.sh", str(data)],
        input=group.encode(),
        capture_output=True,
        check=False,
        cwd=data,
        **as_account(server_account()),
    )
    if done.returncode != 0:
        told = done.stderr.decode(errors="replace").strip()
        raise StartError(f"the parameter group could not be written: {told}")


class _PortTaken(Exception):
    """Somebody else bound the port between our choice and the server's start."""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _taken(error: StartError) -> bool:
    return "could not bind" in error.message or "Address already in use" in error.message


def _tail(log: Path, seen: int = 0) -> str:
    """Return the last lines of a log that stand behind its first ``seen`` bytes."""
    lines = log.read_bytes()[seen:].decode(errors="replace").strip().splitlines()
    return " | ".join(lines[-5:]) or "it wrote nothing"
