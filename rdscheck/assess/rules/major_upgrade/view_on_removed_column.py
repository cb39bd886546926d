"""Views on columns of system views that the target no longer has."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import crosses
from rdscheck.assess.pages import PG_UPGRADE, UPGRADE
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.major_upgrade._views import drop, of_users, subject, views, words
from rdscheck.assess.target import Move
from rdscheck.model import Certainty
from rdscheck.upgrade.checks import GONE_COLUMNS

#: Column -> first major without it, of versions that do not run here: from the release notes of 10 to 13.
_OLDER = {
    "pg_stat_replication.flush_location": 10,
    "pg_stat_replication.replay_location": 10,
    "pg_stat_replication.sent_location": 10,
    "pg_stat_replication.write_location": 10,
    "pg_class.relhaspkey": 11,
    "pg_proc.proisagg": 11,
    "pg_proc.proiswindow": 11,
    "pg_attrdef.adsrc": 12,
    "pg_class.relhasoids": 12,
    "pg_constraint.consrc": 12,
    "pg_proc.protransform": 12,
    "pg_stat_ssl.clientdn": 12,
    "pg_statistic_ext.stxdependencies": 12,
    "pg_statistic_ext.stxndistinct": 12,
    "pg_pltemplate.tmplname": 13,
    "pg_stat_wal_receiver.received_lsn": 13,
}
GONE = _OLDER | GONE_COLUMNS


@rule(
    id="view-on-removed-column",
    problem="A view reads a column of a system view that the target no longer has.",
    why="The view cannot be created on the target; an upgrade in place fails when it restores it.",
    fix="Drop the view, and create it again with the columns of the new version.",
    severity=Severity.BLOCKER,
    source=PG_UPGRADE,
    date="2026-10-01",
    certainty=Certainty.DERIVED,
    effort=Effort(0.5, 0.25),
    guilty=Example(
        sql="CREATE VIEW public.checkpoints AS SELECT checkpoints_timed, buffers_clean FROM pg_stat_bgwriter",
        subject="view public.checkpoints",
        until=16,
        target="rds-17",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
    innocent=Example(
        sql="CREATE VIEW public.checkpoints AS SELECT buffers_clean, 'checkpoints_timed' AS a FROM "
        "pg_stat_bgwriter",
        until=16,
        target="rds-17",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def view_on_removed_column(context: Context) -> Iterator[Hit]:
    """Find views whose words hold both the system view and the column."""
    gone = {name: major for name, major in GONE.items() if crosses(context, major)}
    for view in views(context.facts) if gone else ():
        there = words(view.definition) - of_users(view.definition)
        found = sorted(name for name in gone if set(name.split(".")) <= there)
        if found:
            yield hit(
                view,
                subject(view),
                f"The {subject(view)} reads {', '.join(found)}, gone since {gone[found[0]]}.",
                drop(view),
                source=UPGRADE if context.move is Move.UPGRADE else "",
            )
