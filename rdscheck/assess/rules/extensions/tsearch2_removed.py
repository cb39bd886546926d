"""tsearch2, the text search of before 8.3, removed from PostgreSQL with 10."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import quoted
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import absent, on
from rdscheck.assess.rules.extensions._pages import READ, UPGRADE


@rule(
    id="tsearch2-removed",
    problem="The extension tsearch2 is gone from PostgreSQL since 10.",
    why="CREATE EXTENSION tsearch2 fails on every version the service offers, and an upgrade is refused"
    " while it is installed. PostgreSQL has had text search of its own since 8.3.",
    fix="Use the built-in text search, then drop the extension.",
    severity=Severity.BLOCKER,
    source=UPGRADE,
    date=READ,
    effort=Effort(4),
    guilty=Example(sql=disguised("tsearch2"), subject="extension tsearch2"),
    innocent=Example(sql="CREATE TEXT SEARCH CONFIGURATION public.tsearch2 (COPY = pg_catalog.english)"),
)
def tsearch2_removed(context: Context) -> Iterator[Hit]:
    """Find the extension."""
    for one in absent(context, ("tsearch2",)):
        yield on(
            one,
            f"{context.target.name} has no tsearch2; its work is done by the text search of PostgreSQL"
            " itself.",
            f"DROP EXTENSION {quoted(one.name)};",
        )
