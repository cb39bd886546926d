"""Where the catalog's tables are: compiled into the package, and refreshed from an account.

A refreshed set lies in a directory of the user's (``rdscheck catalog refresh``) as
``current/*.csv``, where ``current`` is a link: a new set takes the place of the old one
in a single step, and who reads while it happens reads one of the two.
"""

import csv
import getpass
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from rdscheck.catalog.numbering import order_key
from rdscheck.errors import RdscheckError, UsageError

#: Environment variable naming the directory of a refreshed catalog; ``none`` switches it off.
VARIABLE = "RDSCHECK_CATALOG"
NONE = "none"
CURRENT = "current"

Row = Mapping[str, str]

#: The tables of a refreshed set, with their columns that hold whole numbers.
_NUMBERS: Mapping[str, tuple[str, ...]] = {
    "engine_versions": ("pg_major",),
    "parameters": (),
    "extension_lists": ("pg_major", "extensions"),
    "extensions": ("pg_major",),
    "origin": ("pg_major", "versions", "parameters", "extensions"),
}


@dataclass(frozen=True)
class Table:
    """What a table of the package reflects; ``as_of`` is ``YYYY-MM``."""

    name: str
    as_of: str
    reflects: str


@dataclass(frozen=True)
class Note:
    """A warning about a table: a hole, a repair, a guess. ``about`` is empty where it holds for all of it."""

    table: str
    about: str
    note: str


@cache
def shipped(table: str) -> tuple[Row, ...]:
    """Return the rows of a table of the package; raises ``FileNotFoundError`` for a name that is none."""
    text = files("rdscheck.catalog").joinpath(f"data/{table}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


@cache
def tables() -> tuple[Table, ...]:
    """Return the tables of the package with their dates."""
    return tuple(Table(row["table"], row["as_of"], row["reflects"]) for row in shipped("tables"))


def notes(table: str = "") -> tuple[Note, ...]:
    """Return what to know about a table, or about all of them, before relying on it."""
    found = (Note(row["table"], row["about"], row["note"]) for row in shipped("notes"))
    return tuple(note for note in found if table in {"", note.table})


def directory() -> Path | None:
    """Return the directory a refreshed catalog is looked for in, existing or not; None when switched off.

    ``RDSCHECK_CATALOG`` names it, else it is ``catalog`` in the directory of the user's runs.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return None if chosen == NONE else Path(chosen)
    home = os.environ.get("RDSCHECK_HOME")
    if home:
        return Path(home) / "catalog"
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return Path(tempfile.gettempdir()) / f"rdscheck-{user}" / "catalog"


def overlay() -> Path | None:
    """Return the directory with the refreshed tables, None when there is no refreshed catalog.

    Raises ``UsageError`` when ``RDSCHECK_CATALOG`` names a directory without one, and
    ``RdscheckError`` for one that belongs to somebody else: it could be a trap.
    """
    where = directory()
    if where is None:
        return None
    try:
        found = (where / CURRENT).resolve(strict=True)
    except FileNotFoundError:
        if os.environ.get(VARIABLE):
            raise UsageError(
                f"{VARIABLE}: there is no catalog in {where}",
                hint=f"fill it with rdscheck catalog refresh, or set {VARIABLE}={NONE}",
            ) from None
        return None
    except OSError as error:
        raise RdscheckError(
            f"cannot read {where}: {error.strerror}", hint="rdscheck catalog forget"
        ) from error
    if found.stat().st_uid not in {os.getuid(), 0}:
        raise RdscheckError(
            f"the refreshed catalog in {where} belongs to another user",
            hint=f"set {VARIABLE} to a directory of your own, or to {NONE}",
        )
    return found


@cache
def refreshed(root: Path | None, table: str) -> tuple[Row, ...]:
    """Return the rows of a refreshed table, none where the set has no such table.

    Raises ``RdscheckError`` for a file that is not the table it is named after.
    """
    if root is None:
        return ()
    path = root / f"{table}.csv"
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except FileNotFoundError as error:
        if not root.is_dir():
            raise RdscheckError("the refreshed catalog was replaced meanwhile", hint="run again") from error
        return ()
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _damaged(path) from error
    wanted = set(header(table))
    for row in rows:
        if (
            set(row) != wanted
            or None in row.values()
            or not all(row[it].isdecimal() for it in _NUMBERS[table])
        ):
            raise _damaged(path)
    return tuple(rows)


def header(table: str) -> list[str]:
    """Return the column names of a table, the same in the package and in a refreshed set."""
    if table == "origin":
        return ["engine", "pg_major", "region", "date", "versions", "parameters", "extensions"]
    return list(shipped(table)[0])


def origins() -> Mapping[tuple[str, int], Row]:
    """Return what was read from an account, by engine and major: region, ISO date, counts."""
    return {(row["engine"], int(row["pg_major"])): row for row in refreshed(overlay(), "origin")}


def as_of(table: str, engine_version: str = "", engine: str = "rds") -> str:
    """Return the date of a table, or ``your account, DATE`` for a version whose rows are from there.

    Refreshed parameters hold for all minors of their major, a refreshed list of extensions for one.
    Raises ``UsageError`` for a table nobody knows.
    """
    if engine_version and _is_refreshed(table, engine_version, engine):
        row = origins().get((engine, order_key(engine_version)[0]))
        if row is None:
            raise _damaged((overlay() or Path()) / "origin.csv")
        return f"your account, {row['date']}"
    for one in tables():
        if one.name == table:
            return one.as_of
    raise UsageError(f"the catalog has no table {table!r}", hint=", ".join(_names()))


def _is_refreshed(table: str, engine_version: str, engine: str) -> bool:
    # The list's own table is small, and the extensions of a list are there when it is.
    where = {"extensions": "extension_lists"}.get(table, table)
    if where not in _NUMBERS:
        return False
    if where == "parameters":
        found, wanted = "pg_versions", str(order_key(engine_version)[0])
    else:
        found, wanted = "engine_version", engine_version
    return any(row["engine"] == engine and row[found] == wanted for row in refreshed(overlay(), where))


def _names() -> Iterator[str]:
    yield from (one.name for one in tables())


def _damaged(path: Path) -> RdscheckError:
    return RdscheckError(
        f"{path} cannot be read as a table of the catalog",
        hint="rdscheck catalog forget, then rdscheck catalog refresh",
    )
