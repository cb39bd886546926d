"""Databases whose names keep AWS's upgrade from running."""

import re
from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import changes
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import UPGRADE
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

_PLAIN = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


@rule(
    id="database-name-characters",
    problem="The name of the database has characters that RDS's major upgrade does not take.",
    why="The precheck stops: The database name contains characters that are not supported by RDS for "
    "PostgreSQL. Which ones is not published; AWS's own script takes letters, digits, underscores and "
    "dashes.",
    fix="Rename the database.",
    severity=Severity.BLOCKER,
    source=UPGRADE,
    date="2026-10-01",
    effort=Effort(1, 0.5),
    guilty=Example(
        sql='CREATE DATABASE "{new} böse"',
        clean='DROP DATABASE "{new} böse"',
        subject='database "{new} böse"',
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
        not_dumped="a dump names its database only when it is made with --create",
    ),
    innocent=Example(
        sql='CREATE DATABASE "{new}-Gut_1"',
        clean='DROP DATABASE "{new}-Gut_1"',
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def database_name_characters(context: Context) -> Iterator[Hit]:
    """Find such names; after a restore they matter at the next upgrade."""
    upgrade = context.move is Move.UPGRADE
    if upgrade and not changes(context):
        return
    for one in context.facts.databases:
        if _PLAIN.fullmatch(one.name):
            continue
        suggested = re.sub(r"[^A-Za-z0-9_-]+", "_", one.name, flags=re.ASCII)
        when = f"the upgrade to {context.target.version}" if upgrade else "the next major upgrade"
        yield hit(
            one,
            f"database {plain(one.name)}",
            f"The name of the database {plain(one.name)} has characters that stop {when}.",
            f"ALTER DATABASE {quoted(one.name)} RENAME TO {quoted(suggested)};",
            severity=Severity.BLOCKER if upgrade else Severity.WARNING,
            certainty=Certainty.DOCUMENTED if upgrade else Certainty.DERIVED,
        )
