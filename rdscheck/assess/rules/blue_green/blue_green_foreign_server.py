"""Foreign servers, which both sides of a blue/green deployment must reach."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.pages import BLUE_GREEN
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.blue_green._subjects import UPGRADES, concerned
from rdscheck.assess.target import Move


@rule(
    id="blue-green-foreign-server",
    problem="The database reads from a foreign server, which the new side of a blue/green deployment must "
    "reach, too.",
    why="Foreign tables are not replicated; queries on them run against the same server from both sides, "
    "under other addresses.",
    fix="Check that security groups and the foreign server let the new side in.",
    severity=Severity.NOTE,
    source=BLUE_GREEN,
    date="2026-10-01",
    effort=Effort(0.25, 0.1),
    moves=UPGRADES,
    guilty=Example(
        sql="CREATE EXTENSION postgres_fdw; CREATE SERVER sales FOREIGN DATA WRAPPER postgres_fdw "
        "OPTIONS (host 'db.example.com')",
        needs=("postgres_fdw",),
        subject="foreign server sales",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
    innocent=Example(
        sql="CREATE EXTENSION postgres_fdw",
        needs=("postgres_fdw",),
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def blue_green_foreign_server(context: Context) -> Iterator[Hit]:
    """Find foreign servers."""
    if not concerned(context):
        return
    tables = {(one.database, one.server) for one in context.facts.relations if one.kind == "foreign table"}
    for one in context.facts.servers:
        name = f"foreign server {plain(one.name)}"
        used = " and has foreign tables here" if (one.database, one.name) in tables else ""
        yield hit(one, name, f"The {name} must be reached from both sides{used}.")
