"""Something that reads a catalog which only superusers read."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

_INSTEAD = {
    "pg_file_settings": "pg_settings, and the parameter group",
    "pg_hba_file_rules": "nothing: pg_hba.conf is the service's",
    "pg_shmem_allocations": "Performance Insights and Enhanced Monitoring",
    "pg_statistic": "pg_stats",
    "pg_user_mapping": "pg_user_mappings",
}

#: First major in which members of pg_monitor read it.
_OPEN_FROM = {"pg_shmem_allocations": 15}


@rule(
    id="reads-hidden-catalog",
    problem="A catalog or view is read that only superusers may read.",
    why="On RDS the query fails with permission denied, for the master user as well.",
    fix="Read the view that shows what one may see.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("catalogs"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(0.5, 0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE VIEW widths AS SELECT starelid, staattnum, stawidth FROM pg_catalog.pg_statistic",
        subject="view public.widths",
    ),
    innocent=Example(
        sql="CREATE VIEW widths AS SELECT tablename, attname, avg_width FROM pg_catalog.pg_stats"
    ),
)
def reads_hidden_catalog(context: Context) -> Iterator[Hit]:
    """Find what reads one of them."""
    closed = {name for name in _INSTEAD if not 0 < _OPEN_FROM.get(name, 0) <= context.target.major}
    for one in doings(context, "reads", of=closed):
        names = [name.removeprefix("pg_catalog.") for name in one.what]
        yield hit(
            one.first,
            one.subject,
            f"{one.who} reads {', '.join(names)}, which {context.target.name} refuses.",
            "\n".join(f"-- in place of {name}: {_INSTEAD[name]}" for name in names),
        )
