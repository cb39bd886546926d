"""Installing what is missing, once the user has said yes (``--setup``).

The order of wishes: a Docker engine that answers; one installed and started
here; else servers of the distribution for the local engine. Every command that
changes the machine is told before it runs.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from rdscheck.errors import StartError
from rdscheck.model import Version
from rdscheck.sandbox import images, pam
from rdscheck.sandbox.docker import DockerEngine
from rdscheck.sandbox.engine import Progress
from rdscheck.sandbox.local import installations
from rdscheck.sandbox.process import spawn
from rdscheck.sandbox.rundir import base_dir
from rdscheck.sandbox.shadow import headers_dir, why_no_stand_ins

#: What compiles the stand-ins for local servers.
_BUILD_PACKAGES = ("gcc", "libc6-dev", "libcurl4-openssl-dev", "libssl-dev", "zlib1g-dev", "openssl")

_ENGINE_PACKAGES = ("docker.io", "iptables")
_ENGINE_SECONDS = 60
_ENGINE_PID = Path("/var/run/docker.pid")


def set_up(engine: str, versions: Sequence[Version], progress: Progress) -> None:
    """Make this machine able to run the versions, as far as it can be made.

    ``engine`` is auto, docker or local. Raises ``StartError`` when nothing could be
    set up at all; what is missing for single versions is told later, by the engine.
    """
    if engine != "local" and _docker(progress):
        _bases(versions, progress)
        return
    if engine == "docker":
        raise StartError(
            "no Docker engine could be set up here",
            hint="install one by hand, or run with --engine local; rdscheck doctor tells more",
        )
    _local(progress)


def _docker(progress: Progress) -> bool:
    """Return True once a Docker engine answers."""
    if not DockerEngine().answers():
        return True
    if not _may_install():
        progress("no Docker engine, and none can be installed here (that takes root and apt)")
        return False
    if shutil.which("dockerd") is None:
        progress("installing a Docker engine: apt-get install " + " ".join(_ENGINE_PACKAGES))
        if not _apt_install(_ENGINE_PACKAGES, progress):
            return False
    return _start_dockerd(progress)


def _start_dockerd(progress: Progress) -> bool:
    progress("starting the Docker engine; it goes on running afterwards")
    _forget_dead_engine()
    log = base_dir() / "dockerd.log"
    # A machine with systemd wants its services started by it.
    if Path("/run/systemd/system").is_dir():
        subprocess.run(["systemctl", "start", "docker"], capture_output=True, check=False)
        process = None
    else:
        with log.open("ab") as out:
            process = spawn(["dockerd"], stdout=out, stderr=out)
    deadline = time.monotonic() + _ENGINE_SECONDS
    while time.monotonic() < deadline:
        if not DockerEngine().answers():
            return True
        if process is not None and process.poll() is not None:
            break
        time.sleep(0.1)
    last = log.read_text(errors="replace").strip().splitlines()[-1:] if log.exists() else []
    progress(f"the Docker engine does not run here: {' '.join(last) or 'it did not answer'}")
    return False


def _forget_dead_engine(pid_file: Path = _ENGINE_PID) -> None:
    """Remove the pid file of an engine that was killed.

    The engine refuses to start while the process of that id runs, and after a kill
    the id soon belongs to somebody else.
    """
    try:
        pid = int(pid_file.read_text(encoding="ascii"))
        name = Path(f"/proc/{pid}/comm").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return
    if name != "dockerd":
        pid_file.unlink(missing_ok=True)


def _bases(versions: Sequence[Version], progress: Progress) -> None:
    """Make sure bases can be had: pulled, or made from Debian's packages."""
    lacking = [v for v in versions if not DockerEngine().offer(v).available and v.major in images.SUITES]
    if lacking and not images.can_make_base() and _may_install():
        # Only needed where no registry answers; the package is small, and asking the registry takes long.
        progress("installing mmdebstrap, which makes base images from Debian's packages")
        _apt_install(("mmdebstrap",), progress)


def _local(progress: Progress) -> None:
    """Install the distribution's PostgreSQL and what compiles the stand-ins."""
    rights = _may_install()
    if not installations():
        if not rights:
            raise StartError(
                "no PostgreSQL server is installed, and nothing can be installed (that takes root and apt)",
                hint="ask for PostgreSQL or Docker on this machine",
            )
        progress("installing PostgreSQL from the distribution: apt-get install postgresql")
        # The package would create and start a cluster of its own, which nobody here needs.
        config = Path("/etc/postgresql-common/createcluster.conf")
        if not config.exists():
            config.parent.mkdir(parents=True, exist_ok=True)
            config.write_text("create_main_cluster = false\n", encoding="utf-8")
        _apt_install(("postgresql",), progress)
    elif not rights:
        progress("using the servers installed here; nothing can be installed (that takes root and apt)")
    lacking = [one for one in installations().values() if why_no_stand_ins(one.bin_dir)]
    if lacking and rights:
        progress("installing what compiles the stand-ins: apt-get install " + " ".join(_BUILD_PACKAGES))
        _apt_install(_BUILD_PACKAGES, progress)
    if shutil.which("apt-get"):
        for one in lacking:
            _fetch_headers(one.major, progress)
    if os.geteuid() == 0:
        pam.install(progress)


def _fetch_headers(major: int, progress: Progress) -> None:
    """Unpack the server's headers beside our trees.

    Only the headers are wanted: installing the package would bring a whole clang and llvm along.
    """
    target = headers_dir(major)
    if (target / "usr").exists():
        return
    progress(f"fetching the headers of PostgreSQL {major} into {target}")
    target.mkdir(parents=True, exist_ok=True)
    packages = [f"postgresql-server-dev-{major}", "libpq-dev"]
    # Root would hand the download to an account that may not write here.
    sandbox = ["-o", "APT::Sandbox::User=root"] if os.geteuid() == 0 else []
    done = subprocess.run(
        ["apt-get", "download", *sandbox, *packages],
        cwd=target,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        progress(f"the headers of PostgreSQL {major} cannot be had: {_last(done.stderr)}")
        return
    for package in target.glob("*.deb"):
        subprocess.run(["dpkg-deb", "--extract", str(package), str(target)], check=True)
        package.unlink()


def _may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _apt_install(packages: Sequence[str], progress: Progress) -> bool:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "-q", "update"],
        ["apt-get", "-q", "install", "-y", "--no-install-recommends", *packages],
    ):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        progress(f"apt-get install failed: {_last(done.stderr)}")
    return done.returncode == 0


def _last(text: str) -> str:
    return (text.strip().splitlines() or ["no output"])[-1]
