"""Databases with names that the service has for itself."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import from_service
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules._dumps import dumped
from rdscheck.assess.target import Move

_RESERVED = frozenset({"rdsadmin"})


@rule(
    id="database-name-reserved",
    problem="The database has the name of one that belongs to RDS.",
    why="Every instance has a database rdsadmin that nobody may use, so CREATE DATABASE and every "
    "connection to it "
    "fail. A dump of a whole instance of RDS contains it.",
    fix="Leave the database out of the dump, or give your own another name.",
    severity=Severity.BLOCKER,
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.html",
    date="2026-10-01",
    effort=Effort(0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        dump=dumped("15.4", "CREATE DATABASE rdsadmin WITH TEMPLATE = template0 ENCODING = 'UTF8';\n"),
        subject="database rdsadmin",
    ),
    innocent=Example(
        dump=dumped("15.4", "CREATE DATABASE rds_admin WITH TEMPLATE = template0 ENCODING = 'UTF8';\n"),
    ),
)
def database_name_reserved(context: Context) -> Iterator[Hit]:
    """Find databases of those names, unless the source is the service itself."""
    if from_service(context):
        return
    for one in context.facts.databases:
        if one.name in _RESERVED:
            yield hit(one, f"database {plain(one.name)}")
