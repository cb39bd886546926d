"""Calls that make, move or drop replication slots."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move

_CALLS = frozenset(
    {
        "pg_create_logical_replication_slot",
        "pg_create_physical_replication_slot",
        "pg_drop_replication_slot",
        "pg_replication_origin_create",
        "pg_replication_slot_advance",
    }
)


@rule(
    id="handles-slots",
    problem="Replication slots or origins are made, moved or dropped.",
    why="On RDS that takes membership in rds_replication or rds_superuser in place of the attribute"
    " REPLICATION, and logical slots take rds.logical_replication = 1.",
    fix="Grant rds_replication to who calls it.",
    severity=Severity.WARNING,
    source=pages.LOGICAL,
    date=pages.READ,
    effort=Effort(0.5, 0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION follow() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM"
        " pg_catalog.pg_create_logical_replication_slot('changes', 'test_decoding'); END $$",
        subject="function public.follow()",
    ),
    innocent=Example(
        sql="CREATE FUNCTION follow() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*)"
        " FROM pg_catalog.pg_replication_slots); END $$",
    ),
)
def handles_slots(context: Context) -> Iterator[Hit]:
    """Find calls of these functions."""
    for one in doings(context, "call", of=_CALLS):
        yield hit(
            one.first,
            one.subject,
            f"{one.who} calls {one.list}; on {context.target.name} that is for members of rds_replication.",
            "GRANT rds_replication TO some_role; -- who calls it",
        )
