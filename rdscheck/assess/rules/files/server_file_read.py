"""Functions that read files and directories of the server."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move

_FILES = frozenset({"pg_read_file", "pg_read_binary_file", "pg_stat_file", "pg_ls_dir"})


@rule(
    id="server-file-read",
    problem="A file or directory of the server is read.",
    why="pg_read_file, pg_read_binary_file, pg_stat_file and pg_ls_dir are refused to every user of RDS.",
    fix="Keep the contents in a table, or fetch them from Amazon S3.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("functions-admin#FUNCTIONS-ADMIN-GENFILE"),
    date=pages.READ,
    effort=Effort(2, 1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION motd() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN"
        " pg_catalog.pg_read_file('/etc/motd'); END $$",
        subject="function public.motd()",
    ),
    innocent=Example(
        sql="CREATE TABLE files (name text, pg_read_file text); CREATE FUNCTION motd() RETURNS text"
        " LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT f.pg_read_file FROM public.files f WHERE f.name ="
        " 'pg_read_file()'); END $$",
    ),
)
def server_file_read(context: Context) -> Iterator[Hit]:
    """Find calls of the functions that read files."""
    for one in doings(context, "call", of=_FILES):
        yield hit(
            one.first,
            one.subject,
            f"{one.who} calls {one.list}, which {context.target.name} refuses.",
        )
