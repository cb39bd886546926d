"""The one place where reports reach a disk."""

import errno
import os
import secrets
from collections.abc import Collection, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

from rdscheck.errors import RdscheckError
from rdscheck.model import Run
from rdscheck.report.markdown import evidence_pages, matrix, version_page
from rdscheck.report.order import normalized
from rdscheck.report.serial import dumps
from rdscheck.report.summary import versions
from rdscheck.report.view import evidence_directory, page_name

__all__ = ["page_name", "render", "write"]

_CAUSES = {
    errno.EACCES: ("no rights", "give another directory"),
    errno.EPERM: ("no rights", "give another directory"),
    errno.EROFS: ("the file system is read-only", "give another directory"),
    errno.ENOSPC: ("the disk is full", "free some space and run again"),
    errno.EDQUOT: ("the disk quota is used up", "free some space and run again"),
    errno.EEXIST: ("a file is in the way", "give a directory"),
    errno.ENOTDIR: ("a file is in the way", "give a directory"),
    errno.EISDIR: ("a directory of that name is in the way", "remove it or give another directory"),
}


def render(run: Run) -> dict[str, str]:
    """Return the text of every report of a run by its file name."""
    run = normalized(run)
    pages: dict[str, str] = {}
    for version in versions(run):
        pages[page_name(version)] = version_page(run, version)
        pages |= evidence_pages(run, version)
    return {"results.json": dumps(run), **pages, "matrix.md": matrix(run)}


def write(run: Run, directory: Path) -> list[Path]:
    """Write every report of a run and return the files, pages of other versions untouched.

    Every text is on disk before the first file takes its name: an interrupted
    or failed write never leaves half a file, and a full disk leaves the old set.
    """
    texts = render(run)
    written = _write_all(texts, directory)
    for version in versions(run):
        _remove_others(directory / evidence_directory(version), {path.resolve() for path in written})
    return written


def _write_all(texts: Mapping[str, str], directory: Path) -> list[Path]:
    at = directory
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with ExitStack() as leftovers:
            pending = []
            for name, text in texts.items():
                at = directory / name
                # In the same directory, since a rename is atomic only within one file system.
                if not at.parent.exists():
                    at.parent.mkdir()
                    leftovers.callback(_remove_empty, at.parent)
                temporary = at.with_name(f".{at.name}.{secrets.token_hex(6)}.tmp")
                leftovers.callback(_remove, temporary)
                _write_through(temporary, text)
                pending.append((temporary, at))
            for temporary, path in pending:
                at = path
                temporary.replace(path)
    except OSError as error:
        cause, hint = _CAUSES.get(error.errno or 0, (error.strerror or type(error).__name__, None))
        raise RdscheckError(f"cannot write {at}: {cause}", hint=hint) from error
    return [path for _, path in pending]


def _write_through(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _remove_others(directory: Path, kept: Collection[Path]) -> None:
    """Remove what an earlier run told of procedures that this one has not; nothing else that lies there."""
    for path in directory.glob("*.md"):
        if path.resolve() not in kept and path.read_bytes().startswith(b"# PostgreSQL "):
            _remove(path)


def _remove_empty(directory: Path) -> None:
    with suppress(OSError):
        directory.rmdir()


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
