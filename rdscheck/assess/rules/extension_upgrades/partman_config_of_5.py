"""pg_partman 5 on the source, 4 on the target."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extension_upgrades._partman import CHANGES, RANGE, of_5, set_of, sets_of
from rdscheck.assess.rules.extension_upgrades._versions import on_target
from rdscheck.assess.rules.extensions._offers import installed, on
from rdscheck.assess.rules.extensions._pages import READ
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="partman-config-of-5",
    problem="pg_partman 5 keeps its partition sets in a form that version 4 does not read.",
    why="The target has version 4 only, whose table part_config has other columns and values: the rows of a"
    " dump cannot be loaded, so that nobody makes the next partitions.",
    fix="Choose a target with pg_partman 5: 14.11-R2, 15.5, 16.1 or later.",
    severity=Severity.BLOCKER,
    source=CHANGES,
    date=READ,
    certainty=Certainty.DERIVED,
    moves=(Move.RESTORE,),
    effort=Effort(4, 1),
    guilty=Example(
        sql=RANGE, subject="extension pg_partman", needs=("pg_partman",), since=17, target="rds-13"
    ),
    innocent=Example(sql=RANGE, needs=("pg_partman",), since=17, target="rds-17"),
)
def partman_config_of_5(context: Context) -> Iterator[Hit]:
    """Find pg_partman from 5 on with sets to maintain, where the target has an older one."""
    if not () < on_target(context, "pg_partman") < (5,):
        return
    for one in installed(context, "pg_partman"):
        sets = sets_of(context, one)
        if sets and of_5(one, sets):
            there = context.target.extensions["pg_partman"].version
            yield on(
                one,
                f"pg_partman {one.version or '5'} maintains {set_of(len(sets))}; {context.target.name} has"
                f" {there}.",
            )
