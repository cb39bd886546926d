"""Running the checks of a major upgrade over all databases of a server, and telling what was found.

The texts follow what AWS publishes: the event of a refused upgrade and ``pg_upgrade_precheck.log``.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.Process.html
"""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import psycopg

from rdscheck.catalog.extensions import creatable
from rdscheck.catalog.numbering import order_key
from rdscheck.upgrade.checks import CHECKS, DATABASE, GONE_COLUMNS, INSTANCE, UPDATE_FIRST, Check

#: Opens a connection to a database of the server; what it gives is closed after use.
Connect = Callable[[str], AbstractContextManager[psycopg.Connection[Any]]]

#: Databases of the service, which no check looks into.
_SERVICE = ("rdsadmin", "template0")

_ADVICE = (
    "Please take appropriate action on databases that have usage incompatible with the requested major"
    " engine version upgrade and try the upgrade again."
)
_STATE = "Database instance is in a state that cannot be upgraded: PreUpgrade checks failed:"


@dataclass(frozen=True)
class Obstacle:
    """What one check found: ``database`` is empty where it is about the whole instance."""

    check: Check
    database: str
    found: tuple[str, ...]

    @property
    def message(self) -> str:
        """Return the line of the precheck log."""
        return self.check.line.replace("{found}", json.dumps(list(self.found), ensure_ascii=False))

    @property
    def blocks(self) -> bool:
        """Tell whether the upgrade does not go on while this stands."""
        return self.check.blocks


def applying(source: str, target: str) -> tuple[Check, ...]:
    """Return the checks of an upgrade between two engine versions."""
    majors = order_key(source)[0], order_key(target)[0]
    return tuple(check for check in CHECKS if check.applies(*majors))


def look(connect: Connect, source: str, target: str, *, first: str = "postgres") -> tuple[Obstacle, ...]:
    """Return everything in the way of an upgrade from one engine version to another.

    ``connect`` opens a database by its name, as any role that may read the catalogs; ``first`` is one to
    begin with. Databases that take no connections are left to the checks of the instance. Raises what
    psycopg raises.
    """
    checks = applying(source, target)
    values = _values(source, target)
    found: list[Obstacle] = []
    with connect(first) as conn:
        found += _of(conn, (check for check in checks if check.scope == INSTANCE), "", values)
        rows = conn.execute(
            "SELECT datname::text FROM pg_catalog.pg_database"
            " WHERE datallowconn AND datconnlimit <> -2 AND datname <> ALL (%s) ORDER BY 1",
            [list(_SERVICE)],
        ).fetchall()
        inside = [check for check in checks if check.scope == DATABASE]
        names = [name for (name,) in rows]
        of_first = list(_of(conn, inside, first, values)) if first in names else []
    for database in names:
        if database == first:
            found += of_first
            continue
        with connect(database) as conn:
            found += _of(conn, inside, database, values)
    return tuple(found)


def _of(
    conn: psycopg.Connection[Any], checks: Iterable[Check], database: str, values: dict[str, object]
) -> Iterator[Obstacle]:
    if conn.info.server_version >= 110000:
        # Taken for expensive, the recursive ones would be compiled, a hundred times what they take.
        conn.execute("SET jit = off")
    for check in checks:
        rows = conn.execute(check.sql, values | check.parameters).fetchall()
        if rows:
            yield Obstacle(check, database, tuple(str(row[0]) for row in rows))


def _values(source: str, target: str) -> dict[str, object]:
    """Return the parameters of queries."""
    before, after = order_key(source)[0], order_key(target)[0]
    return {
        "offered": [*creatable(target), "plpgsql"],
        "update_first": list(UPDATE_FIRST),
        "gone": [name for name, first in GONE_COLUMNS.items() if before < first <= after],
    }


def event(obstacles: Iterable[Obstacle]) -> str:
    """Return what the instance's event says, in AWS's form; empty when nothing blocks."""
    told = [
        (one.check.event or one.message)
        if not one.database or one.check.event
        else f"The database '{one.database}': {one.message}"
        for one in obstacles
        if one.blocks
    ]
    return " ".join([_STATE, *dict.fromkeys(told)]) if told else ""


def log(obstacles: Iterable[Obstacle], source: str, target: str, date: str) -> str:
    """Return the text of ``pg_upgrade_precheck.log`` in AWS's form; ``date`` is printed as it is.

    Without an obstacle it says so in one line, which is ours: AWS shows no such log.
    """
    blocking = [one for one in obstacles if one.blocks]
    if not blocking:
        return f"Upgrade from {source} to {target}: nothing is in the way\n"
    bar = "-" * 66
    lines = [
        bar,
        f"Upgrade could not be run on {date}",
        bar,
        f"The instance could not be upgraded from {source} to {target} for the following reasons.",
        _ADVICE,
        "",
    ]
    lines += [f"* {one.message}" for one in blocking if not one.database]
    for database in sorted({one.database for one in blocking if one.database}):
        lines.append(
            f"* The following issues in the database '{database}' need to be corrected before upgrading:"
        )
        lines += [f"** {one.message}" for one in blocking if one.database == database]
    return "\n".join(lines) + "\n"
