"""The table of contents of an archive: what of its data is worth reading, and which tables have some."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from rdscheck.assess.dump.restoring import Archive
from rdscheck.assess.facts import Relation

# What pg_restore --list writes: "3742; 0 17271 TABLE DATA app thing owner".
_ENTRY = re.compile(rb"(\d+); \d+ \d+ (BLOB METADATA|BLOB|TABLE DATA) ([^\n]*)")
_ROWS = re.compile(rb"cron job |.* part_config ")


@dataclass(frozen=True)
class Contents:
    """Entries to be read for their data, as pg_restore wants them back, and the tables that have data."""

    wanted: list[bytes] = field(default_factory=list)
    tables: frozenset[str] = frozenset()
    numbers: tuple[int, ...] = ()  # of the entries that hold the data of tables

    def having_data(self, relations: Iterable[Relation]) -> list[Relation]:
        """Return those of some relations that have data."""
        return [one for one in relations if _line(one.schema, one.name, one.owner) in self.tables]


def contents_of(listing: bytes) -> Contents:
    """Read a table of contents as pg_restore lists it.

    Large objects themselves are wanted, one by one before 17 and together since, but not what is in them.
    """
    wanted, tables, numbers = [], set(), []
    for line in listing.split(b"\n"):
        match = _ENTRY.match(line)
        if match is None:
            continue
        number, kind, name = match.groups()
        if kind == b"TABLE DATA":
            tables.add(name.decode(errors="replace"))
            numbers.append(int(number))
        if kind != b"TABLE DATA" or _ROWS.match(name):
            wanted.append(line)
    return Contents(wanted, frozenset(tables), tuple(numbers))


def missing_data(archive: Archive, contents: Contents) -> str:
    """Return why the data of tables, which are not read, cannot all be in an archive at a path.

    The table of contents stands first: it can be read of a file that was cut later. The data of a custom
    archive end with a number that is zero, whatever their compression; those of a directory are files.
    """
    if archive.path is None or not contents.numbers:
        return ""
    if archive.format == "custom":
        size = 1 + archive.header[8]  # of a number: its sign and its bytes
        with archive.path.open("rb") as file:
            file.seek(max(0, archive.path.stat().st_size - size))
            return "" if file.read() == bytes(size) else "the archive ends within its data"
    if archive.format == "directory":
        there = {one.name.partition(".")[0] for one in archive.path.iterdir() if ".dat" in one.name}
        lacking = [number for number in contents.numbers if str(number) not in there]
        return (
            f"the archive lacks its data file {lacking[0]}.dat and {len(lacking) - 1} more" if lacking else ""
        )
    return ""


def _line(*names: str) -> str:
    """Return names as a list has them: on one line, with spaces between them."""
    return " ".join(names).replace("\n", " ").replace("\r", " ")
