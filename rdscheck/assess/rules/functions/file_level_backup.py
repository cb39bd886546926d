"""Calls that begin and end a backup of files."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move

_CALLS = frozenset({"pg_backup_start", "pg_backup_stop", "pg_start_backup", "pg_stop_backup"})


@rule(
    id="file-level-backup",
    problem="A backup of the server's files is begun or ended.",
    why="Nobody copies files of RDS's host, and the functions are refused; 15 also gave them other names.",
    fix="Take snapshots: automated backups, or create-db-snapshot.",
    severity=Severity.BLOCKER,
    source=pages.BACKUPS,
    date=pages.READ,
    effort=Effort(2, 0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION begin_backup() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM"
        " pg_catalog.pg_backup_start('nightly'); END $$",
        subject="function public.begin_backup()",
    ),
    innocent=Example(
        sql="CREATE FUNCTION begin_backup() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN"
        " pg_catalog.pg_export_snapshot(); END $$",
    ),
)
def file_level_backup(context: Context) -> Iterator[Hit]:
    """Find calls of the functions, by their names of any version."""
    for one in doings(context, "call", of=_CALLS):
        yield hit(
            one.first,
            one.subject,
            f"{one.who} calls {one.list}, which {context.target.name} refuses.",
            "-- aws rds create-db-snapshot --db-instance-identifier … --db-snapshot-identifier …",
        )
