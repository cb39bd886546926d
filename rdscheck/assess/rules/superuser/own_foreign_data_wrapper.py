"""A foreign data wrapper of one's own."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="own-foreign-data-wrapper",
    problem="A foreign data wrapper was made by hand, which only a superuser can do.",
    why="CREATE FOREIGN DATA WRAPPER fails, and so do its servers, user mappings and foreign tables.",
    fix="Use the wrapper of an extension that is offered, such as postgres_fdw.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("sql-createforeigndatawrapper"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(4, 2),
    moves=(Move.RESTORE,),
    guilty=Example(sql="CREATE FOREIGN DATA WRAPPER own_wrapper", subject="foreign data wrapper own_wrapper"),
    innocent=Example(
        sql="CREATE EXTENSION postgres_fdw; CREATE SERVER own_wrapper FOREIGN DATA WRAPPER postgres_fdw"
        " OPTIONS (host 'db.example.com')",
        needs=("postgres_fdw",),
    ),
)
def own_foreign_data_wrapper(context: Context) -> Iterator[Hit]:
    """Find wrappers that no extension brings."""
    for one in context.facts.wrappers:
        name = plain(one.name)
        servers = [
            plain(server.name)
            for server in context.facts.servers
            if server.wrapper == one.name and server.database == one.database
        ]
        yield hit(
            one,
            f"foreign data wrapper {name}",
            f"The foreign data wrapper {name} cannot be created on"
            f" {context.target.name}{', nor can its servers ' + ', '.join(servers) if servers else ''}.",
            f"DROP FOREIGN DATA WRAPPER {quoted(one.name)} CASCADE; -- with its servers and tables",
        )
