"""pgRouting before upgrades from majors of long ago."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._offers import installed, on
from rdscheck.assess.rules.extensions._pages import AURORA_UPGRADE, READ, UPGRADE
from rdscheck.assess.target import AURORA, Move

_DUMP = (
    "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version {}\n"
    "-- Dumped by pg_dump version 13.23\n\nCREATE EXTENSION IF NOT EXISTS pgrouting WITH SCHEMA public;\n"
)


@rule(
    id="pgrouting-drop-first",
    problem="pgRouting has to be dropped before this upgrade.",
    why="AWS refuses these upgrades with pgRouting installed: on RDS those that skip a major on the way to"
    " 11,"
    " on Aurora those from 10 to 12. The extension holds no rows.",
    fix="Drop pgRouting, and create it again after the upgrade.",
    severity=Severity.BLOCKER,
    source=UPGRADE,
    date=READ,
    moves=(Move.UPGRADE,),
    targets=(11, 12),
    sources=(9.6, 10),
    effort=Effort(0.5),
    guilty=Example(
        dump=_DUMP.format("10.21"),
        subject="extension pgrouting",
        source_major=10,
        target="aurora-12",
        move=Move.UPGRADE,
        flavour=Flavour.AURORA,
    ),
    innocent=Example(
        dump=_DUMP.format("11.21"),
        source_major=11,
        target="aurora-12",
        move=Move.UPGRADE,
        flavour=Flavour.AURORA,
    ),
)
def pgrouting_drop_first(context: Context) -> Iterator[Hit]:
    """Find the extension where the upgrade is one of those."""
    target, source = context.target, context.source_major
    meant = (
        target.major == 12 and source == 10
        if target.engine == AURORA
        else target.major == 11 and 0 < source < 10
    )
    if meant:
        for one in installed(context, "pgrouting"):
            yield on(
                one,
                f"pgRouting has to go before the upgrade from {source:g} to {target.name}.",
                "DROP EXTENSION pgrouting;\n-- after the upgrade\nCREATE EXTENSION pgrouting;",
                source=AURORA_UPGRADE if target.engine == AURORA else UPGRADE,
            )
