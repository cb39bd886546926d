"""Databases with names that the service has for itself."""

from collections.abc import Iterator

from rdscheck.assess.facts import Via
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules._dumps import dumped
from rdscheck.assess.target import Move

_RESERVED = frozenset({"rdsadmin"})


@rule(
    id="database-name-reserved",
    problem="The database has the name of one that belongs to RDS.",
    why="Every instance has a database rdsadmin that nobody may use, so CREATE DATABASE and every "
    "connection to it fail. A dump of a whole instance of RDS contains it.",
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
    """Find databases of those names; a dump of all databases of an instance holds the service's own."""
    live = context.facts.origin.via is Via.LIVE
    for one in context.facts.databases:
        # On a server that runs, the service's own database is not among those that move.
        if one.name in _RESERVED and not (live and one.owner == one.name):
            yield hit(one, f"database {plain(one.name)}")
