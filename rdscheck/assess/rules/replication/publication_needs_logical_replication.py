"""A publication, for which the target needs a parameter."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="publication-needs-logical-replication",
    problem="A publication works only with rds.logical_replication = 1 on the target.",
    why="wal_level cannot be set on RDS. Without rds.logical_replication, which is off by default and takes"
    " a reboot, CREATE PUBLICATION passes with a warning and nobody can subscribe.",
    fix="Set rds.logical_replication to 1 in a parameter group of the target, and reboot.",
    severity=Severity.NOTE,
    source=pages.LOGICAL,
    date=pages.READ,
    effort=Effort(0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE TABLE news (id integer PRIMARY KEY); CREATE PUBLICATION news FOR TABLE news",
        subject="publication news",
    ),
    innocent=Example(sql="CREATE TABLE publication (id integer PRIMARY KEY)"),
)
def publication_needs_logical_replication(context: Context) -> Iterator[Hit]:
    """Find publications."""
    for one in context.facts.publications:
        yield hit(
            one,
            f"publication {plain(one.name)}",
            f"The publication {plain(one.name)} needs rds.logical_replication = 1 on {context.target.name}.",
            "-- aws rds modify-db-parameter-group --db-parameter-group-name GROUP --parameters"
            ' "ParameterName=rds.logical_replication,ParameterValue=1,ApplyMethod=pending-reboot"',
        )
