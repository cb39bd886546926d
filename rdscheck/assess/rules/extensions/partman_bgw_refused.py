"""The background worker of pg_partman, which RDS does not preload."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.extensions._pages import READ, USER_GUIDE
from rdscheck.assess.rules.extensions._preload import PARAMETER, PARTMAN_BGW, preloaded
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="partman-bgw-refused",
    problem="The source keeps partitions up with pg_partman_bgw, which RDS does not preload.",
    why="Without the background worker nobody makes the next partitions and drops the old ones: rows pile up"
    " in the default partition, or inserts fail. AWS lets pg_cron do its work.",
    fix="Let pg_cron call partman.run_maintenance_proc().",
    severity=Severity.WARNING,
    source=f"{USER_GUIDE}/PostgreSQL_Partitions.html",
    date=READ,
    certainty=Certainty.DERIVED,  # on no list; on 18 the refusal was seen
    moves=(Move.RESTORE,),
    effort=Effort(1),
    guilty=Example(
        sql="SELECT 1",
        subject=f"setting {PARAMETER}",
        needs=("pg_partman",),
        settings=((PARAMETER, "rdsutils,pg_stat_statements,pg_partman_bgw"),),
        not_dumped="a dump does not hold the parameters of the server",
    ),
    innocent=Example(sql="SELECT 1", settings=((PARAMETER, "rdsutils,pg_stat_statements"),)),
)
def partman_bgw_refused(context: Context) -> Iterator[Hit]:
    """Find the library among those the source preloads."""
    for setting, names in preloaded(context.facts):
        if PARTMAN_BGW in names:
            yield hit(
                setting,
                f"setting {PARAMETER}",
                f"{context.target.name} does not preload {PARTMAN_BGW}: let pg_cron do its work.",
                "In the database postgres, let cron.schedule_in_database call run_maintenance_proc() of"
                " pg_partman every hour, in each database that has it.",
                certainty=Certainty.OBSERVED if context.target.major >= 18 else Certainty.DERIVED,
            )
