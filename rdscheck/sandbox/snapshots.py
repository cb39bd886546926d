"""Copies of a running server's data, and new servers from them.

The server goes on working: between the two calls of PostgreSQL's low-level backup its files are copied,
then the write-ahead log that makes them consistent.
https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
"""

import re
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from rdscheck.errors import RdscheckError, StartError
from rdscheck.model import Version
from rdscheck.sandbox import images
from rdscheck.sandbox.containers import ANY_PORT, MEMORY, Secrets
from rdscheck.sandbox.docker import DockerEngine
from rdscheck.sandbox.engine import Engine
from rdscheck.sandbox.info import ServerInfo
from rdscheck.sandbox.local import LocalEngine
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import Server

#: Parts of a data directory that a copy does without: those of the running process, slots, and what is
#: about the instance rather than its data.
_LEFT_OUT = (
    *("postmaster.pid", "postmaster.opts", "backup_label", "backup_label.old", "tablespace_map"),
    *("pg_wal/*", "pg_replslot/*", "pg_dynshmem/*", "pg_notify/*", "pg_serial/*", "pg_snapshots/*"),
    *("pg_stat_tmp/*", "pg_subtrans/*", "rdscheck/aws"),
)

_START = re.compile(r"^START WAL LOCATION: .* \(file ([0-9A-F]{24})\)$", re.MULTILINE)


#: What begins and ends a backup, before and since 15.
_OLD = (
    "SELECT pg_start_backup('rdscheck', true, false)",
    "SELECT labelfile FROM pg_stop_backup(false, false)",
)
_NEW = "SELECT pg_backup_start('rdscheck', true)", "SELECT labelfile FROM pg_backup_stop(false)"


@dataclass(frozen=True)
class Copy:
    """A copy in a directory of its own: ``data.tar``, ``wal.tar`` and ``backup_label``."""

    directory: Path
    version: Version
    secrets: Secrets

    @property
    def parts(self) -> tuple[Path, Path, Path]:
        """Return its files."""
        return self.directory / "data.tar", self.directory / "wal.tar", self.directory / "backup_label"


def take(server: Server, version: Version, directory: Path) -> Copy:
    """Copy a server's data into a new directory; raises ``RdscheckError`` when that fails."""
    info = server.info
    directory.mkdir(mode=0o700, parents=True)
    found = Copy(directory, version, Secrets(info.master_password, info.admin_password))
    data, wal, label = found.parts
    with server.admin() as conn:
        start, stop = _NEW if server.major >= 15 else _OLD
        conn.execute(start)
        home = _home(info)
        left_out = [f"--exclude=data/{one}" for one in _LEFT_OUT]
        there = [name for name in ("data", "tablespaces") if name == "data" or _is_there(info, name)]
        _pack(info, [*left_out, "--exclude=pgsql_tmp*", "-C", home, "-cf", "-", *there], data)
        row = conn.execute(stop).fetchone()
        assert row is not None
        label.write_text(row[0], encoding="utf-8")
        _pack(info, ["-C", f"{home}/data", "-cf", "-", "pg_wal"], wal)
    _check(found)
    return found


def _check(copy: Copy) -> None:
    """Raise ``RdscheckError`` when the log a copy needs has been recycled meanwhile."""
    _, wal, label = copy.parts
    match = _START.search(label.read_text(encoding="utf-8"))
    with tarfile.open(wal) as archive:
        names = set(archive.getnames())
    if match is None or f"pg_wal/{match[1]}" not in names:
        raise RdscheckError("the server wrote more than its log holds while it was copied", hint="try again")


def _home(info: ServerInfo) -> str:
    return MEMORY if info.container else str(Path(info.data_dir).parent)


def _at(info: ServerInfo, command: list[str]) -> list[str]:
    """Return a command to be run where a server's files are."""
    return ["docker", "exec", info.container, *command] if info.container else command


def _is_there(info: ServerInfo, name: str) -> bool:
    done = subprocess.run(
        _at(info, ["test", "-d", f"{_home(info)}/{name}"]), capture_output=True, check=False
    )
    return done.returncode == 0


def _pack(info: ServerInfo, arguments: list[str], target: Path) -> None:
    with target.open("wb") as out:
        done = subprocess.run(_at(info, ["tar", *arguments]), stdout=out, stderr=subprocess.PIPE, check=False)
    # 1 tells that a file changed or went while it was read: the log mends that.
    if done.returncode not in {0, 1}:
        told = done.stderr.decode(errors="replace").strip()
        raise RdscheckError(f"the data could not be copied: {told}")


def restore(copy: Copy, engine: Engine, run: RunDir, group: str) -> ServerInfo:
    """Start a new server on a copy, with the lines of a parameter group; raises ``StartError``.

    Its users log in as they did on the copied one then.
    """
    if isinstance(engine, DockerEngine):
        return _restore_container(copy, engine, run, group)
    if isinstance(engine, LocalEngine):
        return engine.start_on(copy.version, run, lambda home: _unpack_locally(copy, home), group)
    raise StartError(f"the engine {engine.name} starts no server on a copy")


def _restore_container(copy: Copy, engine: DockerEngine, run: RunDir, group: str) -> ServerInfo:
    image = images.tag(copy.version.major)
    container = engine.launch(
        image, run, {"RDSCHECK_AWAIT_DATA": "1", "RDS_PARAMETERS": group}, port=ANY_PORT
    )
    data, wal, label = copy.parts
    try:
        for script, part in (
            ("mkdir in && tar -C in -xf -", data),
            ("tar -C in/data -xf -", wal),
            ("cat >in/data/backup_label", label),
        ):
            _feed(container.id, script, part)
        _feed(container.id, "[ ! -d in/tablespaces ] || mv in/tablespaces .; mv in/data data; rmdir in", None)
        return engine.await_server(copy.version, container, copy.secrets)
    except BaseException:
        container.remove(force=True, v=True)
        raise


def _feed(container: str, script: str, part: Path | None) -> None:
    command = ["docker", "exec", "-i", "-w", MEMORY, container, "sh", "-ec", script]
    if part is None:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    else:
        with part.open("rb") as source:
            done = subprocess.run(command, stdin=source, capture_output=True, check=False)
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip()
        raise StartError(f"the copy could not be put in place: {told}")


def _unpack_locally(copy: Copy, home: Path) -> None:
    """Put a copy below a server's home; links to tablespaces lead to the new ones."""
    data, wal, label = copy.parts
    for part, target in ((data, home), (wal, home / "data")):
        done = subprocess.run(["tar", "-C", str(target), "-xf", str(part)], capture_output=True, check=False)
        if done.returncode:
            told = done.stderr.decode(errors="replace").strip()
            raise StartError(f"the copy could not be put in place: {told}")
    (home / "data" / "backup_label").write_bytes(label.read_bytes())
    for link in (home / "data" / "pg_tblspc").iterdir():
        if link.is_symlink():
            moved = home / "tablespaces" / link.readlink().name
            link.unlink()
            link.symlink_to(moved)
