"""Extensions that a Multi-AZ DB cluster, with two readable standbys, does not have."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import Standing, installed, on, standing
from rdscheck.assess.rules.extensions._pages import READ, USER_GUIDE
from rdscheck.assess.target import RDS, Move


@rule(
    id="multi-az-cluster-lacks",
    problem="A Multi-AZ DB cluster, with two readable standbys, does not offer this extension.",
    why="An RDS instance offers it, with or without a standby; a Multi-AZ DB cluster does not. Known before"
    " the target is created, it costs nothing.",
    fix="Choose an instance, or a Multi-AZ instance deployment with one standby.",
    severity=Severity.NOTE,
    source=f"{USER_GUIDE}/multi-az-db-clusters-concepts.Limitations.html",
    date=READ,
    engines=(RDS,),
    moves=(Move.RESTORE,),
    effort=Effort(0),
    guilty=Example(sql=disguised("pg_transport 1.0"), subject="extension pg_transport"),
    innocent=Example(sql=disguised("pg_repack 1.5.2")),
)
def multi_az_cluster_lacks(context: Context) -> Iterator[Hit]:
    """Find the extensions that page names."""
    for one in installed(context, "aws_s3", "pg_transport"):
        if standing(one.name, context.target) is Standing.OFFERED:
            yield on(
                one,
                f"{context.target.name} offers {plain(one.name)} on instances, not on Multi-AZ DB clusters.",
            )
