"""An extension that stays at its version when the engine is upgraded."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._numbers import NUMBERED_OTHERWISE, older_as_written
from rdscheck.assess.rules.extensions._offers import on
from rdscheck.assess.rules.extensions._pages import EXTENSION_UPGRADE, READ
from rdscheck.assess.target import Move

#: Extensions whose update goes another way, with rules of their own.
_OTHER_WAY = frozenset({"pg_partman", "pg_repack", "pgaudit", "plcoffee", "plls", "plv8"})


@rule(
    id="extension-update-advised",
    problem="The extension keeps its version through the upgrade; the target has a newer one.",
    why="Upgrading the engine does not update extensions. The old version goes on, without what later ones"
    " brought and mended, until it is updated in every database.",
    fix="Update the extension after the upgrade.",
    severity=Severity.NOTE,
    source=EXTENSION_UPGRADE,
    date=READ,
    moves=(Move.UPGRADE,),
    effort=Effort(0.25, 0.05),
    guilty=Example(
        sql=disguised("vector 0.5.1"),
        subject="extension vector",
        target="rds-18",
        until=17,
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
        not_dumped="a dump does not tell the version of an extension",
    ),
    innocent=Example(
        sql=disguised("vector 0.8.2"), target="rds-18", until=17, move=Move.UPGRADE, flavour=Flavour.RDS
    ),
)
def extension_update_advised(context: Context) -> Iterator[Hit]:
    """Find extensions whose version is before the one in the target's list."""
    for one in context.facts.extensions:
        there = context.target.extensions.get(one.name)
        if there is None or one.name in NUMBERED_OTHERWISE | _OTHER_WAY:
            continue
        if older_as_written(one.version, than=there.version):
            yield on(
                one,
                f"The extension {plain(one.name)} stays at {one.version}; {context.target.name} has"
                f" {there.version}.",
                "-- after the upgrade\nSELECT postgis_extensions_upgrade();"
                if one.name.startswith("postgis")
                else f"-- after the upgrade\nALTER EXTENSION {quoted(one.name)} UPDATE;",
            )
