"""A slot with an output plugin that RDS does not have."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.catalog.extensions import output_plugins

#: pgoutput is PostgreSQL's own; test_decoding is documented for both services, whatever the tables list.
_ALWAYS = frozenset({"pgoutput", "test_decoding"})
_NONE_TO_SHOW = "no such plugin is installed in a sandbox, and slots are in no dump"


@rule(
    id="output-plugin-not-offered",
    problem="A logical slot uses an output plugin that the target does not have.",
    why="Libraries cannot be installed on RDS: the slot cannot be created, and the program behind it gets"
    " no changes.",
    fix="Let the program use pgoutput or wal2json.",
    severity=Severity.BLOCKER,
    source=pages.LOGICAL,
    date=pages.READ,
    effort=Effort(8, 2),
    moves=(Move.RESTORE,),
    guilty=Example(sql="SELECT 1", subject="slot changes", not_live=_NONE_TO_SHOW, not_dumped=_NONE_TO_SHOW),
    innocent=Example(
        sql="SELECT pg_create_logical_replication_slot('{new}', 'wal2json')",
        clean="SELECT pg_drop_replication_slot('{new}')",
        settings=(("rds.logical_replication", "1"),),
    ),
)
def output_plugin_not_offered(context: Context) -> Iterator[Hit]:
    """Find slots whose plugin the target's list does not have."""
    offered = _ALWAYS | (output_plugins() & set(context.target.extensions))
    if "pglogical" in context.target.extensions:
        offered |= {"pglogical_output"}
    for one in context.facts.slots:
        if one.plugin and one.plugin not in offered:
            yield hit(
                one,
                f"slot {plain(one.name)}",
                f"The slot {plain(one.name)} uses the plugin {plain(one.plugin)}; {context.target.name} has"
                f" {', '.join(sorted(offered))}.",
                "-- in the consumer's configuration: pgoutput (Debezium: plugin.name=pgoutput) or wal2json",
            )
