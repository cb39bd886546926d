"""An extension that other minor versions of the target's major offer."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import Standing, list_of, on, unclaimed, versions_with
from rdscheck.assess.rules.extensions._pages import RDS_LIST, READ


@rule(
    id="extension-not-in-minor",
    problem="The target's minor version does not offer this extension, others of its major do.",
    why="CREATE EXTENSION fails on that minor version, and with it every object that uses the extension.",
    fix="Choose another minor version of the same major.",
    severity=Severity.BLOCKER,
    source=RDS_LIST,
    date=READ,
    effort=Effort(0.5),
    guilty=Example(
        sql=disguised("collection 1.1.0"), subject="extension collection", target="rds-17.6", until=17
    ),
    innocent=Example(sql=disguised("collection 1.1.0"), target="rds-17.7", until=17),
)
def extension_not_in_minor(context: Context) -> Iterator[Hit]:
    """Find installed extensions that the major offers, though not in that minor."""
    target = context.target
    for one in unclaimed(context, Standing.OTHER_MINOR):
        versions = versions_with(one.name, target.major, target.engine)
        yield on(
            one,
            f"{target.name} does not offer the extension {plain(one.name)}; {versions[0]} to"
            f" {versions[-1]} do.",
            f"Choose a minor version from {versions[0]} to {versions[-1]} as target.",
            source=list_of(target),
        )
