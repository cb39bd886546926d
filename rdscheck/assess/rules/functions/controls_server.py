"""Calls that control the server."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

_INSTEAD = {
    "pg_create_restore_point": "aws rds create-db-snapshot, or recovery to a time",
    "pg_promote": "aws rds promote-read-replica",
    "pg_reload_conf": "aws rds modify-db-parameter-group, which applies dynamic parameters by itself",
    "pg_rotate_logfile": "log_rotation_age and log_filename in the parameter group",
    "pg_switch_wal": "nothing: RDS archives every five minutes",
    "pg_switch_xlog": "nothing: RDS archives every five minutes",
    "pg_wal_replay_pause": "recovery_min_apply_delay of a read replica",
    "pg_wal_replay_resume": "recovery_min_apply_delay of a read replica",
}


@rule(
    id="controls-server",
    problem="The server's configuration, log or write-ahead log is controlled by a function call.",
    why="EXECUTE on these functions is a superuser's; on RDS the API of the service takes their place.",
    fix="Call the API of RDS instead, from outside the database.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("functions-admin"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(1, 0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION apply_now() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN"
        " pg_catalog.pg_reload_conf(); END $$",
        subject="function public.apply_now()",
    ),
    innocent=Example(
        sql="CREATE FUNCTION apply_now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN RETURN"
        " pg_catalog.pg_conf_load_time(); END $$",
    ),
)
def controls_server(context: Context) -> Iterator[Hit]:
    """Find calls of these functions."""
    for one in doings(context, "call", of=_INSTEAD):
        yield hit(
            one.first,
            one.subject,
            f"{one.who} calls {one.list}, which {context.target.name} refuses.",
            "\n".join(
                f"-- in place of {name}: {_INSTEAD[name.removeprefix('pg_catalog.')]}" for name in one.what
            ),
        )
