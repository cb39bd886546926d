"""Databases that let nobody in."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import changes
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import UPGRADE_SCRIPT
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="database-refuses-connections",
    problem="The database allows no connections.",
    why="pg_upgrade must enter every database but template0. pg_dumpall leaves such a database out without "
    "a word.",
    fix="Allow connections, or drop the database.",
    severity=Severity.BLOCKER,
    source=UPGRADE_SCRIPT,
    date="2026-10-01",
    effort=Effort(0.1),
    guilty=Example(
        sql="CREATE DATABASE {new} ALLOW_CONNECTIONS false",
        clean="DROP DATABASE {new}",
        subject="database {new}",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
        not_dumped="such a database cannot be dumped",
    ),
    innocent=Example(
        sql="CREATE DATABASE {new} CONNECTION LIMIT 0",
        clean="DROP DATABASE {new}",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def database_refuses_connections(context: Context) -> Iterator[Hit]:
    """Find databases without connections that are neither template0 nor half dropped."""
    upgrade = context.move is Move.UPGRADE
    if upgrade and not changes(context):
        return
    for one in context.facts.databases:
        if not one.allows_connections and one.name != "template0" and one.connection_limit != -2:
            yield hit(
                one,
                f"database {plain(one.name)}",
                f"The database {plain(one.name)} allows no connections.",
                f"ALTER DATABASE {quoted(one.name)} ALLOW_CONNECTIONS true;",
                severity=Severity.BLOCKER if upgrade else Severity.WARNING,
            )
