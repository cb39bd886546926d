"""Writing down what an account told, beside the catalog of the package.

A new set is complete before a single rename puts it in the place of the old one;
whatever fails before that leaves the old one as it was.
"""

import csv
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from rdscheck.catalog.account import ENGINE, Account
from rdscheck.catalog.store import CURRENT, Row, header, refreshed
from rdscheck.errors import RdscheckError, UsageError

_SET = "set-"


def write(account: Account, directory: Path, date: str) -> Path:
    """Write an account's rows to a directory and return the set; majors it does not cover stay.

    ``date`` is the day it was read, as ISO text. Raises ``RdscheckError`` when the directory cannot
    be written.
    """
    covered = {str(major) for major in account.majors}
    fresh: dict[str, list[Row]] = {
        "engine_versions": list(account.versions),
        "parameters": list(account.parameters),
        "extension_lists": list(account.lists),
        "extensions": list(account.extensions),
        "origin": [_origin(account, major, date) for major in account.majors],
    }
    with _writing(directory):
        old = (directory / CURRENT).resolve() if (directory / CURRENT).exists() else None
        directory.mkdir(parents=True, exist_ok=True)
        new = directory / f"{_SET}{token_hex(6)}"
        new.mkdir()
        try:
            for table, rows in fresh.items():
                column = "pg_versions" if table == "parameters" else "pg_major"
                kept = [row for row in refreshed(old, table) if row[column] not in covered]
                _write_table(new / f"{table}.csv", table, [*kept, *rows])
            link = directory / f".{CURRENT}.{token_hex(6)}"
            link.symlink_to(new.name)
            link.replace(directory / CURRENT)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        _remove_sets(directory, but=new.name)
    return new


def forget(directory: Path) -> bool:
    """Remove a refreshed catalog; return False when there was none.

    Raises ``UsageError`` for a directory that was not written by ``write``.
    """
    link = directory / CURRENT
    if not link.is_symlink():
        if link.exists():
            raise UsageError(f"{link} was not made by rdscheck catalog refresh", hint="remove it by hand")
        return False
    with _writing(directory):
        link.unlink()
        _remove_sets(directory)
        # A directory of the user's may hold more than ours.
        with suppress(OSError):
            directory.rmdir()
    return True


def _remove_sets(directory: Path, but: str = "") -> None:
    for path in directory.glob(f"{_SET}*"):
        if path.name == but:
            continue
        # Gone at once for whoever reads it, not file by file.
        gone = directory / f".gone.{token_hex(6)}"
        path.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def _origin(account: Account, major: int, date: str) -> Row:
    def number(rows: Iterable[Row], column: str = "pg_major") -> str:
        return str(sum(row[column] == str(major) for row in rows))

    return {
        "engine": ENGINE,
        "pg_major": str(major),
        "region": account.region,
        "date": date,
        "versions": number(account.versions),
        "parameters": number(account.parameters, "pg_versions"),
        "extensions": number(account.extensions),
    }


def _write_table(path: Path, table: str, rows: Iterable[Row]) -> None:
    with path.open("x", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header(table), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _writing(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RdscheckError(
            f"cannot write {error.filename or directory}: {error.strerror}",
            hint="name a directory you may write with --output",
        ) from error
