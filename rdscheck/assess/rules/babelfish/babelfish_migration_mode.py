"""The mode of Babelfish, which a cluster is made with and keeps."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.pages import BABELFISH
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.babelfish._schemas import dump
from rdscheck.assess.rules.parameters._settings import subject
from rdscheck.assess.target import AURORA, Move

_NAME = "babelfishpg_tsql.migration_mode"


@rule(
    id="babelfish-migration-mode",
    problem="The databases were made in one mode of Babelfish, and the target must have the same.",
    why="The mode decides how schemas are named. It is chosen when a cluster is made; with another one "
    "T-SQL does not see the objects.",
    fix="Make the target with the same migration mode.",
    severity=Severity.WARNING,
    source=BABELFISH,
    date="2026-10-01",
    effort=Effort(0.25),
    engines=(AURORA,),
    moves=(Move.RESTORE,),
    guilty=Example(
        dump=dump("ALTER DATABASE babelfish_db SET babelfishpg_tsql.migration_mode TO 'multi-db';\n"),
        subject=f"setting {_NAME} of database babelfish_db",
        target="aurora-15",
    ),
    innocent=Example(
        dump=dump("ALTER DATABASE babelfish_db SET babelfishpg_tsql.version TO '12';\n"), target="aurora-15"
    ),
)
def babelfish_migration_mode(context: Context) -> Iterator[Hit]:
    """Find the setting, wherever it is."""
    for one in context.facts.settings:
        if one.name.lower() == _NAME:
            yield hit(
                one,
                subject(one),
                f"The databases were made in {one.value} mode.",
                f"Set babelfishpg_tsql.migration_mode = {one.value} when the cluster is made.",
            )
