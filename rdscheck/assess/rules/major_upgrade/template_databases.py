"""template0 and template1, which an upgrade needs."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour, Via
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import changes
from rdscheck.assess.pages import AURORA_UPGRADE, UPGRADE_SCRIPT
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.target import AURORA, Move

_TEMPLATES = ("template0", "template1")


@rule(
    id="template-databases",
    problem="A template database is missing, or is no template.",
    why="The upgrade makes its databases from template0 and template1; the precheck wants both to exist and "
    "to be templates.",
    fix="Make the database, and mark it as a template.",
    severity=Severity.BLOCKER,
    source=UPGRADE_SCRIPT,
    date="2026-10-01",
    effort=Effort(0.25),
    moves=(Move.UPGRADE,),
    guilty=Example(
        sql="ALTER DATABASE template1 IS_TEMPLATE false",
        clean="ALTER DATABASE template1 IS_TEMPLATE true",
        subject="database template1",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
        # A server of its own: others make databases of the template meanwhile.
        settings=(("max_prepared_transactions", "3"),),
        not_dumped="the templates are in no dump",
    ),
    innocent=Example(
        sql="CREATE DATABASE {new} IS_TEMPLATE true; ALTER DATABASE {new} IS_TEMPLATE false",
        clean="DROP DATABASE {new}",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def template_databases(context: Context) -> Iterator[Hit]:
    """Find templates that are none; one is missing only where the other was seen."""
    # A dump speaks of template1 only where somebody changed it, and not of what it is.
    if not changes(context) or context.facts.origin.via is not Via.LIVE:
        return
    seen = {one.name: one for one in context.facts.databases if one.name in _TEMPLATES}
    source = AURORA_UPGRADE if context.target.engine == AURORA else UPGRADE_SCRIPT
    for name in _TEMPLATES if seen else ():
        if name not in seen:
            yield Hit(
                f"database {name}",
                f"The database {name} does not exist.",
                f"CREATE DATABASE {name} IS_TEMPLATE true;",
                source=source,
            )
        elif not seen[name].is_template:
            yield Hit(
                f"database {name}",
                f"The database {name} is no template.",
                f"ALTER DATABASE {name} IS_TEMPLATE true;",
                source=source,
            )
