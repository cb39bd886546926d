"""Jobs of pg_cron that run on another server."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.pages import CRON
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.scheduled._jobs import dump, subject
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

_HERE = frozenset({"", "localhost", "127.0.0.1", "::1"})


@rule(
    id="cron-job-other-node",
    problem="A job of pg_cron runs on another server.",
    why="pg_cron on RDS runs jobs on its own instance, by background workers; the node of a job cannot be "
    "set by the master user.",
    fix="Run the job where its data is, or let it work there by dblink or postgres_fdw.",
    severity=Severity.WARNING,
    source=CRON,
    date="2026-10-01",
    certainty=Certainty.DERIVED,
    effort=Effort(1, 0.5),
    moves=(Move.RESTORE,),
    guilty=Example(dump=dump("0 3 * * *", "VACUUM", node="worker-2.example.com"), subject="cron job 1"),
    innocent=Example(dump=dump("0 3 * * *", "VACUUM")),
)
def cron_job_other_node(context: Context) -> Iterator[Hit]:
    """Find jobs whose node is neither this machine nor a socket of it."""
    for one in context.facts.cron_jobs:
        if one.node not in _HERE and not one.node.startswith("/"):
            yield hit(
                one,
                subject(one),
                f"The job {one.id} of pg_cron runs on {one.node}.",
                f"SELECT cron.unschedule({one.id});  -- and schedule it where it ran",
            )
