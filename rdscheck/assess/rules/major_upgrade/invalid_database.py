"""Databases left behind by a DROP DATABASE that was interrupted."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import UPGRADE
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="invalid-database",
    problem="The database is left over from an interrupted DROP DATABASE.",
    why="Nobody can connect to it. AWS's precheck stops the upgrade, and pg_dumpall stops at it.",
    fix="DROP DATABASE finishes what was interrupted.",
    severity=Severity.BLOCKER,
    source=UPGRADE,
    date="2026-10-01",
    effort=Effort(0.1),
    guilty=Example(
        sql="CREATE DATABASE {new}; UPDATE pg_database SET datconnlimit = -2 WHERE datname = '{new}'",
        clean="DROP DATABASE {new}",
        subject="database {new}",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
        not_dumped="such a database cannot be dumped",
    ),
    innocent=Example(
        sql="CREATE DATABASE {new} CONNECTION LIMIT 0",
        clean="DROP DATABASE {new}",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def invalid_database(context: Context) -> Iterator[Hit]:
    """Find databases whose connection limit is -2."""
    for one in context.facts.databases:
        if one.connection_limit == -2:
            yield hit(
                one,
                f"database {plain(one.name)}",
                f"The database {plain(one.name)} is left over from an interrupted DROP DATABASE.",
                f"DROP DATABASE {quoted(one.name)};",
            )
