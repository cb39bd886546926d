"""Images of the docker engine: which base, what tag, how to build.

One Dockerfile serves the official ``postgres:N`` images and Debian's own
packages, so that machines without a container registry can build them too.
"""

import hashlib
import os
import re
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from shutil import which

from rdscheck.errors import EngineUnavailable, RdscheckError, StartError
from rdscheck.resources import images_dir
from rdscheck.sandbox.engine import Progress
from rdscheck.sandbox.parameters import default_text

REPOSITORY = "rdscheck/postgres"

#: Debian suites that package a major themselves; 14 and 16 are in none.
SUITES = {13: "bullseye", 15: "bookworm", 17: "trixie", 18: "forky"}

#: Suites whose Release file may be past its date while they are in the making.
_EXPIRING = {"forky"}

# Everything that goes into the image decides its tag, so an old image is never taken for a new one.
_CONTEXT = (
    "Dockerfile",
    "bake.sh",
    "build.sh",
    "configure.sh",
    "each-database.sql",
    "entrypoint.sh",
    "prepare.sh",
    "renew.sh",
    "postgresql.rdscheck.conf",
    "profile.sql",
    "rest.sh",
    "restart.sh",
    "rights.sql",
    "aws_client",
    "aws_commons",
    "aws_lambda",
    "aws_s3",
    "pam_rds",
    "plv8",
    "rdsutils",
)


@cache
def context_hash() -> str:
    """Return eight digits that change whenever a file of the build context does."""
    return hash_of(files_of(_CONTEXT))


def hash_of(paths: Iterable[Path]) -> str:
    """Return eight digits that change with the names and contents of files of the build context."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(str(path.relative_to(images_dir())).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def files_of(names: Iterable[str]) -> list[Path]:
    """Return the files that names in the build context stand for, directories with all in them."""
    root = images_dir()
    found: list[Path] = []
    for name in names:
        path = root / name
        found += sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
    return found


def bake_hash(major: int) -> str:
    """Return eight digits that change with the build context and with the major's default parameter group."""
    return hashlib.sha256(f"{context_hash()} {default_text(major)}".encode()).hexdigest()[:8]


def tag(major: int) -> str:
    """Return the name of our image for a major, the present build context and parameter group."""
    return f"{REPOSITORY}:{major}-{bake_hash(major)}"


def docker(*arguments: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
    """Run the docker client and return what it said; raises ``EngineUnavailable`` where there is none."""
    try:
        return subprocess.run(
            ["docker", *arguments], capture_output=True, text=True, timeout=seconds, check=False
        )
    except FileNotFoundError as error:
        raise EngineUnavailable("the docker client is not installed", hint="run rdscheck doctor") from error
    except subprocess.TimeoutExpired as error:
        raise EngineUnavailable(
            f"docker {arguments[0]} did not answer within {seconds:.0f} s",
            hint="is the Docker engine healthy?",
        ) from error


def exists(image: str) -> bool:
    """Tell whether the engine has an image."""
    return docker("image", "inspect", "--format", "{{.Id}}", image).returncode == 0


def base_of(image: str) -> str:
    """Return the base an image of ours was built on."""
    done = docker("image", "inspect", "--format", '{{index .Config.Labels "rdscheck.base"}}', image)
    return done.stdout.strip() or image


def find_base(major: int, progress: Progress, wanted: str | None = None) -> str:
    """Return a base image for a major that the engine has or can get.

    In this order: the one asked for, the official image when it is here, Debian's
    own suite when it is here, the official image from the registry. Raises
    ``EngineUnavailable`` with the next step.
    """
    official = f"postgres:{major}"
    candidates = [wanted] if wanted else [official]
    if not wanted and major in SUITES:
        candidates.append(f"debian:{SUITES[major]}-slim")
    for image in candidates:
        if exists(image):
            return image
    remote = wanted or official
    progress(f"pulling {remote}")
    done = docker("pull", "--quiet", remote, seconds=600)
    if done.returncode == 0:
        return remote
    # What the registry said differs from machine to machine, so it is told, not reported.
    progress(f"{remote} could not be pulled: {_short(_last_line(done.stderr))}")
    raise EngineUnavailable(
        f"no base image for PostgreSQL {major}: {remote} is not on this machine and could not be pulled",
        hint=(
            f"rdscheck images base --pg {major} makes one from Debian's packages"
            if major in SUITES
            else "a Docker registry is needed: Debian has no packages of this version"
        ),
    )


def make_debian_base(major: int, progress: Progress) -> str:
    """Make ``debian:SUITE-slim`` from Debian's packages, for machines without a registry."""
    if major not in SUITES:
        raise EngineUnavailable(
            f"Debian has no packages of PostgreSQL {major}", hint=f"it has {', '.join(map(str, SUITES))}"
        )
    suite = SUITES[major]
    progress(f"making debian:{suite}-slim from Debian's packages")
    script = images_dir() / "debian-base.sh"
    done = subprocess.run(["sh", str(script), suite], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StartError(
            f"could not make a base for PostgreSQL {major}: {_short(_last_line(done.stderr))}",
            hint="it needs root, mmdebstrap and a Debian mirror; rdscheck doctor shows what is missing",
        )
    return f"debian:{suite}-slim"


def ours() -> list[str]:
    """Return the names of our server images, old ones included."""
    return named(REPOSITORY)


def named(repository: str) -> list[str]:
    """Return the images of one of our repositories."""
    done = docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}", repository)
    return sorted(done.stdout.split())


def outdated() -> list[str]:
    """Return our server images that were built from another state of our files."""
    current = {tag(major) for major in range(10, 100)}
    return [image for image in ours() if "-" in image.rpartition(":")[2] and image not in current]


def remove(image: str) -> bool:
    """Remove an image unless something runs on it; tell whether it is gone."""
    return docker("image", "rm", image, seconds=120).returncode == 0


def build(major: int, progress: Progress, base: str | None = None, *, verbose: bool = False) -> str:
    """Build our image for a major unless it is there already, and return its tag.

    ``verbose`` hands every line of the builder to ``progress``. Raises
    ``EngineUnavailable`` without a base, ``StartError`` when the build fails.
    """
    image = tag(major)
    if exists(image) and (base is None or base_of(image) == base):
        return image
    try:
        ground = find_base(major, progress, base)
    except EngineUnavailable:
        if base or major not in SUITES or not can_make_base():
            raise
        ground = make_debian_base(major, progress)
    progress(f"building {image} on {ground}")
    options = "-o Acquire::Check-Valid-Until=false" if any(s in ground for s in _EXPIRING) else ""
    # The plain tag is for people; the one with the hash is what we look for.
    command = ["docker", "build", "--network=host", "--tag", image, "--tag", f"{REPOSITORY}:{major}"]
    command += ["--build-arg", f"BASE={ground}", "--build-arg", f"PG={major}"]
    command += ["--build-arg", f"APT_OPTIONS={options}"]
    command += ["--build-arg", f"RDSCHECK_PARAMETERS={default_text(major)}", str(images_dir())]
    run_builder(command, f"PostgreSQL {major}", f"--pg {major}", progress, verbose=verbose)
    return image


def run_builder(
    command: list[str], subject: str, option: str, progress: Progress, *, verbose: bool = False
) -> None:
    """Run ``docker build``; ``option`` of ``rdscheck images build`` makes the same image.

    ``verbose`` hands every line to ``progress``. Raises ``StartError`` with the line that tells most.
    """
    # The classic builder is in every engine; buildx is not.
    environment = os.environ | {"DOCKER_BUILDKIT": "0"}
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment,
    )
    assert process.stdout is not None
    output = []
    for line in process.stdout:
        output.append(line)
        if verbose:
            progress(line.rstrip())
    if process.wait() != 0:
        raise _build_error(subject, option, "".join(output))


def can_make_base() -> bool:
    """Tell whether this machine can make Debian bases itself."""
    return os.geteuid() == 0 and which("mmdebstrap") is not None


def _build_error(subject: str, option: str, output: str) -> RdscheckError:
    if "no space left on device" in output:
        return StartError(
            f"the disk is full: the image for {subject} was not built",
            hint="docker system df shows what takes the space",
        )
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = (line for line in reversed(lines) if re.search(r"error|E:|fatal", line, re.IGNORECASE))
    told = next(errors, lines[-1] if lines else "no output")
    return StartError(
        f"the image for {subject} was not built: {_short(told)}",
        hint=f"rdscheck images build {option} --verbose shows the whole output",
    )


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "no output"


def _short(text: str, length: int = 300) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
