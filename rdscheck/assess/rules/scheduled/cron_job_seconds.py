"""Jobs of pg_cron that run every few seconds, which needs pg_cron 1.5."""

import re
from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.scheduled._jobs import dump, subject

_SECONDS = re.compile(r"\s*[0-9]+\s+seconds?\s*", re.ASCII | re.IGNORECASE)
_SINCE = (1, 5)


@rule(
    id="cron-job-seconds",
    problem="A job of pg_cron runs every few seconds, which the target's pg_cron does not know.",
    why="Intervals in seconds came with pg_cron 1.5: an older one takes the schedule for invalid.",
    fix="Take a later engine version as target, or schedule the job every minute.",
    severity=Severity.BLOCKER,
    source="https://github.com/citusdata/pg_cron/blob/main/CHANGELOG.md",
    date="2026-10-01",
    effort=Effort(0.5, 0.25),
    guilty=Example(dump=dump("30 seconds", "SELECT 1"), subject="cron job 1", target="rds-15.2-R2"),
    innocent=Example(dump=dump("*/1 * * * *", "SELECT 1"), target="rds-15.2-R2"),
)
def cron_job_seconds(context: Context) -> Iterator[Hit]:
    """Find schedules in seconds where the target's pg_cron is too old."""
    offered = context.target.extensions.get("pg_cron")
    version = _version(offered.version) if offered else ()
    if not offered or not version or version >= _SINCE:
        return
    for one in context.facts.cron_jobs:
        if _SECONDS.fullmatch(one.schedule):
            yield hit(
                one,
                subject(one),
                f"The job {one.id} of pg_cron runs every {one.schedule.strip()}; {context.target.name} "
                f"has pg_cron "
                f"{offered.version}.",
                f"SELECT cron.alter_job({one.id}, schedule := '* * * * *');",
            )


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"[0-9]+", text))
