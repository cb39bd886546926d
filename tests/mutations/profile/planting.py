"""A fault planted: another library of the RDS profile, or another data directory."""

import os
import shutil
import subprocess
from pathlib import Path

from rdscheck.resources import images_dir
from rdscheck.sandbox import shadow
from tests.mutations.compiling import remembering_compiler
from tests.mutations.profile.fault import Edit, Fault

#: What ``plant`` makes in a directory of the fault's own: the changed build context, and a library.
IMAGES, LIBRARIES = "images", "lib"

#: Not needed for the profile, and much to copy or to compile.
_OTHERS = ("aws_client", "aws_commons", "aws_lambda", "aws_s3", "localstack")


class NotPlanted(Exception):
    """The fault could not be planted: its text is gone, or the compiler refused it."""


def prepare(room: Path) -> None:
    """Make a directory ready for planting; the server's account has to get in."""
    room.chmod(0o755)
    remembering_compiler(room)


def plant(fault: Fault, room: Path, bin_dir: Path) -> Path:
    """Make a fault in a directory below ``room`` and return that; raises ``NotPlanted``."""
    root = room / fault.id
    shutil.copytree(images_dir(), root / IMAGES, ignore=shutil.ignore_patterns(*_OTHERS))
    for edit in fault.edits:
        # A file may be edited more than once.
        text = edited(edit, root / IMAGES)
        (root / IMAGES / edit.file).write_text(text, encoding="utf-8")
    if fault.compiled:
        _compile(root, room, bin_dir)
    return root


def edited(edit: Edit, images: Path) -> str:
    """Return the text of a file with an edit; raises ``NotPlanted``."""
    text = (images / edit.file).read_text(encoding="utf-8")
    if text.count(edit.old) != 1:
        raise NotPlanted(f"{edit.file} has {edit.old!r} {text.count(edit.old)} times and not once")
    return text.replace(edit.old, edit.new)


def _compile(root: Path, room: Path, bin_dir: Path) -> None:
    """Build the changed library; the others are empty files, for that build.sh wants them."""
    for name, files in {
        "aws_client": ("client.c",),
        "aws_lambda": ("c.c", "c.control", "c.sql"),
        "aws_s3": ("c.c", "c.control", "c.sql"),
        "aws_commons": ("c.control", "c.sql"),
    }.items():
        (root / IMAGES / name).mkdir()
        for file in files:
            (root / IMAGES / name / file).touch()
    include, out = str(shadow._headers(bin_dir).parent), str(root / LIBRARIES)
    done = subprocess.run(
        ["sh", str(root / IMAGES / "build.sh"), include, out, out],
        # Seconds count here, warnings about the damage do not.
        env=os.environ | shadow._build_environment(bin_dir) | {"CFLAGS": "-O0 -w", "CC": str(room / "cc")},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotPlanted(done.stderr)
