"""Engine versions of RDS for PostgreSQL and the words users name them by.

The table is compiled from the release calendars and document history of AWS
(as of October 2026); each row carries the address of its page. A catalog refreshed from
an account adds the versions that the account offers.
"""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from rdscheck.catalog.extensions import listed
from rdscheck.catalog.numbering import is_version, near, order_key
from rdscheck.catalog.store import Row, overlay, refreshed, shipped
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


def engine_versions() -> tuple[EngineVersion, ...]:
    """Return every engine version known: by engine and major as AWS's pages have them, newest first."""
    return _engine_versions(overlay())


@cache
def _engine_versions(root: Path | None) -> tuple[EngineVersion, ...]:
    found = {(one.engine, one.version): one for one in map(_row, shipped("engine_versions"))}
    for row in map(_row, refreshed(root, "engine_versions")):
        known = found.get((row.engine, row.version))
        # AWS's API tells no dates: those of the calendar stay.
        found[row.engine, row.version] = (
            replace(known, note="; ".join(filter(None, (known.note, row.note)))) if known else row
        )
    return tuple(sorted(found.values(), key=_page_order))


def _page_order(row: EngineVersion) -> tuple[object, ...]:
    minor = order_key(row.version)
    return row.engine != "rds", -minor[0], row.version != row.major, tuple(-part for part in minor)


def _row(row: Row) -> EngineVersion:
    return EngineVersion(
        engine=row["engine"],
        major=row["pg_major"],
        version=row["engine_version"],
        release_date=row["release_date"],
        standard_support_end=row["standard_support_end"],
        extended_support_end=row["extended_support_end"],
        note=row["note"],
        source=row["source"],
    )


def newest(major: int, engine: str = "rds") -> EngineVersion | None:
    """Return the newest minor known of a major, None where AWS lists none."""
    for row in engine_versions():
        if row.engine == engine and row.major == str(major) and row.version != row.major:
            return row
    return None


def support(major: int, engine: str = "rds") -> EngineVersion | None:
    """Return the row of a major with its support dates."""
    return find(str(major), engine)


def find(version: str, engine: str = "rds") -> EngineVersion | None:
    """Return the row of an engine version or a major, None where AWS's pages have none."""
    for row in engine_versions():
        if row.engine == engine and row.version == version:
            return row
    return None


def emulated(version: Version, engine: str = "rds") -> EngineVersion:
    """Return the engine version whose lists a server of that version shows.

    For ``Version(15)`` that is the newest 15.x with a list of extensions, for ``Version(15, "4")``
    15.4 itself. Raises ``UsageError`` when it has no list, naming those next to it.
    """
    known = listed(version.major, engine)
    wanted = str(version) if version.minor else next(reversed(known), "")
    if wanted in known:
        row = find(wanted, engine)
        if row is not None:
            return row
    name = "Aurora PostgreSQL" if engine == "aurora" else "RDS for PostgreSQL"
    if not known or not is_version(str(version)):
        majors = ", ".join(str(major) for major in SANDBOX_MAJORS)
        raise UsageError(f"{name} {version} is not known", hint=f"known are minors of {majors}")
    what = (
        "the list of its extensions is not known"
        if find(str(version), engine)
        else "no such version is known"
    )
    raise UsageError(f"{name} {version}: {what}", hint=f"near it are {', '.join(near(str(version), known))}")


def read_version(text: str) -> Version:
    """Return the version a text names, ``15`` or ``15.4-R2``, whether AWS offers it or not.

    Raises ``UsageError`` for a text that is no version.
    """
    if not is_version(text):
        raise UsageError(f"unknown PostgreSQL version {text!r}", hint=_known())
    major, _, minor = text.partition(".")
    return Version(int(major), minor)


def parse_versions(text: str) -> tuple[Version, ...]:
    """Read what follows ``--pg``: ``15``, ``15.4``, ``13,15.4-R2,17`` or ``all``.

    ``all`` gives the majors of ``SANDBOX_MAJORS``; what stands twice is taken once. A minor
    chooses whose lists of extensions and parameters a server shows; the server that runs is
    the one installed of that major. Raises ``UsageError`` naming the part that is no
    version, is too old, or is a minor whose lists are not known.
    """
    if text.strip() == "all":
        return tuple(Version(major) for major in SANDBOX_MAJORS)
    found: list[Version] = []
    for part in (word.strip() for word in text.split(",")):
        version = read_version(part)
        if version.major not in SANDBOX_MAJORS:
            raise UsageError(f"unknown PostgreSQL version {part!r}", hint=_known())
        emulated(version)
        if version not in found:
            found.append(version)
    return tuple(found)


def _known() -> str:
    known = ", ".join(str(major) for major in SANDBOX_MAJORS)
    return f"known are {known}, their minors such as 15.4 (rdscheck list versions) and all"
