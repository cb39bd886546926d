"""PostGIS and its relatives before an upgrade that leaves a major out."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extension_upgrades._versions import newest_on_source, skips_a_major
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._numbers import older_as_written
from rdscheck.assess.rules.extensions._offers import installed, on
from rdscheck.assess.rules.extensions._pages import AURORA_UPGRADE, READ, UPGRADE
from rdscheck.assess.target import AURORA, Move
from rdscheck.upgrade.checks import UPDATE_FIRST

#: Aurora asks for it with every major upgrade.
_ON_AURORA = "pgrouting"


@rule(
    id="extension-update-first",
    problem="The extension has to be updated before an upgrade that skips a major.",
    why="The precheck refuses an upgrade over more than one major while PostGIS or an extension that comes"
    " with"
    " it is not at the newest version its engine version has. Aurora asks it of pgRouting with every"
    " upgrade.",
    fix="Update the extension in every database before the upgrade, or drop it.",
    severity=Severity.BLOCKER,
    source=UPGRADE,
    date=READ,
    moves=(Move.UPGRADE,),
    effort=Effort(0.5, 0.1),
    guilty=Example(
        sql=disguised("postgis 3.1.4"),
        subject="extension postgis",
        target="rds-18",
        until=15,
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
        not_dumped="a dump does not tell the version of an extension",
    ),
    innocent=Example(
        sql=disguised("postgis 3.4.6"), target="rds-18", until=15, move=Move.UPGRADE, flavour=Flavour.RDS
    ),
)
def extension_update_first(context: Context) -> Iterator[Hit]:
    """Find extensions of that family that are not at the newest version the source has."""
    aurora = context.target.engine == AURORA
    names = [*(UPDATE_FIRST if skips_a_major(context) else ()), *([_ON_AURORA] if aurora else ())]
    for one in installed(context, *names):
        newest = newest_on_source(context, one.name)
        if one.version and (not newest or older_as_written(one.version, than=newest)):
            yield on(
                one,
                f"The extension {plain(one.name)} is at {one.version}"
                + (f"; {context.facts.origin.version} has {newest}." if newest else "."),
                "SELECT postgis_extensions_upgrade();"
                if one.name.startswith("postgis")
                else f"ALTER EXTENSION {quoted(one.name)} UPDATE;",
                source=AURORA_UPGRADE if aurora else UPGRADE,
            )
