"""Large objects, which logical replication does not carry."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="large-objects-not-replicated",
    problem="The database has large objects, which logical replication does not carry.",
    why="Dump and restore bring them over. Logical replication, pglogical and blue/green deployments do"
    " not, so a move with little downtime loses what changes in them.",
    fix="Move with dump and restore, or copy large objects apart while nobody writes; bytea columns are"
    " carried.",
    severity=Severity.NOTE,
    source=pages.postgresql("logical-replication-restrictions"),
    date=pages.READ,
    effort=Effort(1),
    moves=(Move.RESTORE,),
    guilty=Example(sql="SELECT lo_from_bytea(0, 'abc')", subject="large objects"),
    innocent=Example(sql="CREATE TABLE scans (id integer PRIMARY KEY, page bytea)"),
)
def large_objects_not_replicated(context: Context) -> Iterator[Hit]:
    """Find databases with large objects."""
    for one in context.facts.large_objects:
        if one.number:
            yield hit(
                one,
                "large objects",
                f"Large objects: {one.number}. A dump carries them, logical replication to"
                f" {context.target.name} does not.",
            )
