"""Aurora's global databases with a bound on lag, which no major upgrade takes."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import changes
from rdscheck.assess.pages import AURORA_UPGRADE
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules._dumps import dumped
from rdscheck.assess.rules.parameters._settings import subject
from rdscheck.assess.target import AURORA, Move

_NAME = "rds.global_db_rpo"


@rule(
    id="global-database-rpo",
    problem="The global database bounds how far its secondaries may lag behind.",
    why="AWS asks to reset rds.global_db_rpo before a major upgrade of a global database.",
    fix="Reset rds.global_db_rpo in the cluster parameter group, and set it again after the upgrade.",
    severity=Severity.BLOCKER,
    source=AURORA_UPGRADE,
    date="2026-10-01",
    effort=Effort(0.25),
    engines=(AURORA,),
    moves=(Move.UPGRADE,),
    # It is a parameter of the cluster, of which no other server knows: a role's setting stands for it here.
    guilty=Example(
        dump=dumped("15.4", "CREATE ROLE app;\nALTER ROLE app SET \"rds.global_db_rpo\" TO '60';\n"),
        subject="setting rds.global_db_rpo of role app",
        target="aurora-17",
        move=Move.UPGRADE,
        flavour=Flavour.AURORA,
    ),
    innocent=Example(
        dump=dumped("15.4", "CREATE ROLE app;\nALTER ROLE app SET \"rds.global_db\" TO '60';\n"),
        target="aurora-17",
        move=Move.UPGRADE,
        flavour=Flavour.AURORA,
    ),
)
def global_database_rpo(context: Context) -> Iterator[Hit]:
    """Find the parameter with a value."""
    if not changes(context):
        return
    for one in context.facts.settings:
        if one.name.lower() == _NAME and one.value not in {"", "-1", "0"}:
            yield hit(one, subject(one), f"rds.global_db_rpo is {one.value}; a major upgrade wants it reset.")
