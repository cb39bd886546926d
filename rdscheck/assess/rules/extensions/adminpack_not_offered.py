"""adminpack, by which pgAdmin wrote files of the server."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import quoted
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import absent, on
from rdscheck.assess.rules.extensions._pages import RDS_LIST, READ


@rule(
    id="adminpack-not-offered",
    problem="The extension adminpack is not offered: it writes files of the server.",
    why="CREATE EXTENSION adminpack fails on every version of the service, and PostgreSQL itself removed"
    " it with 17. Tools put it into databases without being asked; hardly anything uses it.",
    fix="Drop the extension: it holds no data.",
    severity=Severity.BLOCKER,
    source=RDS_LIST,
    date=READ,
    effort=Effort(0.25),
    guilty=Example(sql=disguised("adminpack 2.1"), subject="extension adminpack"),
    innocent=Example(sql="CREATE SCHEMA adminpack"),
)
def adminpack_not_offered(context: Context) -> Iterator[Hit]:
    """Find the extension."""
    for one in absent(context, ("adminpack",)):
        yield on(
            one,
            f"{context.target.name} does not offer adminpack; nothing of the application is lost without it.",
            f"DROP EXTENSION {quoted(one.name)};",
        )
