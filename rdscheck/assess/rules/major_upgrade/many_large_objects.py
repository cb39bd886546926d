"""Large objects in such numbers that they cost an upgrade memory."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import changes
from rdscheck.assess.names import plain
from rdscheck.assess.pages import UPGRADE, UPGRADE_SCRIPT
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move

#: From how many on AWS's script warns, and AWS's page asks for 32 GiB of memory.
_MANY, _TOO_MANY = 100_000, 25_000_000


@rule(
    id="many-large-objects",
    problem="The database has very many large objects.",
    why="The upgrade writes and reads a line for each: it takes long, and may run out of memory. AWS asks "
    "for 32 GiB of memory for 25 million.",
    fix="Remove orphans with vacuumlo, or take a larger instance class for the upgrade.",
    severity=Severity.NOTE,
    source=UPGRADE,
    date="2026-10-01",
    effort=Effort(1),
    moves=(Move.UPGRADE,),
    guilty=Example(
        sql="SELECT count(lo_create(0)) FROM generate_series(1, 100001)",
        subject="large objects",
        not_dumped="to dump and read that many takes half a minute; a few are counted alike",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
    innocent=Example(
        sql="SELECT count(lo_create(0)) FROM generate_series(1, 10)",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def many_large_objects(context: Context) -> Iterator[Hit]:
    """Find databases with more than AWS's script lets pass."""
    if not changes(context):
        return
    for one in context.facts.large_objects:
        if one.number > _MANY:
            where = f"The database {plain(one.database)}" if one.database else "The database"
            too_many = one.number >= _TOO_MANY
            yield hit(
                one,
                "large objects",
                f"{where} has {one.number} large objects.",
                severity=Severity.WARNING if too_many else Severity.NOTE,
                source=UPGRADE if too_many else UPGRADE_SCRIPT,
            )
