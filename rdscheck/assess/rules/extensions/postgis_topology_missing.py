"""postgis_topology on the first minors of RDS 18, which lack it."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import absent, on, versions_with
from rdscheck.assess.rules.extensions._pages import READ, UPGRADE


@rule(
    id="postgis-topology-missing",
    problem="The target's minor version does not offer postgis_topology.",
    why="RDS 18.1 to 18.3 came without postgis_topology: topologies cannot be restored there, and an upgrade"
    " of a database that has the extension is refused. It is back from 18.3-R2 and 18.4 on.",
    fix="Choose 18.3-R2, 18.4 or later as target.",
    severity=Severity.BLOCKER,
    source=UPGRADE,
    date=READ,
    effort=Effort(0.5),
    guilty=Example(
        sql=disguised("postgis_topology 3.5.6"), subject="extension postgis_topology", target="rds-18.2"
    ),
    innocent=Example(sql=disguised("postgis_topology 3.5.6"), target="rds-18.4"),
)
def postgis_topology_missing(context: Context) -> Iterator[Hit]:
    """Find the extension where the target lacks it."""
    target = context.target
    for one in absent(context, ("postgis_topology",)):
        there = versions_with(one.name, target.major, target.engine)
        yield on(
            one,
            f"{target.name} does not offer postgis_topology"
            + (f"; {there[0]} and later of that major do." if there else "."),
            f"Choose {target.engine}-{there[0]} or later as target." if there else "",
        )
