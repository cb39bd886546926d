"""Parameters of pgaudit in the configuration of the source's server."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.extensions._pages import READ, TASKS
from rdscheck.assess.rules.extensions._preload import PARAMETER, group_of
from rdscheck.assess.target import Move


@rule(
    id="pgaudit-settings-not-carried",
    problem="The source audits by settings of its server, which no dump carries.",
    why="On the target pgaudit.log is none until the parameter group says otherwise: the audit trail ends"
    " with the move.",
    fix="Set the same values in the target's parameter group.",
    severity=Severity.NOTE,
    source=f"{TASKS}.pgaudit.basic-setup.html",
    date=READ,
    moves=(Move.RESTORE,),
    effort=Effort(0.25),
    guilty=Example(
        sql="SELECT 1",
        subject="setting pgaudit.log",
        needs=("pgaudit",),
        settings=((PARAMETER, "rdsutils,pg_stat_statements,pgaudit"), ("pgaudit.log", "ddl")),
        not_dumped="a dump does not hold the parameters of the server",
    ),
    innocent=Example(
        sql="SELECT 1",
        needs=("pgaudit",),
        settings=((PARAMETER, "rdsutils,pg_stat_statements,pgaudit"),),
    ),
)
def pgaudit_settings_not_carried(context: Context) -> Iterator[Hit]:
    """Find parameters of pgaudit that the server was given; the role has a rule of its own."""
    for one in context.facts.settings:
        if one.scope == "server" and one.name.startswith("pgaudit.") and one.name != "pgaudit.role":
            yield hit(
                one,
                f"setting {one.name}",
                f"The source has {one.name} = {one.value}.",
                f"Set {one.name} to {one.value} in the {group_of(context.target)}.",
            )
