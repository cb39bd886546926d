"""Something that ends or cancels other sessions."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="ends-sessions",
    problem="Other sessions are ended or their statements cancelled.",
    why="rdsadmin has sessions on every instance, and nobody ends those: a query over all of"
    " pg_stat_activity stops with an error at the first of them. Sessions of other roles take"
    " pg_signal_backend, which rds_superuser has.",
    fix="Leave out rdsadmin and sessions without a user, and grant pg_signal_backend to who calls it.",
    severity=Severity.WARNING,
    source=pages.postgresql("functions-admin#FUNCTIONS-ADMIN-SIGNAL"),
    date=pages.READ,
    effort=Effort(0.5, 0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION clear_out() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM"
        " pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE pid <>"
        " pg_catalog.pg_backend_pid(); END $$",
        subject="function public.clear_out()",
    ),
    innocent=Example(
        sql="CREATE FUNCTION clear_out() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT"
        " count(*) FROM pg_catalog.pg_stat_activity WHERE query LIKE '%pg_terminate_backend(%'); END $$",
    ),
)
def ends_sessions(context: Context) -> Iterator[Hit]:
    """Find calls of the two functions."""
    for one in doings(context, "call", of={"pg_terminate_backend", "pg_cancel_backend"}):
        yield hit(
            one.first,
            one.subject,
            f"{one.who} calls {one.list}; on {context.target.name} that fails for sessions of rdsadmin.",
            "-- add: AND usename IS NOT NULL AND usename <> 'rdsadmin'\n"
            "GRANT pg_signal_backend TO some_role; -- who calls it",
        )
