"""The work directory of a page: a private directory here, mirrored beside each server a program runs at."""

import io
import re
import shutil
import tarfile
import tempfile
from hashlib import sha256
from pathlib import Path, PurePosixPath

from rdscheck.sandbox.client import Client
from rdscheck.sandbox.info import ServerInfo

#: Where a page means when it says /tmp: a directory in the work directory.
TMP = "tmp"

#: What all files of a mirror may have together.
_LIMIT = 256 << 20

_INSIDE = re.compile(r"\A(?!-)[\w@%+=:,. -]+(?:/[\w@%+=:,. -]+)*/?\Z")


class Outside(Exception):
    """A page names a file that is not in the work directory; the text says so."""


class Room:
    """The work directory, and its mirrors. Close it after use."""

    def __init__(self, run: Path) -> None:
        # Below the run's directory it goes with the run, however that ends; it is private by itself.
        self.directory = Path(tempfile.mkdtemp(prefix="work-", dir=run))
        (self.directory / TMP).mkdir(mode=0o700)
        self._mirrors: dict[str, Mirror] = {}

    def path(self, name: str) -> Path:
        """Return the path of a file a page names; raises ``Outside``."""
        return self.directory / inside(name)

    def mirror(self, key: str, info: ServerInfo) -> "Mirror":
        """Return the mirror beside a server, up to date."""
        if key not in self._mirrors:
            self._mirrors[key] = Mirror(self.directory, info)
        self._mirrors[key].push()
        return self._mirrors[key]

    def touch(self) -> None:
        """Take notice that a program that still runs may have written files."""
        for mirror in self._mirrors.values():
            mirror.used = True

    def collect(self) -> None:
        """Take over what programs wrote beside their servers."""
        for mirror in self._mirrors.values():
            mirror.pull()

    def forget(self, key: str) -> None:
        """Give up a mirror whose server has gone."""
        if key in self._mirrors:
            self._mirrors.pop(key).client.close()

    def close(self) -> None:
        """Remove everything."""
        for mirror in self._mirrors.values():
            mirror.client.close()
        self._mirrors.clear()
        shutil.rmtree(self.directory, ignore_errors=True)


class Mirror:
    """A copy of the work directory where a server's client programs run."""

    def __init__(self, directory: Path, info: ServerInfo) -> None:
        self._directory = directory
        self.info = info
        self.client = Client(info, "postgres", info.master_user, "")
        self._seen: dict[str, tuple[int, int]] = {}
        self._there: dict[str, bytes] = {}  # digests of what the mirror holds
        self.used = False  # since files were last taken over
        self._made = False

    @property
    def place(self) -> str:
        """Return its directory, as programs there know it."""
        return self.client.directory

    def push(self) -> None:
        """Bring over what changed here."""
        packed, found = io.BytesIO(), False
        with tarfile.open(fileobj=packed, mode="w") as archive:
            for path in sorted(self._directory.rglob("*")):
                name = str(path.relative_to(self._directory))
                status = path.lstat()
                stamp = (status.st_mtime_ns, status.st_size)
                if path.is_dir():
                    if name in self._seen:
                        continue
                    self._seen[name] = stamp
                    member = tarfile.TarInfo(name)
                    member.type, member.mode = tarfile.DIRTYPE, 0o777
                    archive.addfile(member)
                    found = True
                elif path.is_file() and not path.is_symlink() and self._seen.get(name) != stamp:
                    self._seen[name] = stamp
                    content = path.read_bytes()
                    self._there[name] = sha256(content).digest()
                    member = tarfile.TarInfo(name)
                    member.size, member.mode = len(content), 0o666
                    archive.addfile(member, io.BytesIO(content))
                    found = True
        if found or not self._made:
            self.client.put_all(packed.getvalue())
            self._made = True
        self.used = True

    def pull(self) -> None:
        """Take over what was written there; plain files and directories only."""
        if not self.used:
            return
        self.used = False
        with tarfile.open(fileobj=io.BytesIO(self.client.get_all())) as archive:
            total = 0
            for member in archive:
                parts = PurePosixPath(member.name).parts[1:]
                if not parts or parts[0].startswith(".") or ".." in parts:
                    continue
                target = self._directory.joinpath(*parts)
                if member.isdir():
                    target.mkdir(mode=0o700, parents=True, exist_ok=True)
                    continue
                total += member.size
                source = archive.extractfile(member) if member.isfile() else None
                if source is None or total > _LIMIT:
                    continue
                content = source.read()
                name, digest = "/".join(parts), sha256(content).digest()
                if self._there.get(name) == digest:
                    continue  # nobody changed it there; here somebody may have
                self._there[name] = digest
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                target.write_bytes(content)
                status = target.lstat()
                self._seen[name] = (status.st_mtime_ns, status.st_size)


def inside(name: str) -> str:
    """Return the name of a file below the work directory that a page means; raises ``Outside``."""
    given = name
    name = re.sub(r"\A/tmp/", f"{TMP}/", name)
    while name.startswith("./"):
        name = name[2:]
    if name in {"", "."}:
        return "."
    if name.startswith(("/", "~")) or ".." in name.split("/") or not _INSIDE.match(name):
        raise Outside(f"{given} is not in the work directory; only files of it are read or written")
    return name
