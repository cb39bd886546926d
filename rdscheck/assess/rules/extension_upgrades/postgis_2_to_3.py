"""PostGIS over the border between 2 and 3."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extension_upgrades._versions import crosses
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import installed, on
from rdscheck.assess.rules.extensions._pages import READ
from rdscheck.assess.target import Move

_NOTES = "https://postgis.net/docs/manual-3.0/release_notes.html"


@rule(
    id="postgis-2-to-3",
    problem="The source has PostGIS 2, the target has 3 only.",
    why="With 3 the library changed its name, functions that were deprecated went, and rasters became the"
    " extension postgis_raster. An upgrade of the engine does not find the old library; after a restore,"
    " views and functions that call what went are missing.",
    fix="Update to PostGIS 3 on the source first.",
    severity=Severity.BLOCKER,
    source=_NOTES,
    date=READ,
    effort=Effort(4),
    guilty=Example(
        sql=disguised("postgis 2.5.5"),
        subject="extension postgis",
        not_dumped="a dump does not tell the version of an extension",
    ),
    innocent=Example(sql=disguised("postgis 3.0.3")),
)
def postgis_2_to_3(context: Context) -> Iterator[Hit]:
    """Find the extension before 3 where the target has 3 or later."""
    for one in installed(context, "postgis"):
        if crosses(context, one, (3,)):
            there = context.target.extensions[one.name].version
            yield on(
                one,
                f"postgis is at {one.version}; {context.target.name} has {there}.",
                "ALTER EXTENSION postgis UPDATE;\nSELECT postgis_extensions_upgrade();",
                severity=Severity.BLOCKER if context.move is Move.UPGRADE else Severity.WARNING,
            )
