"""Something that reads password hashes."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="reads-password-hashes",
    problem="Password hashes are read from pg_authid or pg_shadow.",
    why="RDS shows them to nobody: the query fails, also in a SECURITY DEFINER function of the master user."
    " The usual case is auth_query of PgBouncer, which then lets nobody in.",
    fix="Give PgBouncer a list of users (auth_file), or use RDS Proxy; for other columns read pg_roles.",
    severity=Severity.BLOCKER,
    source=pages.IMPORTING,
    date=pages.READ,
    effort=Effort(2, 1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION user_lookup(who text, OUT name text, OUT hash text) RETURNS record LANGUAGE"
        " plpgsql SECURITY DEFINER AS $$ BEGIN SELECT usename, passwd FROM pg_catalog.pg_shadow WHERE"
        " usename = who INTO name, hash; END $$",
        subject="function public.user_lookup(text)",
    ),
    innocent=Example(
        sql="CREATE FUNCTION user_lookup(who text) RETURNS name LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT"
        " rolname FROM pg_catalog.pg_roles WHERE rolname = who AND rolpassword <> 'pg_shadow'); END $$",
    ),
)
def reads_password_hashes(context: Context) -> Iterator[Hit]:
    """Find what reads or writes the two."""
    for one in doings(context, "reads", "writes", of={"pg_authid", "pg_shadow"}):
        yield hit(
            one.first,
            one.subject,
            f"{one.who} goes to {one.list}, which {context.target.name} shows to nobody.",
            "-- in its place: pg_roles or pg_user, which have all but the hashes",
        )
