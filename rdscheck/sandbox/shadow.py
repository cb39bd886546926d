"""A shadow of a PostgreSQL installation with our extensions in it.

PostgreSQL finds its libraries and extension files relative to its own
executable. A copy of the executable in a tree of links to the real
installation therefore works like the real one, needs no rights on the
system's directories, and has room for the stand-ins and a baked data directory.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex

from filelock import FileLock

from rdscheck.errors import StartError
from rdscheck.resources import images_dir
from rdscheck.sandbox import pam
from rdscheck.sandbox.engine import Progress
from rdscheck.sandbox.images import bake_hash
from rdscheck.sandbox.parameters import default_text
from rdscheck.sandbox.process import as_account, check_enterable, give, no_room, server_account
from rdscheck.sandbox.rundir import base_dir

#: What the stand-in build makes: extensions, and the library of the RDS profile.
STAND_INS = ("aws_commons", "aws_lambda", "aws_s3", "rdsutils")

#: Holds the password of rdsadmin, beside the tree and for our eyes only.
_ADMIN_FILE = "rdsadmin"

#: Less than this is no room for a data directory.
_ROOM = 64 << 20

#: Prefixes that hold the whole system, not one installation.
_SHARED_PREFIXES = (Path("/"), Path("/usr"), Path("/usr/local"))

#: Programs that must be copies: they look for the others beside themselves.
_PROGRAMS = ("postgres", "initdb")


@dataclass(frozen=True)
class Tree:
    """A built tree: its programs, the baked data directory, and what could not be built."""

    bin_dir: Path
    data: Path
    admin_password: str = field(default="", repr=False)
    missing: dict[str, str] = field(default_factory=dict)  # stand-in -> why it is not there


def build(bin_dir: Path, server_version: str, progress: Progress) -> Tree:
    """Return the shadow tree of an installation, building it the first time.

    Trees are kept for as long as neither the server nor our files change.
    """
    # What could not be built for want of headers or a compiler is tried again once they are there.
    tools = (_headers(bin_dir).is_file(), _compiler() is not None, pam.why_no_service())
    baked = bake_hash(_major(server_version))
    mark = hashlib.sha256(f"{bin_dir} {server_version} {baked} {_mtime(bin_dir)} {tools}".encode())
    root = base_dir() / "trees" / f"{server_version}-{mark.hexdigest()[:12]}"
    root.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    check_enterable(root.parent, server_account())
    with FileLock(f"{root}.lock"):
        if not (root / "ready").exists():
            progress(f"preparing PostgreSQL {server_version} of {bin_dir}")
            shutil.rmtree(root, ignore_errors=True)
            try:
                _fill(root, bin_dir, _major(server_version))
                (root / "ready").touch()
            except OSError as error:
                raise no_room(root.parent, error) from error
    return _tree(root, bin_dir)


def _major(server_version: str) -> int:
    return int(server_version.partition(".")[0])


def _mtime(bin_dir: Path) -> int:
    return (bin_dir / "postgres").stat().st_mtime_ns


def _headers(bin_dir: Path) -> Path:
    return _configured(bin_dir, "includedir-server") / "postgres.h"


def _compiler() -> str | None:
    return shutil.which("cc") or shutil.which("gcc")


def _tree(root: Path, bin_dir: Path) -> Tree:
    told = root / "missing"
    reason = told.read_text(encoding="utf-8").strip() if told.exists() else ""
    return Tree(
        bin_dir=root / "tree" / _relative(bin_dir),
        data=root / "data",
        admin_password=(root / _ADMIN_FILE).read_text(encoding="ascii").strip(),
        missing=(dict.fromkeys(STAND_INS, reason) if reason else {}) | _no_pam(root),
    )


def _no_pam(root: Path) -> dict[str, str]:
    told = root / "pam"
    return {"pam": told.read_text(encoding="utf-8")} if told.exists() else {}


def _relative(path: Path) -> Path:
    return path.relative_to(path.anchor)


def _fill(root: Path, bin_dir: Path, major: int) -> None:
    tree = root / "tree"
    for directory in _directories(bin_dir):
        _mirror(directory, tree / _relative(directory))
    shadow_bin = tree / _relative(bin_dir)
    shadow_bin.mkdir(parents=True, exist_ok=True)
    for program in _PROGRAMS:
        target = shadow_bin / program
        target.unlink(missing_ok=True)
        shutil.copy2(bin_dir / program, target)
    reason = _build_stand_ins(root, tree, bin_dir)
    if reason:
        (root / "missing").write_text(reason, encoding="utf-8")
    if reason := pam.why_not(shadow_bin / "postgres"):
        (root / "pam").write_text(reason, encoding="utf-8")
    _bake(root, shadow_bin, major)


def _directories(bin_dir: Path) -> Iterator[Path]:
    """Yield the directories an installation consists of, whichever way it is laid out."""
    for name in ("pkglibdir", "sharedir"):
        yield _configured(bin_dir, name)
    # Self-contained builds keep the libraries of their programs beside them.
    if bin_dir.parent not in _SHARED_PREFIXES and (bin_dir.parent / "lib").is_dir():
        yield bin_dir.parent / "lib"


def _configured(bin_dir: Path, name: str) -> Path:
    """Return a directory of the installation: asked of pg_config, else where it usually is."""
    config = bin_dir / "pg_config"
    if config.is_file():
        done = subprocess.run([str(config), f"--{name}"], capture_output=True, text=True, check=False)
        if done.returncode == 0 and Path(done.stdout.strip()).is_dir():
            return Path(done.stdout.strip())
    usual = {
        "pkglibdir": [bin_dir.parent / "lib" / "postgresql", bin_dir.parent / "lib"],
        "sharedir": [
            bin_dir.parent / "share" / "postgresql",
            # Debian keeps what does not depend on the machine elsewhere.
            Path("/usr/share/postgresql") / bin_dir.parent.name,
            bin_dir.parent / "share",
        ],
        "includedir-server": [
            headers_dir(bin_dir.parent.name) / "usr/include/postgresql" / bin_dir.parent.name / "server",
            Path("/usr/include/postgresql") / bin_dir.parent.name / "server",
            bin_dir.parent / "include" / "postgresql" / "server",
            bin_dir.parent / "include" / "server",
        ],
    }[name]
    return next((path for path in usual if path.is_dir()), usual[0])


def _mirror(source: Path, target: Path) -> None:
    """Make real directories with links to the files of the originals."""
    for path in (source, *source.rglob("*")):
        here = target / path.relative_to(source)
        if path.is_dir() and not path.is_symlink():
            here.mkdir(parents=True, exist_ok=True)
        elif not here.is_symlink():
            here.symlink_to(path)


def headers_dir(major: int | str) -> Path:
    """Return where ``--setup`` unpacks the headers of a server that came without them."""
    return base_dir() / "headers" / str(major)


def why_no_stand_ins(bin_dir: Path) -> str:
    """Return why our extensions cannot be compiled for a server, empty when they can."""
    major = bin_dir.parent.name
    if _compiler() is None:
        return "no C compiler (apt-get install gcc libc6-dev, or rdscheck run --setup)"
    if not _headers(bin_dir).is_file():
        return f"no server headers (apt-get install postgresql-server-dev-{major}, or rdscheck run --setup)"
    return ""


def _build_stand_ins(root: Path, tree: Path, bin_dir: Path) -> str:
    """Compile our extensions into the tree; return why not when that is impossible."""
    if reason := why_no_stand_ins(bin_dir):
        return f"the stand-in could not be built: {reason}"
    out_lib = tree / _relative(_configured(bin_dir, "pkglibdir"))
    out_share = tree / _relative(_configured(bin_dir, "sharedir"))
    done = subprocess.run(
        ["sh", str(images_dir() / "build.sh"), str(_headers(bin_dir).parent), str(out_lib), str(out_share)],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd=root,
        env=_build_environment(bin_dir),
    )
    if done.returncode == 0:
        return ""
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    return f"the stand-in could not be built: {lines[-1].strip() if lines else 'the compiler failed'}"


def _build_environment(bin_dir: Path) -> dict[str, str]:
    """Let headers that were unpacked beside our trees find their neighbours."""
    beside = headers_dir(bin_dir.parent.name) / "usr/include/postgresql"
    if not beside.is_dir():
        return dict(os.environ)
    return os.environ | {"C_INCLUDE_PATH": str(beside)}


def _bake(root: Path, bin_dir: Path, major: int) -> None:
    account = server_account()
    nest = root / "nest"  # the server's account may write here, not in the tree
    nest.mkdir(mode=0o755)
    for name in (
        "bake.sh",
        "configure.sh",
        "profile.sql",
        "rights.sql",
        "each-database.sql",
        "postgresql.rdscheck.conf",
    ):
        shutil.copy2(images_dir() / name, nest / name)
    # rdsadmin has a password from the start: not even code inside the server gets in without.
    for path in (root / _ADMIN_FILE, nest / _ADMIN_FILE):
        path.touch(mode=0o600)
    (root / _ADMIN_FILE).write_text(f"{token_hex(16)}\n", encoding="ascii")
    shutil.copyfile(root / _ADMIN_FILE, nest / _ADMIN_FILE)
    give(nest, account)
    environment = os.environ | {
        "RDSCHECK_PARAMETERS": default_text(major),
        "RDSCHECK_PASSWORD_FILE": str(nest / _ADMIN_FILE),
    }
    done = subprocess.run(
        ["sh", str(nest / "bake.sh"), str(bin_dir), str(nest / "data")],
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd=nest,
        **(as_account(account) | {"env": environment}),
    )
    if done.returncode != 0:
        if shutil.disk_usage(nest).free < _ROOM:
            raise OSError("the data directory does not fit")
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise StartError(
            f"the data directory could not be made: {' | '.join(lines[-3:]) or 'initdb said nothing'}",
            hint="rdscheck doctor tells more",
        )
    (nest / "data").rename(root / "data")
    shutil.rmtree(nest)
