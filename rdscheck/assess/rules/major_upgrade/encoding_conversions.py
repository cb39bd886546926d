"""Conversions between encodings, whose functions take other arguments since PostgreSQL 14."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import PG_UPGRADE_CHECKS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="encoding-conversions",
    problem="The database has an encoding conversion of its own.",
    why="The functions of conversions take other arguments since 14, so pg_upgrade refuses conversions of "
    "users.",
    fix="Drop the conversion, and create it again after the upgrade.",
    severity=Severity.BLOCKER,
    source=PG_UPGRADE_CHECKS,
    date="2026-10-01",
    effort=Effort(0.5, 0.25),
    moves=(Move.UPGRADE,),
    sources=(0, 13),
    targets=(14, 0),
    guilty=Example(
        sql="CREATE CONVERSION public.own FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8",
        subject="conversion public.own",
        until=13,
        target="rds-17",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
    innocent=Example(
        sql="CREATE VIEW public.own AS SELECT convert_from('a', 'LATIN1') AS a",
        until=13,
        target="rds-17",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def encoding_conversions(context: Context) -> Iterator[Hit]:
    """Find conversions of users."""
    for one in context.facts.conversions:
        name = f"conversion {plain(one.schema, one.name)}"
        yield hit(
            one,
            name,
            f"The {name} must be made anew: its function takes other arguments since 14.",
            f"DROP CONVERSION {quoted(one.schema, one.name)};",
        )
