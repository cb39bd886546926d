"""The table of contents of an archive: what of its data is worth reading, and which tables have some."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from rdscheck.assess.facts import Relation

# What pg_restore --list writes: "3742; 0 17271 TABLE DATA app thing owner".
_ENTRY = re.compile(rb"\d+; \d+ \d+ (BLOB METADATA|BLOB|TABLE DATA) ([^\n]*)")
_ROWS = re.compile(rb"cron job |.* part_config ")


@dataclass(frozen=True)
class Contents:
    """Entries to be read for their data, as pg_restore wants them back, and the tables that have data."""

    wanted: list[bytes] = field(default_factory=list)
    tables: frozenset[str] = frozenset()

    def having_data(self, relations: Iterable[Relation]) -> list[Relation]:
        """Return those of some relations that have data."""
        return [one for one in relations if _line(one.schema, one.name, one.owner) in self.tables]


def contents_of(listing: bytes) -> Contents:
    """Read a table of contents as pg_restore lists it.

    Large objects themselves are wanted, one by one before 17 and together since, but not what is in them.
    """
    wanted, tables = [], set()
    for line in listing.split(b"\n"):
        match = _ENTRY.match(line)
        if match is None:
            continue
        if match[1] == b"TABLE DATA":
            tables.add(match[2].decode(errors="replace"))
        if match[1] != b"TABLE DATA" or _ROWS.match(match[2]):
            wanted.append(line)
    return Contents(wanted, frozenset(tables))


def _line(*names: str) -> str:
    """Return names as a list has them: on one line, with spaces between them."""
    return " ".join(names).replace("\n", " ").replace("\r", " ")
