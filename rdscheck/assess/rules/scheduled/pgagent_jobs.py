"""Jobs of pgAgent, which runs beside the server."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.pages import CRON
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="pgagent-jobs",
    problem="The database holds jobs of pgAgent.",
    why="pgAgent is a program beside the server, which RDS does not have. It may run on another machine; "
    "steps that are batch files run there then. A connection as superuser is not to be had.",
    fix="Schedule the jobs with pg_cron, or run pgAgent on a machine of your own.",
    severity=Severity.WARNING,
    source=CRON,
    date="2026-10-01",
    certainty=Certainty.DERIVED,
    effort=Effort(4),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE SCHEMA pgagent; CREATE TABLE pgagent.pga_job (jobid int PRIMARY KEY, jobname text)",
        subject="table pgagent.pga_job",
    ),
    innocent=Example(
        sql="CREATE SCHEMA app; CREATE TABLE app.pga_job (jobid int PRIMARY KEY, jobname text)",
    ),
)
def pgagent_jobs(context: Context) -> Iterator[Hit]:
    """Find its table of jobs; where it is an extension, that is not offered."""
    for one in context.facts.relations:
        if (one.schema, one.name) == ("pgagent", "pga_job"):
            yield hit(
                one,
                f"table {plain(one.schema, one.name)}",
                f"The table {plain(one.schema, one.name)} holds jobs of pgAgent, which does not run on RDS.",
            )
