"""An extension that no version of the target's major offers."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.catalog.extensions import listed, offered


@rule(
    id="extension-not-offered",
    problem="The target does not offer this extension in any minor version.",
    why="CREATE EXTENSION fails on the target, and with it every object that uses the extension.",
    fix="Do without the extension, or replace it before the move.",
    severity=Severity.BLOCKER,
    source="https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html",
    date="2026-10-01",
    effort=Effort(4, 4),
    guilty=Example(sql="CREATE EXTENSION file_fdw", subject="extension file_fdw", needs=("file_fdw",)),
    innocent=Example(sql="CREATE EXTENSION postgres_fdw", needs=("postgres_fdw",)),
)
def extension_not_offered(context: Context) -> Iterator[Hit]:
    """Find installed extensions that stand in no list of the target's major."""
    target = context.target
    somewhere = {
        name for version in listed(target.major, target.engine) for name in offered(version, target.engine)
    }
    for one in context.facts.extensions:
        if one.name not in somewhere | {"plpgsql"}:
            yield hit(
                one,
                f"extension {plain(one.name)}",
                f"{target.name} does not offer the extension {plain(one.name)}, nor does any other minor "
                f"of {target.major}.",
                f"DROP EXTENSION {quoted(one.name)};",
            )
