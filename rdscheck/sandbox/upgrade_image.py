"""Images in which a major upgrade runs: the server of the new major, and beside it that of the old one."""

import hashlib
import re

from filelock import FileLock

from rdscheck.resources import images_dir
from rdscheck.sandbox import images
from rdscheck.sandbox.engine import Progress
from rdscheck.sandbox.rundir import base_dir

REPOSITORY = "rdscheck/upgrade"

_CONTEXT = "upgrade"
_LABEL = "rdscheck.made-of"


def tag(old: int, new: int) -> str:
    """Return the name of the image for an upgrade between two majors, for the present files."""
    parts = images.bake_hash(old), images.bake_hash(new), images.hash_of(images.files_of([_CONTEXT]))
    return f"{REPOSITORY}:{old}-{new}-{hashlib.sha256(' '.join(parts).encode()).hexdigest()[:8]}"


def build(old: int, new: int, progress: Progress, *, verbose: bool = False) -> str:
    """Build the image for an upgrade unless it is there, and return its tag.

    Both majors' own images are built where they are missing. Raises ``EngineUnavailable`` without a base
    for one of them, ``StartError`` when the old server does not run on the system of the new one.
    """
    with FileLock(base_dir() / f"upgrade-{old}-{new}.lock"):
        before = images.build(old, progress, verbose=verbose)
        after = images.build(new, progress, verbose=verbose)
        image = tag(old, new)
        # An image of the same name may have been built anew on another base.
        made_of = f"{_id(before)} {_id(after)}"
        if _made_of(image) == made_of:
            return image
        progress(f"building {image}")
        command = ["docker", "build", "--tag", image, "--label", f"{_LABEL}={made_of}"]
        for name, value in (("OLD", old), ("NEW", new), ("OLD_IMAGE", before), ("NEW_IMAGE", after)):
            command += ["--build-arg", f"{name}={value}"]
        command.append(str(images_dir() / _CONTEXT))
        subject = f"the upgrade from PostgreSQL {old} to {new}"
        images.run_builder(command, subject, f"--upgrade {old}-{new}", progress, verbose=verbose)
        return image


def ours() -> list[str]:
    """Return the names of our upgrade images, old ones included."""
    return images.named(REPOSITORY)


def outdated() -> list[str]:
    """Return our upgrade images that were built from another state of our files."""
    return [image for image in ours() if image != _current(image)]


def _current(image: str) -> str:
    """Return the present name of what an image was made for, empty for a name that is none of ours."""
    found = re.fullmatch(r"(\d+)-(\d+)-[0-9a-f]{8}", image.rpartition(":")[2])
    return tag(int(found[1]), int(found[2])) if found else ""


def _id(image: str) -> str:
    return images.docker("image", "inspect", "--format", "{{.Id}}", image).stdout.strip()


def _made_of(image: str) -> str:
    form = '{{index .Config.Labels "' + _LABEL + '"}}'
    return images.docker("image", "inspect", "--format", form, image).stdout.strip()
