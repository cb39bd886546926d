"""Large objects, which a blue/green deployment does not replicate."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.pages import BLUE_GREEN
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.blue_green._subjects import UPGRADES, concerned
from rdscheck.assess.target import Move


@rule(
    id="blue-green-large-objects",
    problem="The database has large objects, whose changes a blue/green deployment does not replicate.",
    why="Logical replication knows tables only. Large objects made or changed while the deployment runs "
    "are missing after the switchover.",
    fix="Stop writing large objects until the switchover, or upgrade in place.",
    severity=Severity.NOTE,
    source=BLUE_GREEN,
    date="2026-10-01",
    effort=Effort(1),
    moves=UPGRADES,
    guilty=Example(
        sql="SELECT lo_from_bytea(0, 'x')",
        subject="large objects",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
    innocent=Example(
        sql="CREATE TABLE public.large_objects (id int PRIMARY KEY, content bytea)",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def blue_green_large_objects(context: Context) -> Iterator[Hit]:
    """Find databases with large objects."""
    if not concerned(context):
        return
    for one in context.facts.large_objects:
        if one.number:
            where = f"The database {plain(one.database)}" if one.database else "The database"
            yield hit(
                one, "large objects", f"{where} has {one.number} large objects: they are not replicated."
            )
