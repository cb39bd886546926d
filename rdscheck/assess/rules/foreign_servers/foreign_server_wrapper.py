"""Foreign servers of a wrapper that the target does not offer."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import FOREIGN_DATA
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.foreign_servers._options import server_subject
from rdscheck.model import Certainty

#: Wrapper -> extension that brings it, where they have other names.
_EXTENSIONS = {"dblink_fdw": "dblink"}


@rule(
    id="foreign-server-wrapper",
    problem="The target has no such foreign data wrapper.",
    why="The server and its foreign tables cannot be created without their wrapper.",
    fix="Take a wrapper the target offers (postgres_fdw, oracle_fdw, mysql_fdw, tds_fdw), or load the data "
    "another way.",
    severity=Severity.BLOCKER,
    source=FOREIGN_DATA,
    date="2026-10-01",
    certainty=Certainty.DOCUMENTED,
    effort=Effort(4, 1),
    guilty=Example(
        sql="CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw",
        needs=("file_fdw",),
        subject="foreign server files",
    ),
    innocent=Example(
        sql="CREATE EXTENSION dblink; CREATE SERVER files FOREIGN DATA WRAPPER dblink_fdw "
        "OPTIONS (host 'db.example.com')",
        needs=("dblink",),
    ),
)
def foreign_server_wrapper(context: Context) -> Iterator[Hit]:
    """Find servers whose wrapper is of an extension not offered; wrappers of one's own have their rule."""
    own = {(one.database, one.name) for one in context.facts.wrappers}
    offered = context.target.extensions
    for one in context.facts.servers:
        extension = _EXTENSIONS.get(one.wrapper, one.wrapper)
        if extension not in offered and (one.database, one.wrapper) not in own:
            yield hit(
                one,
                server_subject(one.name),
                f"The {server_subject(one.name)} needs {plain(one.wrapper)}, which {context.target.name} "
                f"does not "
                "offer.",
                f"DROP SERVER {quoted(one.name)} CASCADE;",
            )
