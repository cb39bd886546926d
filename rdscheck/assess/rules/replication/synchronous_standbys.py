"""Synchronous standbys of one's own."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.assess.who import is_service
from rdscheck.model import Certainty


@rule(
    id="synchronous-standbys",
    problem="Commits wait for standbys of one's own.",
    why="An instance of RDS has no standbys that the user names: Multi-AZ writes to a second zone by"
    " itself, and read replicas follow later.",
    fix="Choose Multi-AZ for what the standby was for.",
    severity=Severity.WARNING,
    source=pages.READ_REPLICAS,
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(2),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="SELECT 1",
        subject="setting synchronous_standby_names",
        not_live="a server that waits for a standby that is not there waits for ever",
        not_dumped="a dump has nothing of postgresql.conf",
    ),
    innocent=Example(sql="CREATE TABLE synchronous_standby_names (id integer PRIMARY KEY)"),
)
def synchronous_standbys(context: Context) -> Iterator[Hit]:
    """Find the setting where it names somebody."""
    if is_service(context.facts):
        return  # these are the service's own
    for one in context.facts.settings:
        if one.name == "synchronous_standby_names" and one.scope == "server" and one.value.strip():
            yield hit(
                one,
                "setting synchronous_standby_names",
                f"synchronous_standby_names is set; {context.target.name} waits for nobody but its own"
                " second zone.",
                "-- aws rds modify-db-instance --multi-az …",
            )
            return
