"""Functions that switch triggers off by session_replication_role."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="session-replication-role",
    problem="session_replication_role is set by something that others call.",
    why="On RDS members of rds_superuser may set it, and nobody else: for other callers the statement fails.",
    fix="Make the function SECURITY DEFINER, owned by a member of rds_superuser, or call it as one.",
    severity=Severity.WARNING,
    source="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html",
    date=pages.READ,
    effort=Effort(0.5, 0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION quietly() RETURNS void LANGUAGE plpgsql AS $$ BEGIN SET LOCAL"
        " session_replication_role = replica; END $$",
        subject="function public.quietly()",
    ),
    innocent=Example(
        sql="CREATE FUNCTION quietly() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN"
        " current_setting('session_replication_role'); END $$",
    ),
)
def session_replication_role(context: Context) -> Iterator[Hit]:
    """Find functions and the like that set it; a dump's own statement is run by the master user."""
    for one in doings(context, "set", of={"session_replication_role"}, statements=False):
        yield hit(
            one.first,
            one.subject,
            f"{one.who} sets session_replication_role; on {context.target.name} that is for members of"
            " rds_superuser.",
            "GRANT rds_superuser TO some_role; -- who calls it, or who owns it as SECURITY DEFINER",
        )
