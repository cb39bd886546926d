"""The PAM service ``rds`` of this machine, by which local servers let members of ``rds_iam`` log in.

PAM reads its services from one directory that belongs to root, so this is the only part of a local
sandbox outside our own directories: it is put there by ``--setup`` alone. Images bring their own.
"""

import hashlib
import mmap
import os
import subprocess
from pathlib import Path
from shutil import which

from rdscheck.resources import images_dir
from rdscheck.sandbox.engine import Progress

SERVICE = Path("/etc/pam.d/rds")

#: Where the module lies: any server's account has to be able to read it.
MODULES = Path("/usr/local/lib/rdscheck")

#: What a server says when PAM refuses; those built without it do not hold the words.
_WORDS = b"pam_authenticate failed"
_OPTIONS = ("-std=gnu99", "-D_GNU_SOURCE", "-O2", "-fPIC", "-fvisibility=hidden", "-shared")


def module() -> Path:
    """Return where the module built from the present sources belongs."""
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(path.read_bytes())
    return MODULES / f"pam_rds-{digest.hexdigest()[:12]}.so"


def why_not(server: Path) -> str:
    """Return why a server program of this machine cannot ask our module, empty when it can."""
    with server.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content.find(_WORDS) < 0:
            return "this PostgreSQL was built without PAM"
    return why_no_service()


def why_no_service() -> str:
    """Return why this machine has no service for it, empty when it has."""
    if not SERVICE.exists():
        return f"PAM has no service {SERVICE.name} on this machine (as root: rdscheck doctor --setup)"
    named = SERVICE.read_text(encoding="utf-8", errors="replace")
    if "pam_rds" not in named:
        return f"{SERVICE} is not that of rdscheck"
    if str(module()) not in named or not module().exists():
        return f"{SERVICE} is that of another rdscheck (as root: rdscheck doctor --setup)"
    return ""


def install(progress: Progress) -> None:
    """Build the module and name it in the service ``rds``, unless that is done; needs root.

    What cannot be done is told. A service ``rds`` of somebody else's is left alone.
    """
    reason = why_no_service()
    if not reason:
        return
    if "not that of rdscheck" in reason:
        progress(f"IAM log-ins stay off in local servers: {reason}")
        return
    compiler = which("cc") or which("gcc")
    if compiler is None:
        progress("IAM log-ins stay off in local servers: no C compiler")
        return
    target = module()
    progress(f"setting up IAM log-ins in local servers: {target}, {SERVICE}")
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    fresh = target.with_suffix(f".{os.getpid()}")
    command = [compiler, *_OPTIONS, *(str(path) for path in _sources() if path.suffix == ".c")]
    done = subprocess.run(
        [*command, "-o", str(fresh), "-lcrypto"], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["the compiler failed"])[-1]
        progress(f"IAM log-ins stay off in local servers: {last}")
        return
    fresh.chmod(0o755)
    fresh.replace(target)
    lines = "".join(f"{kind} required {target}\n" for kind in ("auth", "account"))
    beside = SERVICE.with_name(f".{SERVICE.name}.{os.getpid()}")
    beside.write_text(lines, encoding="ascii")
    beside.chmod(0o644)
    beside.replace(SERVICE)


def _sources() -> list[Path]:
    return sorted((images_dir() / "pam_rds").iterdir())
