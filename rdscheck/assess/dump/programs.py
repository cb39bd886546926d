"""Where pg_dump and pg_restore are: on this machine, or in images that a Docker engine has."""

import re
import shutil
import subprocess
from collections.abc import Iterator

from rdscheck.errors import EngineUnavailable
from rdscheck.sandbox import images
from rdscheck.sandbox.local import installations
from rdscheck.sandbox.owner import Owner, labels

#: Majors whose images are looked for, the newest first.
_IMAGES = (18, 17, 16, 15, 14, 13)


def programs(name: str) -> Iterator[tuple[str, int]]:
    """Return programs of that name on this machine and their majors, that of PATH first."""
    if found := shutil.which(name):
        done = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
        if match := re.search(r"\) (\d+)", done.stdout):
            yield found, int(match[1])
    for major, installation in sorted(installations().items(), reverse=True):
        program = installation.bin_dir / name
        if program.is_file():
            yield str(program), major


def images_from(needs: int) -> Iterator[str]:
    """Return images that have the client programs of a major at least."""
    try:
        for major in _IMAGES:
            if major >= needs:
                for image in (images.tag(major), f"{images.REPOSITORY}:{major}", f"postgres:{major}"):
                    if images.exists(image):
                        yield image
    except EngineUnavailable:
        return


def contained(image: str, program: str, *options: str) -> list[str]:
    """Return the beginning of a command that runs a program of an image; its arguments follow.

    ``options`` are those of ``docker run``. The container carries our labels, so that a sweep finds it.
    """
    command = ["docker", "run", "--rm", "--entrypoint", "sh", *options]
    for label, value in labels(Owner.me(), "").items():
        command += ["--label", f"{label}={value}"]
    return [*command, image, "-c", f'PATH="$PGBIN:$PATH"; exec {program} "$@"', "sh"]
