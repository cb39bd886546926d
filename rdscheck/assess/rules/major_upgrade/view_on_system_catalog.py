"""Views on catalogs and views of the system, which AWS asks to drop before an upgrade."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import changes
from rdscheck.assess.pages import UPGRADE
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.major_upgrade._views import catalogs, drop, subject, views
from rdscheck.assess.target import Move

#: The one AWS's page shows to stop an upgrade.
_NAMED = "pg_stat_activity"


@rule(
    id="view-on-system-catalog",
    problem="A view reads from catalogs or views of the system.",
    why="Their columns change from major to major. AWS's page shows a view on pg_stat_activity that stops "
    "an upgrade, and its script warns of all such views.",
    fix="Drop the view before the upgrade, and create it again afterwards.",
    severity=Severity.NOTE,
    source=UPGRADE,
    date="2026-10-01",
    effort=Effort(0.25, 0.1),
    moves=(Move.UPGRADE,),
    guilty=Example(
        sql="CREATE VIEW public.sessions AS SELECT pid, state FROM pg_stat_activity",
        subject="view public.sessions",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
    innocent=Example(
        sql="CREATE TABLE public.pg_stat (a int PRIMARY KEY);"
        " CREATE VIEW public.sessions AS SELECT a, 'FROM pg_stat_activity' AS b FROM public.pg_stat",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def view_on_system_catalog(context: Context) -> Iterator[Hit]:
    """Find such views; the one that AWS names is a warning."""
    if not changes(context):
        return
    for view in views(context.facts):
        found = catalogs(view.definition)
        if found:
            yield hit(
                view,
                subject(view),
                f"The {subject(view)} reads from {', '.join(sorted(found))}.",
                drop(view),
                severity=Severity.WARNING if _NAMED in found else Severity.NOTE,
            )
