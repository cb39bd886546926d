"""Jobs of pg_cron in dumps of examples, and as findings speak of them."""

from rdscheck.assess.facts import CronJob
from rdscheck.assess.rules._dumps import dumped


def subject(job: CronJob) -> str:
    """Return what findings call a job."""
    return f"cron job {job.id}"


def dump(
    schedule: str, command: str, *, node: str = "localhost", user: str = "app", superuser: bool = False
) -> str:
    """Return the dump of a database with pg_cron and one job."""
    row = "\t".join(("1", schedule, command, node, "5432", "postgres", user, "t", r"\N"))
    rights = "SUPERUSER" if superuser else "NOSUPERUSER"
    return dumped(
        "15.4",
        f"CREATE ROLE {user};\nALTER ROLE {user} WITH {rights} INHERIT LOGIN;\n\n"
        "CREATE EXTENSION IF NOT EXISTS pg_cron WITH SCHEMA pg_catalog;\n\n"
        "COPY cron.job (jobid, schedule, command, nodename, nodeport, database, username, active, jobname) "
        f"FROM stdin;\n{row}\n\\.\n",
    )
