"""Foreign servers reached through a socket of the server's own machine."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import from_service
from rdscheck.assess.names import quoted
from rdscheck.assess.pages import PG_LIBPQ
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.foreign_servers._options import LIBPQ, hosts, options, server_subject
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="foreign-server-socket",
    problem="A foreign server is reached through a Unix socket of the old machine.",
    why="Without a host, or with a directory in its place, libpq uses a socket of the machine it runs on. "
    "The socket of the old server is not there, and the instance's own is not for users.",
    fix="Name a host, and give the user mapping a password.",
    severity=Severity.BLOCKER,
    source=PG_LIBPQ,
    date="2026-10-01",
    certainty=Certainty.DERIVED,
    effort=Effort(0.5, 0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE EXTENSION postgres_fdw; CREATE SERVER sales FOREIGN DATA WRAPPER postgres_fdw "
        "OPTIONS (host '/var/run/postgresql', dbname 'sales')",
        needs=("postgres_fdw",),
        subject="foreign server sales",
    ),
    innocent=Example(
        sql="CREATE EXTENSION postgres_fdw; CREATE SERVER sales FOREIGN DATA WRAPPER postgres_fdw "
        "OPTIONS (host 'db.example.com', dbname 'sales')",
        needs=("postgres_fdw",),
    ),
)
def foreign_server_socket(context: Context) -> Iterator[Hit]:
    """Find servers of libpq with a socket or no host at all; one of a service file names its host there."""
    if from_service(context):
        return
    for one in context.facts.servers:
        if one.wrapper not in LIBPQ or options(one).get("service"):
            continue
        where = hosts(one)
        if where and not any(host.startswith(("/", "@")) for host in where):
            continue
        told = "SET host" if options(one).get("host") else "ADD host"
        yield hit(
            one,
            server_subject(one.name),
            f"The {server_subject(one.name)} is reached through "
            + (f"the socket in {where[0]}." if where else "a Unix socket: it names no host."),
            f"ALTER SERVER {quoted(one.name)} OPTIONS ({told} 'db.example.com');  -- the host you mean",
        )
