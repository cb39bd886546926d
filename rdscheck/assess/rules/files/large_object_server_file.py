"""Large objects that are read from or written to files of the server."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="large-object-server-file",
    problem="A large object is read from or written to a file of the server.",
    why="lo_import and lo_export of the server open files of its host, which is refused on RDS. Those of"
    " client libraries, and \\lo_import of psql, work on the client's files and go on working.",
    fix="Send the contents with lo_from_bytea or lo_put, fetch them with lo_get.",
    severity=Severity.BLOCKER,
    source=pages.LARGE_OBJECTS,
    date=pages.READ,
    effort=Effort(2, 1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION keep() RETURNS oid LANGUAGE plpgsql AS $$ BEGIN RETURN"
        " pg_catalog.lo_import('/srv/scan.pdf'); END $$",
        subject="function public.keep()",
    ),
    innocent=Example(
        sql="CREATE FUNCTION keep(scan bytea) RETURNS oid LANGUAGE plpgsql AS $$ BEGIN RETURN"
        " pg_catalog.lo_from_bytea(0, scan); END $$",
    ),
)
def large_object_server_file(context: Context) -> Iterator[Hit]:
    """Find calls of the server's lo_import and lo_export."""
    for one in doings(context, "call", of={"lo_import", "lo_export"}):
        yield hit(
            one.first,
            one.subject,
            f"{one.who} calls {one.list} with a file of the server, which {context.target.name} refuses.",
            "-- in its place: lo_from_bytea(0, contents) to write, lo_get(id) to read",
        )
