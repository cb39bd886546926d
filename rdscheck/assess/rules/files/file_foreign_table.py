"""A foreign table that reads a file or a program of the server."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="file-foreign-table",
    problem="A foreign table reads a file or the output of a program of the server.",
    why="RDS does not offer file_fdw, and its host has no file of yours: CREATE FOREIGN TABLE fails, and"
    " every query on it.",
    fix="Load the file into a table, from a client or from Amazon S3.",
    severity=Severity.BLOCKER,
    source=pages.EXTENSION_LIST,
    date=pages.READ,
    effort=Effort(1, 1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw; CREATE FOREIGN"
        " TABLE visits (line text) SERVER files OPTIONS (filename '/srv/visits.csv')",
        subject="foreign table public.visits",
        needs=("file_fdw",),
    ),
    innocent=Example(
        sql="CREATE EXTENSION postgres_fdw; CREATE SERVER files FOREIGN DATA WRAPPER postgres_fdw OPTIONS"
        " (host 'db.example.com'); CREATE FOREIGN TABLE visits (line text) SERVER files OPTIONS (table_name"
        " 'filename')",
        needs=("postgres_fdw",),
    ),
)
def file_foreign_table(context: Context) -> Iterator[Hit]:
    """Find foreign tables on servers of file_fdw."""
    servers = {(one.database, one.name) for one in context.facts.servers if one.wrapper == "file_fdw"}
    for one in context.facts.relations:
        if one.kind == "foreign table" and (one.database, one.server) in servers:
            name = plain(one.schema, one.name)
            reads = [text for text in one.options if text.partition("=")[0] in {"filename", "program"}]
            yield hit(
                one,
                f"foreign table {name}",
                f"The foreign table {name} reads {', '.join(reads) or 'files of the server'}, which"
                f" {context.target.name} cannot.",
                f"DROP FOREIGN TABLE {quoted(one.schema, one.name)}; -- and a table in its place, filled"
                " from S3",
            )
