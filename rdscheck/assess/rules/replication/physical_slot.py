"""A physical replication slot."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.assess.who import is_service


@rule(
    id="physical-slot",
    problem="A physical replication slot feeds a standby or a backup of one's own.",
    why="No server outside RDS can be a physical standby of an instance, and no tool can stream its"
    " write-ahead log.",
    fix="Use read replicas, Multi-AZ and automated backups, or logical replication to servers outside.",
    severity=Severity.WARNING,
    source=pages.READ_REPLICAS,
    date=pages.READ,
    effort=Effort(4, 1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="SELECT pg_create_physical_replication_slot('{new}')",
        subject="slot {new}",
        clean="SELECT pg_drop_replication_slot('{new}')",
        not_dumped="slots are in no dump",
    ),
    innocent=Example(
        sql="SELECT pg_create_physical_replication_slot('{new}', true, true)",
        not_dumped="slots are in no dump",
    ),
)
def physical_slot(context: Context) -> Iterator[Hit]:
    """Find physical slots that stay after their session."""
    if is_service(context.facts):
        return  # these are the service's own
    for one in context.facts.slots:
        if one.kind == "physical" and not one.temporary:
            yield hit(
                one,
                f"slot {plain(one.name)}",
                f"The physical slot {plain(one.name)} has a consumer that {context.target.name} cannot feed.",
                "-- aws rds create-db-instance-read-replica …; or logical replication to a server of your"
                " own",
            )
