"""Parameters set by ALTER SYSTEM, which RDS does not let anyone use."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.pages import PARAMETERS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.parameters._settings import NOT_IN_DUMPS, in_group, of_server, subject
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="alter-system-setting",
    problem="A parameter was set by ALTER SYSTEM.",
    why="No dump brings it along, and ALTER SYSTEM is refused on RDS: parameters are those of the parameter "
    "group.",
    fix="Set the parameter in the parameter group of the instance.",
    severity=Severity.WARNING,
    source=PARAMETERS,
    date="2026-10-01",
    certainty=Certainty.DERIVED,
    effort=Effort(0.25, 0.1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="ALTER SYSTEM SET vacuum_cost_page_dirty = 21; SELECT pg_reload_conf(); SELECT pg_sleep(0.2)",
        clean="ALTER SYSTEM RESET vacuum_cost_page_dirty; SELECT pg_reload_conf()",
        subject="setting vacuum_cost_page_dirty",
        not_dumped=NOT_IN_DUMPS,
    ),
    innocent=Example(sql="SET vacuum_cost_page_dirty = 21"),
)
def alter_system_setting(context: Context) -> Iterator[Hit]:
    """Find settings of the server that ALTER SYSTEM made."""
    for one in of_server(context):
        if one.source == "ALTER SYSTEM":
            yield hit(
                one,
                subject(one),
                f"{one.name} = {one.value} was set by ALTER SYSTEM, which RDS refuses.",
                in_group(one.name, one.value),
            )
