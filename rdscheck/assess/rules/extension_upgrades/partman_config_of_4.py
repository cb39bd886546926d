"""pg_partman over the border between 4 and 5."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extension_upgrades._partman import CHANGES, NATIVE, of_4, set_of, sets_of
from rdscheck.assess.rules.extension_upgrades._versions import on_target
from rdscheck.assess.rules.extensions._offers import installed, on
from rdscheck.assess.rules.extensions._pages import READ
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="partman-config-of-4",
    problem="pg_partman 4 keeps its partition sets in a form that version 5 does not read.",
    why="The table part_config lost columns and changed values with 5. A dump's rows for it cannot be loaded"
    " there, so that nobody makes the next partitions; an upgrade keeps version 4 until the extension is"
    " updated, in two steps and with its privileges to be granted again.",
    fix="Update to 5 on the source first, or leave the rows out and make the sets known again.",
    severity=Severity.BLOCKER,
    source=CHANGES,
    date=READ,
    certainty=Certainty.DERIVED,
    effort=Effort(4, 1),
    guilty=Example(
        sql=NATIVE, subject="extension pg_partman", needs=("pg_partman",), until=15, target="rds-17"
    ),
    innocent=Example(sql=NATIVE, needs=("pg_partman",), until=15, target="rds-13"),
)
def partman_config_of_4(context: Context) -> Iterator[Hit]:
    """Find pg_partman before 5 with sets to maintain, where the target has 5 or later."""
    if on_target(context, "pg_partman") < (5,):
        return
    for one in installed(context, "pg_partman"):
        sets = sets_of(context, one)
        if not of_4(one, sets) or (context.move is Move.RESTORE and not sets):
            continue
        there = context.target.extensions["pg_partman"].version
        restored = context.move is Move.RESTORE
        yield on(
            one,
            f"pg_partman {one.version or '4'} maintains {set_of(len(sets))}; {context.target.name} has"
            f" {there}.",
            "In the target, call create_parent of pg_partman once for every set, in place of the rows of"
            " part_config."
            if restored
            else "-- after the upgrade, each in a transaction of its own\n"
            "ALTER EXTENSION pg_partman UPDATE TO '5.0.1';\nALTER EXTENSION pg_partman UPDATE;",
            severity=Severity.BLOCKER if restored else Severity.WARNING,
        )
