"""Jobs of pg_cron whose command needs a superuser."""

from collections.abc import Iterator

from rdscheck.assess.bodies.analysing import acts_of_statement
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.pages import ROLES
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.scheduled._jobs import dump, subject
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

#: What a statement does, and how a finding says it; functions that read or write files of the server.
_KINDS = {
    "alter system": "ALTER SYSTEM",
    "copy from file": "COPY with a file of the server",
    "copy from program": "COPY with a program",
    "copy to file": "COPY with a file of the server",
    "copy to program": "COPY with a program",
    "load": "LOAD",
}
_CALLS = frozenset(
    {
        *("lo_export", "lo_import", "pg_file_rename", "pg_file_sync", "pg_file_unlink", "pg_file_write"),
        *("pg_ls_dir", "pg_read_binary_file", "pg_read_file", "pg_stat_file"),
    }
)


@rule(
    id="cron-job-superuser-command",
    problem="A job of pg_cron runs a statement that only a superuser may run.",
    why="There is no superuser and no file system on RDS: the job fails each time it runs.",
    fix="Take another way: aws_s3 for files, the parameter group for ALTER SYSTEM, Lambda for programs.",
    severity=Severity.BLOCKER,
    source=ROLES,
    date="2026-10-01",
    certainty=Certainty.DERIVED,
    effort=Effort(2, 1),
    moves=(Move.RESTORE,),
    guilty=Example(
        dump=dump("0 3 * * *", "COPY app.orders TO '/backup/orders.csv' (FORMAT csv)"), subject="cron job 1"
    ),
    innocent=Example(dump=dump("0 3 * * *", "INSERT INTO app.log VALUES ('COPY orders TO PROGRAM')")),
)
def cron_job_superuser_command(context: Context) -> Iterator[Hit]:
    """Find jobs with such a statement; a command that cannot be parsed is left alone."""
    for one in context.facts.cron_jobs:
        found = _acts(one.command)
        if found:
            yield hit(
                one,
                subject(one),
                f"The job {one.id} of pg_cron runs {' and '.join(found)}, which needs a superuser.",
                f"SELECT cron.unschedule({one.id});",
            )


def _acts(command: str) -> list[str]:
    done = set()
    for act in acts_of_statement(command):
        name = act.detail.removeprefix("pg_catalog.")
        if act.kind in _KINDS:
            done.add(_KINDS[act.kind])
        elif act.kind == "call" and name in _CALLS:
            done.add(name)
    return sorted(done)
