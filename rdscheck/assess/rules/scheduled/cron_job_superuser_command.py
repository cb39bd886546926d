"""Jobs of pg_cron whose command needs a superuser."""

from collections.abc import Iterator

from pglast import ast, parse_sql
from pglast.parser import ParseError

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.pages import ROLES
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.scheduled._jobs import dump, subject
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


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
    try:
        statements = [raw.stmt for raw in parse_sql(command)]
    except ParseError:
        return []
    return sorted({act for statement in statements if (act := _act(statement))})


def _act(statement: object) -> str:
    if isinstance(statement, ast.CopyStmt) and statement.filename:
        return "COPY with a program" if statement.is_program else "COPY with a file of the server"
    if isinstance(statement, ast.AlterSystemStmt):
        return "ALTER SYSTEM"
    if isinstance(statement, ast.LoadStmt):
        return "LOAD"
    return ""
