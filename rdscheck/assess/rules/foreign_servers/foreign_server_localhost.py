"""Foreign servers on the server's own machine."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import from_service
from rdscheck.assess.names import quoted
from rdscheck.assess.pages import FOREIGN_DATA
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.foreign_servers._options import hosts, is_local, options, server_subject
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="foreign-server-localhost",
    problem="A foreign server is on the old machine itself.",
    why="After the move localhost is the instance of RDS: whatever else ran on the old machine is not "
    "there, and a database of the same server is reached with a password and TLS only.",
    fix="Name the host on which that server will be.",
    severity=Severity.WARNING,
    source=FOREIGN_DATA,
    date="2026-10-01",
    certainty=Certainty.DERIVED,
    effort=Effort(0.5, 0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE EXTENSION postgres_fdw; CREATE SERVER sales FOREIGN DATA WRAPPER postgres_fdw "
        "OPTIONS (host '127.0.0.1', dbname 'sales')",
        needs=("postgres_fdw",),
        subject="foreign server sales",
    ),
    innocent=Example(
        sql="CREATE EXTENSION postgres_fdw; CREATE SERVER localhost FOREIGN DATA WRAPPER postgres_fdw "
        "OPTIONS (host 'localhost.example.com', dbname 'sales')",
        needs=("postgres_fdw",),
    ),
)
def foreign_server_localhost(context: Context) -> Iterator[Hit]:
    """Find servers whose host is a loopback address."""
    if from_service(context):
        return
    for one in context.facts.servers:
        local = [host for host in hosts(one) if is_local(host)]
        if local:
            option = next(
                (name for name in ("host", "hostaddr", "servername") if name in options(one)), "host"
            )
            yield hit(
                one,
                server_subject(one.name),
                f"The {server_subject(one.name)} is on {local[0]}, which is the instance itself after the "
                f"move.",
                f"ALTER SERVER {quoted(one.name)} OPTIONS (SET {option} 'db.example.com');  -- the host "
                f"you mean",
            )
