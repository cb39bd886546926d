"""An extension that people know, and that the service never offered or no longer does."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._offers import Standing, list_of, majors_with, on, unclaimed
from rdscheck.assess.rules.extensions._pages import RDS_LIST, READ
from rdscheck.assess.rules.extensions._replacements import KNOWN, REPLACEMENTS


@rule(
    id="extension-not-offered",
    problem="The target does not offer this extension in any minor version.",
    why="CREATE EXTENSION fails on the target, and with it every object that uses the extension.",
    fix="Do without the extension, or replace it before the move.",
    severity=Severity.BLOCKER,
    source=RDS_LIST,
    date=READ,
    effort=Effort(4, 4),
    guilty=Example(sql="CREATE EXTENSION file_fdw", subject="extension file_fdw", needs=("file_fdw",)),
    innocent=Example(sql="CREATE EXTENSION postgres_fdw", needs=("postgres_fdw",)),
)
def extension_not_offered(context: Context) -> Iterator[Hit]:
    """Find installed public extensions that stand in no list of the target's major or a later one."""
    target = context.target
    for one in unclaimed(context, Standing.NOWHERE, Standing.EARLIER_MAJOR):
        majors = majors_with(one.name, target.engine)
        if not majors and one.name not in KNOWN:
            continue  # extension-unknown speaks of it
        instead = REPLACEMENTS.get(one.name)
        yield on(
            one,
            f"{target.name} does not offer the extension {plain(one.name)}, nor does any other minor of "
            f"{target.major}"
            + (f"; the last major with it was {max(majors)}." if majors else ".")
            + (f" In its place: {instead}." if instead else ""),
            f"DROP EXTENSION {quoted(one.name)};",
            source=list_of(target),
        )
