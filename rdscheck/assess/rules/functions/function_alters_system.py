"""ALTER SYSTEM."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings, one_line
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="function-alters-system",
    problem="The server's configuration is changed by ALTER SYSTEM.",
    why="Configuration of RDS lives in parameter groups; ALTER SYSTEM is refused to every user.",
    fix="Change the parameter in the parameter group, through the API of RDS.",
    severity=Severity.BLOCKER,
    source=pages.PARAMETERS,
    date=pages.READ,
    effort=Effort(1, 0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION tune() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'ALTER SYSTEM SET"
        " work_mem = ''64MB'''; END $$",
        subject="function public.tune()",
    ),
    innocent=Example(
        sql="CREATE FUNCTION tune() RETURNS void LANGUAGE plpgsql AS $$ BEGIN SET LOCAL work_mem = '64MB';"
        " END $$",
    ),
)
def function_alters_system(context: Context) -> Iterator[Hit]:
    """Find ALTER SYSTEM in functions, and in a dump's statements."""
    for one in doings(context, "alter system"):
        names = " ".join(
            f'"ParameterName={one_line(name)},ParameterValue=…,ApplyMethod=pending-reboot"'
            for name in one.what
        )
        yield hit(
            one.first,
            one.subject,
            f"{one.who} runs ALTER SYSTEM ({one.list}), which {context.target.name} refuses.",
            f"-- aws rds modify-db-parameter-group --db-parameter-group-name GROUP --parameters {names}",
        )
