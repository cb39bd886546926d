"""Jobs of pg_cron that run as a superuser."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import from_service
from rdscheck.assess.names import plain
from rdscheck.assess.pages import CRON
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.scheduled._jobs import dump, subject
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="cron-job-of-superuser",
    problem="A job of pg_cron runs as a superuser.",
    why="On RDS the job runs with the rights of an ordinary role, the master user at best: what it does to "
    "objects of others is refused.",
    fix="Schedule the job on the target as a role that owns what it works on.",
    severity=Severity.WARNING,
    source=CRON,
    date="2026-10-01",
    certainty=Certainty.DERIVED,
    effort=Effort(0.5, 0.25),
    moves=(Move.RESTORE,),
    guilty=Example(dump=dump("0 3 * * *", "VACUUM", user="operator", superuser=True), subject="cron job 1"),
    innocent=Example(dump=dump("0 3 * * *", "VACUUM", user="operator")),
)
def cron_job_of_superuser(context: Context) -> Iterator[Hit]:
    """Find jobs whose user is a superuser of a source elsewhere."""
    if from_service(context):
        return
    superusers = {role.name for role in context.facts.roles if role.superuser}
    for one in context.facts.cron_jobs:
        if one.user in superusers:
            yield hit(
                one,
                subject(one),
                f"The job {one.id} of pg_cron runs as the superuser {plain(one.user)}.",
            )
