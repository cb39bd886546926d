"""Functions of adminpack that write files of the server."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move

_FILES = frozenset(
    {"pg_file_read", "pg_file_rename", "pg_file_sync", "pg_file_unlink", "pg_file_write", "pg_logdir_ls"}
)


@rule(
    id="server-file-write",
    problem="A file of the server is written, renamed or removed.",
    why="The functions are those of adminpack, which RDS does not offer and PostgreSQL 17 no longer has:"
    " they are missing on the target.",
    fix="Write the file outside the database, or to Amazon S3 with aws_s3.query_export_to_s3.",
    severity=Severity.BLOCKER,
    source=pages.EXTENSION_LIST,
    date=pages.READ,
    effort=Effort(4, 2),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION note(what text) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN"
        " pg_catalog.pg_file_write('note.txt', what, true); END $$",
        subject="function public.note(text)",
    ),
    innocent=Example(
        sql="CREATE SCHEMA app; CREATE FUNCTION app.pg_file_write(text, text, boolean) RETURNS bigint"
        " LANGUAGE sql AS 'SELECT 1::bigint'; CREATE FUNCTION note(what text) RETURNS bigint LANGUAGE"
        " plpgsql AS $$ BEGIN RETURN app.pg_file_write('note.txt', what, true); END $$",
    ),
)
def server_file_write(context: Context) -> Iterator[Hit]:
    """Find calls of adminpack's functions."""
    for one in doings(context, "call", of=_FILES):
        yield hit(
            one.first,
            one.subject,
            f"{one.who} calls {one.list}, which {context.target.name} does not have.",
        )
