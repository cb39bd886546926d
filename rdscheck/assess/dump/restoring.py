"""Archives of pg_dump as SQL, by a ``pg_restore`` that is new enough."""

import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from rdscheck.assess.dump.piping import Pipe, Read
from rdscheck.assess.dump.programs import contained, images_from, programs
from rdscheck.errors import UsageError
from rdscheck.sandbox import images

#: The first major whose pg_restore reads a version of the archive's form, which pg_dump of that major writes.
_READERS = ((1, 16, 17), (1, 15, 16), (1, 14, 12))
_OLDEST = 9
_MAGIC = b"PGDMP"

#: Everything, and the database itself with its settings and its comment.
_ARGUMENTS = ("--create", "--file=-")

#: No data; and comments that name the entry of the archive before each part, by which a rehearsal goes.
SCHEMA = ("--schema-only", "--verbose")


@dataclass(frozen=True)
class Archive:
    """An archive: its form, its first bytes, and where it is: at a path, or in a stream."""

    format: str
    label: str
    header: bytes
    path: Path | None = None
    read: Read | None = None

    @property
    def needs(self) -> int:
        """Return the major of pg_restore that can read it at least; raises ``UsageError`` for none known."""
        if self.header[:5] != _MAGIC or len(self.header) < 7:
            raise UsageError(f"{self.label} is no archive of pg_dump: its table of contents begins otherwise")
        major, minor = self.header[5], self.header[6]
        return next((reader for one, two, reader in _READERS if (major, minor) >= (one, two)), _OLDEST)


def restoring(archive: Archive, options: Sequence[str] = ()) -> Pipe:
    """Start the ``pg_restore`` that writes an archive as SQL; ``options`` are more of its own."""
    return _started(archive, [*_ARGUMENTS, *options], archive.read)


def listing(archive: Archive) -> Pipe:
    """Start the ``pg_restore`` that lists the table of contents of an archive at a path."""
    return _started(archive, ["--list"], None)


def selecting(archive: Archive, entries: Sequence[bytes]) -> Pipe:
    """Start the ``pg_restore`` that writes entries of the table of contents of an archive at a path."""
    text = io.BytesIO(b"\n".join(entries) + b"\n")
    return _started(archive, ["--use-list=/dev/stdin", "--file=-"], text.read)


def _started(archive: Archive, arguments: Sequence[str], feed: Read | None) -> Pipe:
    """Start a ``pg_restore`` that is new enough.

    The one of PATH is taken when it is new enough, then an installed one, then one in an image that a
    Docker engine has. Raises ``UsageError`` when there is none.
    """
    needs = archive.needs
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}
    target = () if archive.path is None else (str(archive.path.absolute()),)
    for program, major in programs("pg_restore"):
        if major >= needs:
            return Pipe([program, *arguments, *target], feed, kept)
    for image in images_from(needs):
        return _in_container(image, archive, arguments, feed)
    raise UsageError(
        f"{archive.label} is an archive that pg_restore {needs} or newer can read, and none is here",
        hint=f"apt-get install postgresql-client-{needs}, or start Docker with an image of rdscheck"
        f" (rdscheck images build --pg {max(needs, 17)})",
    )


def _in_container(image: str, archive: Archive, arguments: Sequence[str], feed: Read | None) -> Pipe:
    name = f"rdscheck-restore-{token_hex(8)}"
    options = ["--name", name, "--network", "none", "--user", f"{os.getuid()}:{os.getgid()}"]
    if feed is not None:
        options.append("--interactive")
    if archive.path is not None:
        # The form is CSV: a field with a comma or quotation marks in it stands in quotation marks.
        source = f"source={archive.path.absolute()}".replace('"', '""')
        options += ["--mount", f'type=bind,"{source}",target=/dump,readonly']
        arguments = [*arguments, "/dump"]
    command = [*contained(image, "pg_restore", *options), *arguments]
    return _Contained(command, feed, name)


class _Contained(Pipe):
    """A program in a container, which does not end with the client that started it."""

    def __init__(self, command: list[str], feed: Read | None, name: str) -> None:
        super().__init__(command, feed)
        self._name = name

    def close(self) -> None:
        """End the container too."""
        if self._process.poll() is None:
            images.docker("rm", "--force", self._name)
        super().close()
