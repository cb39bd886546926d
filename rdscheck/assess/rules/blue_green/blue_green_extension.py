"""Extensions that a blue/green deployment wants off or drops."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.pages import BLUE_GREEN
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.blue_green._subjects import UPGRADES, concerned
from rdscheck.assess.target import Move

#: Extension -> what is to be done with it, after AWS's page; the last two are those of its precheck script.
_TODO = {
    "pg_cron": "must not run jobs on the new side before the switchover",
    "pg_partman": "must not make partitions while the deployment runs",
    "pgactive": "must not be used: it replicates by itself",
    "pglogical": "must not be used: it replicates by itself",
    "pg_repack": "must not rewrite tables while the deployment runs",
    "pg_tle": "may hold extensions that the new side does not know",
}


@rule(
    id="blue-green-extension",
    problem="The extension must be switched off, or watched, during a blue/green deployment.",
    why="It writes by itself, replicates by itself, or makes tables that the deployment does not know.",
    fix="Follow AWS's page before the deployment is made.",
    severity=Severity.NOTE,
    source=BLUE_GREEN,
    date="2026-10-01",
    effort=Effort(0.5, 0.5),
    moves=UPGRADES,
    guilty=Example(
        sql="CREATE EXTENSION pg_partman",
        needs=("pg_partman",),
        subject="extension pg_partman",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
    innocent=Example(
        sql="CREATE EXTENSION pg_trgm",
        needs=("pg_trgm",),
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def blue_green_extension(context: Context) -> Iterator[Hit]:
    """Find those extensions."""
    if not concerned(context):
        return
    for one in context.facts.extensions:
        if one.name in _TODO:
            yield hit(
                one, f"extension {plain(one.name)}", f"The extension {plain(one.name)} {_TODO[one.name]}."
            )
