"""Functions that look at the server's log files."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="log-files",
    problem="The server's log files are looked for.",
    why="Only members of pg_monitor may list them or ask for the current one, and nobody can open them by"
    " SQL. RDS shows them through log_fdw, its API and CloudWatch.",
    fix="Read the log through log_fdw: create_foreign_table_for_log_file().",
    severity=Severity.WARNING,
    source=pages.LOG_FDW,
    date=pages.READ,
    effort=Effort(2, 1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION newest_log() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN"
        " pg_catalog.pg_current_logfile(); END $$",
        subject="function public.newest_log()",
    ),
    innocent=Example(
        sql="CREATE TABLE pg_current_logfile (name text); CREATE FUNCTION newest_log() RETURNS text"
        " LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT max(name) FROM public.pg_current_logfile); END $$",
    ),
)
def log_files(context: Context) -> Iterator[Hit]:
    """Find calls that list log files."""
    for one in doings(context, "call", of={"pg_current_logfile", "pg_ls_logdir"}):
        yield hit(
            one.first,
            one.subject,
            f"{one.who} calls {one.list}; on {context.target.name} logs are read through log_fdw.",
            "CREATE EXTENSION log_fdw;\nCREATE SERVER log_server FOREIGN DATA WRAPPER log_fdw;",
        )
