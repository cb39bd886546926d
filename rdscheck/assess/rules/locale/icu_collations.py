"""Collations of ICU: RDS ships a version of its own."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import from_service
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move

#: First major with rules in a collation.
_RULES = 16


@rule(
    id="icu-collations",
    problem="A collation is that of ICU, of which RDS ships version 60.2.",
    why="Other versions sort a few characters otherwise. A restore builds indexes anew, so they are right; "
    "ORDER BY and range partitions may differ. Majors before 16 know no rules in a collation.",
    fix="Compare ORDER BY of the columns that use it on both sides.",
    severity=Severity.NOTE,
    source="https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html",
    date="2026-10-01",
    effort=Effort(0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE COLLATION public.phonebook (provider = icu, locale = 'de-u-co-phonebk')",
        subject="collation public.phonebook",
    ),
    innocent=Example(sql="CREATE COLLATION public.phonebook (provider = libc, locale = 'en_US.utf8')"),
)
def icu_collations(context: Context) -> Iterator[Hit]:
    """Find collations of users with provider icu."""
    for one in context.facts.collations:
        if one.provider != "icu" or (from_service(context) and not one.rules):
            continue
        unknown = bool(one.rules) and context.target.major < _RULES
        yield hit(
            one,
            f"collation {plain(one.schema, one.name)}",
            f"The collation {plain(one.schema, one.name)} is that of ICU, locale {one.locale or 'root'}"
            + (f", with rules, which {context.target.version} does not know." if unknown else "."),
            severity=Severity.BLOCKER if unknown else Severity.NOTE,
        )
