"""Collations whose library has changed since their indexes were built."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import PG_COLLATION
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="collation-version-mismatch",
    problem="The library behind a collation has changed since the collation was made.",
    why="Indexes that use the collation may be in the wrong order already: lookups miss rows, unique "
    "indexes let duplicates in. An upgrade in place carries such indexes over; a restore stops at the "
    "duplicates.",
    fix="REINDEX what uses the collation, then refresh its version.",
    severity=Severity.WARNING,
    source=PG_COLLATION,
    date="2026-10-01",
    effort=Effort(1, 0.5),
    guilty=Example(
        sql="CREATE COLLATION public.german (provider = icu, locale = 'de', version = '1')",
        subject="collation public.german",
        not_dumped="a dump does not hold versions of collations",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
    innocent=Example(
        sql="CREATE COLLATION public.german (provider = icu, locale = 'de')",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def collation_version_mismatch(context: Context) -> Iterator[Hit]:
    """Find collations whose recorded version is not that of the library."""
    for one in context.facts.collations:
        if one.version and one.actual_version and one.version != one.actual_version:
            yield hit(
                one,
                f"collation {plain(one.schema, one.name)}",
                f"The collation {plain(one.schema, one.name)} was made with version {one.version} of its "
                f"library, "
                f"which is {one.actual_version} now.",
                "-- after REINDEX of all indexes that use it\n"
                f"ALTER COLLATION {quoted(one.schema, one.name)} REFRESH VERSION;",
            )
