"""Engine versions of RDS for PostgreSQL and the words users name them by.

The table is compiled from the release calendars and document history of AWS
(as of October 2026); each row carries the address of its page.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rdscheck.errors import UsageError
from rdscheck.model import Version

#: Majors rdscheck has a sandbox for. 13 and newer have trusted extensions,
#: on which the master user's rights in the sandbox rest.
SANDBOX_MAJORS = (13, 14, 15, 16, 17, 18)


@dataclass(frozen=True)
class EngineVersion:
    """One row of a release calendar; dates are ISO text, empty where AWS prints none."""

    engine: str  # rds or aurora
    major: str
    version: str
    release_date: str
    standard_support_end: str
    extended_support_end: str
    note: str
    source: str


@cache
def engine_versions() -> tuple[EngineVersion, ...]:
    """Return every engine version known, in the order of AWS's pages (newest first)."""
    text = files("rdscheck.catalog").joinpath("data/engine_versions.csv").read_text(encoding="utf-8")
    return tuple(
        EngineVersion(
            engine=row["engine"],
            major=row["pg_major"],
            version=row["engine_version"],
            release_date=row["release_date"],
            standard_support_end=row["standard_support_end"],
            extended_support_end=row["extended_support_end"],
            note=row["note"],
            source=row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    )


def newest(major: int, engine: str = "rds") -> EngineVersion | None:
    """Return the newest minor known of a major, None where AWS lists none."""
    for row in engine_versions():
        if row.engine == engine and row.major == str(major) and row.version != row.major:
            return row
    return None


def support(major: int, engine: str = "rds") -> EngineVersion | None:
    """Return the row of a major with its support dates."""
    for row in engine_versions():
        if row.engine == engine and row.version == str(major):
            return row
    return None


def parse_versions(text: str) -> tuple[Version, ...]:
    """Read what follows ``--pg``: ``15``, ``13,15,17`` or ``all``.

    ``all`` gives the majors of ``SANDBOX_MAJORS``. Raises ``UsageError`` naming the
    part that is no version, is too old, or asks for a minor: which minor runs
    is decided by the server that is installed.
    """
    if text.strip() == "all":
        return tuple(Version(major) for major in SANDBOX_MAJORS)
    found: list[Version] = []
    for part in (word.strip() for word in text.split(",")):
        known = ", ".join(str(major) for major in SANDBOX_MAJORS)
        if re.fullmatch(r"\d+\.\d+(-R\d+)?", part):
            raise UsageError(
                f"PostgreSQL version {part}: a sandbox is chosen by its major version",
                hint=f"ask for --pg {part.split('.')[0]}",
            )
        if not part.isascii() or not part.isdecimal() or int(part) not in SANDBOX_MAJORS:
            raise UsageError(f"unknown PostgreSQL version {part!r}", hint=f"known are {known} and all")
        version = Version(int(part))
        if version not in found:
            found.append(version)
    return tuple(found)
