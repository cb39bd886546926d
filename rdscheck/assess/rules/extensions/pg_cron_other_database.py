"""pg_cron in a database that is not the one RDS keeps it in by default."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import Standing, installed, keeps_its_group, on, standing
from rdscheck.assess.rules.extensions._pages import READ, USER_GUIDE
from rdscheck.assess.rules.extensions._preload import group_of
from rdscheck.assess.target import Move

_DEFAULT = "postgres"


@rule(
    id="pg-cron-other-database",
    problem="pg_cron lives in another database than postgres.",
    why="pg_cron can be created in the one database cron.database_name names, which is postgres unless the"
    " parameter group says otherwise: CREATE EXTENSION fails in every other, and jobs are lost.",
    fix="Set cron.database_name in the target's parameter group, or keep the jobs in postgres.",
    severity=Severity.BLOCKER,
    source=f"{USER_GUIDE}/PostgreSQL_pg_cron.html",
    date=READ,
    effort=Effort(0.5),
    guilty=Example(
        sql=disguised("pg_cron 1.6"),
        subject="extension pg_cron",
        not_dumped="pg_dump without --create does not tell the name of the database",
    ),
    innocent=Example(
        dump="\\connect postgres\n\nCREATE EXTENSION IF NOT EXISTS pg_cron WITH SCHEMA pg_catalog;\n"
    ),
)
def pg_cron_other_database(context: Context) -> Iterator[Hit]:
    """Find pg_cron in a database of another name."""
    if keeps_its_group(context):
        return
    for one in installed(context, "pg_cron"):
        if one.database in {"", _DEFAULT} or standing("pg_cron", context.target) is not Standing.OFFERED:
            continue
        yield on(
            one,
            f"pg_cron lives in the database {plain(one.database)}; on {context.target.name} it can be created"
            f" in {_DEFAULT} only, unless cron.database_name says otherwise.",
            f"Set cron.database_name to {one.database} in the {group_of(context.target)}, and reboot; or"
            f" schedule in {_DEFAULT} with cron.schedule_in_database.",
            # An upgrade takes the extension along; its jobs wait until the new group names the database.
            severity=Severity.BLOCKER if context.move is Move.RESTORE else Severity.WARNING,
        )
