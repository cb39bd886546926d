"""Unlogged tables: empty after a failover, absent on replicas."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import from_service
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="unlogged-tables",
    problem="The table is unlogged.",
    why="RDS replaces a failed instance, restores snapshots and adds replicas as a matter of course: an "
    "unlogged table is empty after each recovery, and cannot be read on replicas.",
    fix="Make the table logged, unless its rows can be made again.",
    severity=Severity.NOTE,
    source="https://www.postgresql.org/docs/current/sql-createtable.html",
    date="2026-10-01",
    certainty=Certainty.DERIVED,
    effort=Effort(0.25, 0.1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE UNLOGGED TABLE public.sessions (id int PRIMARY KEY)", subject="table public.sessions"
    ),
    innocent=Example(sql="CREATE TABLE public.unlogged (id int PRIMARY KEY)"),
)
def unlogged_tables(context: Context) -> Iterator[Hit]:
    """Find unlogged tables of a source elsewhere; unlogged sequences go with them."""
    if from_service(context):
        return
    for one in context.facts.relations:
        if one.unlogged and one.kind == "table":
            yield hit(
                one,
                f"table {plain(one.schema, one.name)}",
                f"The table {plain(one.schema, one.name)} is unlogged: it is empty after each failover.",
                f"ALTER TABLE {quoted(one.schema, one.name)} SET LOGGED;",
            )
