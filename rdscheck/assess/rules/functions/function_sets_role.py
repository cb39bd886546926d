"""SET ROLE to a superuser."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.assess.who import superusers
from rdscheck.model import Certainty


@rule(
    id="function-sets-role",
    problem="SET ROLE to a role that is a superuser here.",
    why="What follows ran as a superuser. On RDS there is none, rdsadmin can be no one's role, and the name"
    " postgres stands for the master user where it exists at all.",
    fix="Give an ordinary role the rights that are needed, and set that one.",
    severity=Severity.BLOCKER,
    source=pages.ROLES,
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(1, 0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE ROLE {new} SUPERUSER; CREATE FUNCTION become() RETURNS void LANGUAGE plpgsql AS $$"
        " BEGIN SET ROLE {new}; END $$",
        subject="function public.become()",
        clean="DROP ROLE {new}",
        with_roles=True,
    ),
    innocent=Example(
        sql="CREATE ROLE {new}; CREATE FUNCTION become() RETURNS void LANGUAGE plpgsql AS $$ BEGIN SET ROLE"
        " {new}; RESET ROLE; END $$",
        clean="DROP ROLE {new}",
        with_roles=True,
    ),
)
def function_sets_role(context: Context) -> Iterator[Hit]:
    """Find SET ROLE to superusers in what is stored; to postgres it is a warning."""
    strong = superusers(context.facts)
    for one in doings(context, "set role", of=strong, statements=False):
        yield hit(
            one.first,
            one.subject,
            f"{one.who} sets the role {one.list}, a superuser here; {context.target.name} has none.",
            severity=Severity.WARNING if set(one.what) == {"postgres"} else None,
        )
