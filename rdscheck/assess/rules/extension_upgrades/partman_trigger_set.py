"""A partition set kept by triggers, which pg_partman gave up with 5."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.extension_upgrades._partman import BY_TRIGGER, CHANGES, NATIVE, TRIGGERED
from rdscheck.assess.rules.extension_upgrades._versions import on_target
from rdscheck.assess.rules.extensions._pages import READ


@rule(
    id="partman-trigger-set",
    problem="The partition set is kept by triggers, which pg_partman 5 does not know.",
    why="From 5 on pg_partman looks after declarative partitions only. Rows still go where the trigger sends"
    " them, but nobody makes the next partitions and drops the old ones, and the extension cannot be"
    " updated.",
    fix="Turn the set into declarative partitions on the source, while it has version 4.",
    severity=Severity.BLOCKER,
    source=CHANGES,
    date=READ,
    effort=Effort(4, 4),
    guilty=Example(
        sql=TRIGGERED, subject="table public.event", needs=("pg_partman",), until=15, target="rds-17"
    ),
    innocent=Example(sql=NATIVE, needs=("pg_partman",), until=15, target="rds-17"),
)
def partman_trigger_set(context: Context) -> Iterator[Hit]:
    """Find sets of these kinds where the target has version 5 or later."""
    if on_target(context, "pg_partman") >= (5,):
        there = context.target.extensions["pg_partman"].version
        for one in context.facts.partition_sets:
            if one.kind in BY_TRIGGER:
                table = plain(*one.parent.split(".", 1))
                yield hit(
                    one,
                    f"table {table}",
                    f"The partitions of {table} are kept by triggers (type {one.kind});"
                    f" {context.target.name} has pg_partman {there}.",
                )
