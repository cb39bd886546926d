"""A function that makes superusers."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="function-makes-superuser",
    problem="A function gives the attribute SUPERUSER to a role.",
    why="No user of RDS can be a superuser: the statement fails.",
    fix="Create an ordinary role, and grant it rds_superuser where an administrator is meant.",
    severity=Severity.BLOCKER,
    source=pages.ROLES,
    date=pages.READ,
    effort=Effort(1, 0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION raise_up() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ALTER ROLE"
        " operator_of_app SUPERUSER; END $$",
        subject="function public.raise_up()",
    ),
    innocent=Example(
        sql="CREATE FUNCTION raise_up() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ALTER ROLE"
        " operator_of_app CREATEDB CREATEROLE; END $$",
    ),
)
def function_makes_superuser(context: Context) -> Iterator[Hit]:
    """Find CREATE ROLE and ALTER ROLE with SUPERUSER in what is stored."""
    for one in doings(context, "create role superuser", "alter role superuser", statements=False):
        yield hit(
            one.first,
            one.subject,
            f"{one.who} makes a superuser ({one.list}), which {context.target.name} refuses.",
            "GRANT rds_superuser TO some_role; -- only for an administrator",
        )
