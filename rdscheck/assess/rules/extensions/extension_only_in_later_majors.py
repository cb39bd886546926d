"""An extension that came to the service with a major after the target's."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import (
    Standing,
    list_of,
    majors_with,
    on,
    unclaimed,
    versions_with,
)
from rdscheck.assess.rules.extensions._pages import RDS_LIST, READ


@rule(
    id="extension-only-in-later-majors",
    problem="Only later majors of the target's service offer this extension.",
    why="CREATE EXTENSION fails on the target, and with it every object that uses the extension.",
    fix="Choose a later major as target, or do without the extension.",
    severity=Severity.BLOCKER,
    source=RDS_LIST,
    date=READ,
    effort=Effort(2, 2),
    guilty=Example(
        sql=disguised("roaringbitmap 0.5"), subject="extension roaringbitmap", target="rds-17", until=17
    ),
    innocent=Example(sql=disguised("roaringbitmap 0.5"), target="rds-18"),
)
def extension_only_in_later_majors(context: Context) -> Iterator[Hit]:
    """Find installed extensions whose first major lies after the target's."""
    target = context.target
    for one in unclaimed(context, Standing.LATER_MAJOR):
        major = min(major for major in majors_with(one.name, target.engine) if major > target.major)
        first = versions_with(one.name, major, target.engine)[0]
        yield on(
            one,
            f"{target.name} does not offer the extension {plain(one.name)}; the first version after it that"
            f" does is {first}.",
            f"Choose {target.engine}-{first} or later as target.",
            source=list_of(target),
        )
