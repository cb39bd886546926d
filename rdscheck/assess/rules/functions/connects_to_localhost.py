"""dblink or a connection to the host itself."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

_LOCAL = ("127.", "/")


@rule(
    id="connects-to-localhost",
    problem="A connection goes to localhost or to a socket of the host.",
    why="On RDS nobody gets in without a password, from the instance itself neither: dblink demands one of"
    " everybody but superusers, and the log-in has to use it. What else listens on the old host is not"
    " there.",
    fix="Give host, user and password, or do without the connection: commit in procedures, schedule with"
    " pg_cron.",
    severity=Severity.WARNING,
    source=pages.postgresql("contrib-dblink-connect"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(2, 0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE EXTENSION dblink; CREATE FUNCTION log_apart(what text) RETURNS void LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM public.dblink_exec('host=localhost dbname=app', 'SELECT 1'); END $$",
        subject="function public.log_apart(text)",
        needs=("dblink",),
    ),
    innocent=Example(
        sql="CREATE EXTENSION dblink; CREATE FUNCTION log_apart(what text) RETURNS void LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM public.dblink_exec('host=log.example.com dbname=localhost', 'SELECT 1'); END $$",
        needs=("dblink",),
    ),
)
def connects_to_localhost(context: Context) -> Iterator[Hit]:
    """Find connections of functions and views to the server's own host; not those of servers."""
    hosts = {
        one.detail
        for one in context.facts.acts
        if one.kind == "connect"
        and (one.detail.lower() in {"localhost", "::1", "socket"} or one.detail.startswith(_LOCAL))
    }
    for one in doings(context, "connect", of=hosts, statements=False):
        where = ", ".join("a socket of the host" if host == "socket" else host for host in one.what)
        yield hit(
            one.first,
            one.subject,
            f"{one.who} connects to {where}; on {context.target.name} that takes a password, and leads to"
            " the instance alone.",
        )
