"""SET SESSION AUTHORIZATION."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="function-sets-session-authorization",
    problem="SET SESSION AUTHORIZATION to another role takes a superuser.",
    why="It fails for every user of RDS. A dump writes it where somebody other than the owner granted a"
    " privilege, which is then lost, and everywhere with --use-set-session-authorization.",
    fix="Use SET ROLE with membership in the role, or take the dump without the option.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("sql-set-session-authorization"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(0.5, 0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION become() RETURNS void LANGUAGE plpgsql AS $$ BEGIN SET SESSION AUTHORIZATION"
        " app_owner; END $$",
        subject="function public.become()",
    ),
    innocent=Example(
        sql="CREATE FUNCTION become() RETURNS void LANGUAGE plpgsql AS $$ BEGIN SET SESSION AUTHORIZATION"
        " DEFAULT; END $$",
    ),
)
def function_sets_session_authorization(context: Context) -> Iterator[Hit]:
    """Find it, back to the own role apart."""
    for one in doings(context, "set session authorization"):
        roles = [role for role in one.what if role.lower() != "default"]
        if roles:
            yield hit(
                one.first,
                one.subject,
                f"{one.who} sets the session authorization to {', '.join(roles)}, which"
                f" {context.target.name} refuses.",
                f"GRANT {quoted(roles[0])} TO CURRENT_USER; -- then SET ROLE in its place",
            )
