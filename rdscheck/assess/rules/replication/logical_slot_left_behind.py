"""A logical slot, which no dump carries."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move

_LITERAL = "'{}'"


@rule(
    id="logical-slot-left-behind",
    problem="A logical slot has a consumer that loses its place in the move.",
    why="Slots are not in dumps and positions of one server mean nothing on another: the consumer needs a"
    " new slot and a new snapshot. The target has logical decoding only with rds.logical_replication = 1,"
    " after a reboot.",
    fix="Stop writing, let the consumer catch up, and create the slot on the target before writing goes on"
    " there.",
    severity=Severity.WARNING,
    source=pages.LOGICAL,
    date=pages.READ,
    effort=Effort(2, 1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="SELECT pg_create_logical_replication_slot('{new}', 'test_decoding')",
        subject="slot {new}",
        clean="SELECT pg_drop_replication_slot('{new}')",
        settings=(("rds.logical_replication", "1"),),
        not_dumped="slots are in no dump",
    ),
    innocent=Example(
        sql="SELECT pg_create_logical_replication_slot('{new}', 'test_decoding', true)",
        settings=(("rds.logical_replication", "1"),),
    ),
)
def logical_slot_left_behind(context: Context) -> Iterator[Hit]:
    """Find logical slots that stay after their session."""
    for one in context.facts.slots:
        if one.kind == "logical" and not one.temporary:
            name, plugin = (_LITERAL.format(text.replace("'", "''")) for text in (one.name, one.plugin))
            yield hit(
                one,
                f"slot {plain(one.name)}",
                f"The consumer of the logical slot {plain(one.name)}"
                f" ({plain(one.plugin or 'plugin not seen')}) has to begin anew on {context.target.name}.",
                f"SELECT pg_create_logical_replication_slot({name}, {plugin}); -- on the target",
            )
