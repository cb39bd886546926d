"""An extension that RDS has and Aurora has not, or the other way round."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._offers import (
    Standing,
    list_of,
    majors_with,
    on,
    other_engine,
    unclaimed,
)
from rdscheck.assess.rules.extensions._pages import AURORA_LIST, READ
from rdscheck.assess.target import AURORA


@rule(
    id="extension-only-on-other-engine",
    problem="Of RDS for PostgreSQL and Aurora PostgreSQL, only the other one offers this extension.",
    why="CREATE EXTENSION fails on the target, and with it every object that uses the extension.",
    fix="Choose the other service, or do without the extension.",
    severity=Severity.BLOCKER,
    source=AURORA_LIST,
    date=READ,
    effort=Effort(1, 1),
    guilty=Example(
        sql="CREATE EXTENSION pageinspect",
        subject="extension pageinspect",
        needs=("pageinspect",),
        target="aurora-17",
    ),
    innocent=Example(sql="CREATE EXTENSION pg_buffercache", needs=("pg_buffercache",), target="aurora-17"),
)
def extension_only_on_other_engine(context: Context) -> Iterator[Hit]:
    """Find installed extensions that stand in lists of the other service only."""
    target = context.target
    other = "Aurora PostgreSQL" if other_engine(target) == AURORA else "RDS for PostgreSQL"
    for one in unclaimed(context, Standing.OTHER_ENGINE):
        majors = ", ".join(str(major) for major in majors_with(one.name, other_engine(target)))
        yield on(
            one,
            f"{target.name} does not offer the extension {plain(one.name)}; only {other} does, in {majors}.",
            f"DROP EXTENSION {quoted(one.name)};",
            source=list_of(target),
        )
