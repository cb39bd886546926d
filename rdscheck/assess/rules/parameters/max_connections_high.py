"""More connections than RDS allows by default."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import from_service
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.parameters._settings import NOT_IN_DUMPS, in_group, of_server, subject
from rdscheck.assess.target import Move

#: Of the default LEAST({DBInstanceClassMemory/9531392}, 5000), and the most the parameter takes.
_DEFAULT, _MOST = 5000, 262143


@rule(
    id="max-connections-high",
    problem="The server allows more connections than RDS does by default.",
    why="The default follows the memory of the instance class, and ends at 5000: about 110 for each GiB.",
    fix="Use a pool (RDS Proxy, pgbouncer), or set max_connections in the parameter group of a class with "
    "the memory.",
    severity=Severity.WARNING,
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html",
    date="2026-10-01",
    effort=Effort(1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="SELECT 1",
        settings=(("max_connections", "5001"),),
        subject="setting max_connections",
        not_dumped=NOT_IN_DUMPS,
    ),
    innocent=Example(sql="SELECT 1", settings=(("max_connections", "500"),)),
)
def max_connections_high(context: Context) -> Iterator[Hit]:
    """Find a server elsewhere with more than 5000."""
    if from_service(context):
        return
    for one in of_server(context, "max_connections"):
        if one.value.isascii() and one.value.isdigit() and int(one.value) > _DEFAULT:
            wanted = min(int(one.value), _MOST)
            yield hit(
                one,
                subject(one),
                f"The server allows {one.value} connections, RDS at most {_DEFAULT} by default.",
                in_group("max_connections", str(wanted)),
            )
