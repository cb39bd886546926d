"""Jobs of pg_cron: a restore brings them along, and they start at once."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.pages import CRON
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules._dumps import dumped
from rdscheck.assess.rules.scheduled._jobs import dump, subject
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="cron-jobs-move",
    problem="A job of pg_cron runs on the target as soon as it is restored.",
    why="The dump of the database of pg_cron holds the table of jobs. Until clients are moved, source and "
    "target both run them; times are those of GMT on RDS.",
    fix="Leave cron.job out of the restore, and schedule the jobs on the target when clients have moved.",
    severity=Severity.NOTE,
    source=CRON,
    date="2026-10-01",
    certainty=Certainty.DERIVED,
    effort=Effort(0.25, 0.1),
    moves=(Move.RESTORE,),
    guilty=Example(dump=dump("0 3 * * *", "VACUUM"), subject="cron job 1"),
    innocent=Example(
        dump=dumped("15.4", "CREATE EXTENSION IF NOT EXISTS pg_cron WITH SCHEMA pg_catalog;\n"),
    ),
)
def cron_jobs_move(context: Context) -> Iterator[Hit]:
    """Find jobs of pg_cron."""
    for one in context.facts.cron_jobs:
        yield hit(
            one,
            subject(one),
            f"The job {one.id} of pg_cron ({one.schedule.strip()}) starts as soon as it is restored.",
        )
