"""Logical decoding, which RDS switches on by a parameter of its own."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import from_service
from rdscheck.assess.pages import LOGICAL
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.parameters._settings import NOT_IN_DUMPS, in_group, of_server, subject
from rdscheck.assess.target import Move


@rule(
    id="wal-level-logical",
    problem="The server writes WAL for logical decoding.",
    why="On RDS wal_level cannot be set. Slots, publications and change capture work after "
    "rds.logical_replication = 1 and a reboot.",
    fix="Set rds.logical_replication = 1 in the parameter group, and reboot.",
    severity=Severity.NOTE,
    source=LOGICAL,
    date="2026-10-01",
    effort=Effort(0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="SELECT 1",
        settings=(("rds.logical_replication", "1"),),
        subject="setting wal_level",
        not_dumped=NOT_IN_DUMPS,
    ),
    innocent=Example(sql="SELECT 1", settings=(("rds.logical_replication", "1"),), flavour=Flavour.RDS),
)
def wal_level_logical(context: Context) -> Iterator[Hit]:
    """Find a server elsewhere with wal_level logical."""
    if from_service(context):
        return
    for one in of_server(context, "wal_level"):
        if one.value == "logical":
            yield hit(one, subject(one), fix=in_group("rds.logical_replication", "1"))
