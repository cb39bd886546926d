"""A dump opened: whatever its form, a stream of SQL in UTF-8, or in the encoding its session names."""

import bz2
import gzip
import io
import lzma
import shutil
import sys
import tarfile
import zlib
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

from rdscheck.assess.dump.piping import WHOLE, Pipe, Read
from rdscheck.assess.dump.recoding import FORMS, text_of
from rdscheck.assess.dump.restoring import SCHEMA, Archive, restoring
from rdscheck.errors import UsageError

#: What is looked at to tell what a file is.
_FIRST = 64 << 10

_COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x04\x22\x4d\x18": "lz4",
}

#: How a tar ends.
_END_OF_TAR = bytes(1024)


def _nothing(_size: int) -> bytes:
    return b""


@dataclass
class Opened:
    """A dump to read from; close it after use. ``format`` is plain, custom, directory or tar."""

    format: str = "plain"
    read: Read = _nothing
    stack: ExitStack = field(default_factory=ExitStack)
    checks: list[Callable[[], None]] = field(default_factory=list)
    options: Sequence[str] = ()  # of pg_restore
    archive: Archive | None = None  # one at a path, whose data were left out

    def through(self, pipe: Pipe, label: str, otherwise: str) -> Read:
        """Read from a program, which is ended with the dump."""
        self.stack.callback(pipe.close)
        self.checks.append(lambda: pipe.check(label, otherwise))
        return pipe.read

    def finish(self) -> None:
        """Make sure that what was read to its end is all; raises ``UsageError``."""
        for check in self.checks:
            check()

    def close(self) -> None:
        """Close files and end programs."""
        self.stack.close()


def open_dump(source: str | Path | IO[bytes], label: str, options: Sequence[str] = ()) -> Opened:
    """Open a dump: a path, ``-`` for standard input, or a binary stream.

    ``options`` are more options of ``pg_restore``, which reads archives; without any the data of an archive
    at a path are left out.
    Raises ``UsageError`` for what is no dump or cannot be read.
    """
    opened = Opened(options=options)
    try:
        _open(opened, source, label)
    except OSError as error:
        opened.close()
        raise UsageError(f"{label} cannot be read: {error.strerror or error}") from error
    except BaseException:
        opened.close()
        raise
    return opened


def _open(opened: Opened, source: str | Path | IO[bytes], label: str) -> None:
    if not isinstance(source, str | Path):
        _stream(opened, source, None, label)
    elif str(source) == "-":
        _stream(opened, sys.stdin.buffer, None, label)
    elif (path := Path(source)).is_dir():
        if not (path / "toc.dat").is_file():
            raise UsageError(f"{label} is a directory without toc.dat, so no dump of pg_dump -Fd", hint=FORMS)
        with (path / "toc.dat").open("rb") as file:
            _archive(opened, Archive("directory", label, file.read(16), path=path))
    else:
        _stream(opened, opened.stack.enter_context(path.open("rb")), path, label)


def _archive(opened: Opened, archive: Archive) -> None:
    opened.format = archive.format
    options = opened.options
    if archive.path is not None:
        options, opened.archive = options or SCHEMA, archive
        archive = replace(archive, read=None)
    pipe = restoring(archive, options)
    opened.read = opened.through(pipe, archive.label, "pg_restore cannot read it")


def _stream(opened: Opened, stream: IO[bytes], path: Path | None, label: str) -> None:
    first = _fill(stream.read, _FIRST)
    read = _before(first, stream.read)
    if compression := next((name for mark, name in _COMPRESSED.items() if first.startswith(mark)), ""):
        read = _decompressed(opened, compression, read, label)
        first = _fill(read, _FIRST)
        read, path = _before(first, read), None
    if first.startswith(b"PGDMP"):
        _archive(opened, Archive("custom", label, first[:16], path, read))
    elif first[257:262] == b"ustar":
        if path is not None:
            _check_end(path, label)
        header = _header_of_tar(first, label)
        _archive(opened, Archive("tar", label, header, path, _to_the_end(read, label)))
    else:
        opened.read = text_of(first, read, label)


def _header_of_tar(first: bytes, label: str) -> bytes:
    """Return the beginning of ``toc.dat`` of a tar, which stands first in it."""
    try:
        with tarfile.open(fileobj=io.BytesIO(first), mode="r|") as archive:
            member = archive.next()
            file = archive.extractfile(member) if member is not None and member.name == "toc.dat" else None
            if file is not None:
                return file.read(16)
    except (tarfile.TarError, EOFError):
        pass
    raise UsageError(
        f"{label} is a tar archive, but none of pg_dump -Ft: it does not begin with toc.dat", hint=FORMS
    )


def _check_end(path: Path, label: str) -> None:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - len(_END_OF_TAR)))
        if file.read() != _END_OF_TAR:
            raise _torn(label)


def _to_the_end(read: Read, label: str) -> Read:
    """Read a tar and raise ``UsageError`` at its end when it is not the end of the archive."""
    last = b""

    def reading(size: int) -> bytes:
        nonlocal last
        part = read(size)
        if not part and last != _END_OF_TAR:
            raise _torn(label)
        last = (last + part[-len(_END_OF_TAR) :])[-len(_END_OF_TAR) :]
        return part

    return reading


def _torn(label: str) -> UsageError:
    return UsageError(f"{label} is a tar archive that ends before it is complete", hint=WHOLE)


def _fill(read: Read, size: int) -> bytes:
    """Read until there is as much, or no more."""
    parts, length = [], 0
    while length < size and (part := read(size - length)):
        parts.append(part)
        length += len(part)
    return b"".join(parts)


def _before(first: bytes, read: Read) -> Read:
    """Put back what was read."""
    rest = io.BytesIO(first)
    return lambda size: rest.read(size) or read(size)


class _Reading(io.RawIOBase):
    """A function that reads, as a file."""

    def __init__(self, read: Read) -> None:
        self._read = read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        found = self._read(len(buffer))
        buffer[: len(found)] = found
        return len(found)


def _decompressed(opened: Opened, how: str, read: Read, label: str) -> Read:
    if how in {"zstd", "lz4"}:
        program = shutil.which(how)
        if program is None:
            raise UsageError(
                f"{label} is compressed with {how}, and the program {how} is not installed",
                hint=f"apt-get install {how}, or decompress the dump first",
            )
        return opened.through(Pipe([program, "-dc"], read), label, f"{how} cannot decompress it")
    file = io.BufferedReader(_Reading(read), 1 << 18)
    classes = {"gzip": gzip.GzipFile, "bzip2": bz2.BZ2File, "xz": lzma.LZMAFile}
    unpacked = classes[how](file, "rb") if how != "gzip" else gzip.GzipFile(fileobj=file, mode="rb")

    def safely(size: int) -> bytes:
        try:
            found: bytes = unpacked.read(size)
        except (EOFError, OSError, ValueError, lzma.LZMAError, zlib.error) as error:
            raise UsageError(f"{label} cannot be decompressed: {error}", hint=WHOLE) from error
        return found

    return safely
