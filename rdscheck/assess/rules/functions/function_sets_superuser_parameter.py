"""SET of a parameter that only superusers may set."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.functions._parameters import OF_SUPERUSERS
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="function-sets-superuser-parameter",
    problem="A parameter is set that only superusers may set.",
    why="SET fails for every user of RDS, and with it what follows in the function. Of such parameters"
    " rds_superuser may set session_replication_role alone.",
    fix="Leave the statement out, or set the parameter for all in the parameter group.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("view-pg-settings"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(0.5, 0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION quietly() RETURNS void LANGUAGE plpgsql AS $$ BEGIN SET LOCAL log_min_messages"
        " = 'panic'; END $$",
        subject="function public.quietly()",
    ),
    innocent=Example(
        sql="CREATE FUNCTION quietly() RETURNS void LANGUAGE plpgsql AS $$ BEGIN SET LOCAL"
        " client_min_messages = 'error'; END $$",
    ),
)
def function_sets_superuser_parameter(context: Context) -> Iterator[Hit]:
    """Find SET of such parameters."""
    for one in doings(context, "set", of=OF_SUPERUSERS):
        yield hit(
            one.first,
            one.subject,
            f"{one.who} sets {one.list}, which nobody may on {context.target.name}.",
            f"-- leave the statement out; in the parameter group, where it may be changed: {one.list}",
        )
