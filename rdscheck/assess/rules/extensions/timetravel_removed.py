"""timetravel, triggers of the contrib modules, removed from PostgreSQL with 12."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import quoted
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import absent, on
from rdscheck.assess.rules.extensions._pages import MANUAL, READ


@rule(
    id="timetravel-removed",
    problem="The extension timetravel is gone from PostgreSQL since 12, and the service never had it.",
    why="CREATE EXTENSION timetravel fails on the target, and the triggers that call timetravel() with it.",
    fix="Write the trigger in PL/pgSQL, then drop the extension.",
    severity=Severity.BLOCKER,
    source=f"{MANUAL}/contrib-spi.html",
    date=READ,
    effort=Effort(4),
    guilty=Example(sql=disguised("timetravel"), subject="extension timetravel"),
    innocent=Example(sql="CREATE EXTENSION moddatetime", needs=("moddatetime",)),
)
def timetravel_removed(context: Context) -> Iterator[Hit]:
    """Find the extension."""
    for one in absent(context, ("timetravel",)):
        yield on(
            one,
            f"{context.target.name} has no timetravel; a trigger in PL/pgSQL can keep the history of rows.",
            f"DROP EXTENSION {quoted(one.name)};",
        )
