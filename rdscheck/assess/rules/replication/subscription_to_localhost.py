"""A subscription to the host itself."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.replication._connections import local, parts
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="subscription-to-localhost",
    problem="A subscription connects to localhost or to a socket.",
    why="On RDS that is the instance itself: the publisher on the old host is not there.",
    fix="Name the publisher's address in the connection string.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("sql-createsubscription"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(0.5, 0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE SUBSCRIPTION {new} CONNECTION 'host=localhost dbname=app user=app"
        " password=Not-a-secret-1' PUBLICATION news WITH (connect = false)",
        subject="subscription {new}",
        clean="ALTER SUBSCRIPTION {new} SET (slot_name = NONE); DROP SUBSCRIPTION {new}",
    ),
    innocent=Example(
        sql="CREATE SUBSCRIPTION {new} CONNECTION 'host=localhost.example.com dbname=localhost user=app"
        " password=Not-a-secret-1' PUBLICATION news WITH (connect = false)",
        clean="ALTER SUBSCRIPTION {new} SET (slot_name = NONE); DROP SUBSCRIPTION {new}",
    ),
)
def subscription_to_localhost(context: Context) -> Iterator[Hit]:
    """Find subscriptions whose hosts, or one of them, are local; those that cannot be read are not judged."""
    for one in context.facts.subscriptions:
        said = parts(one)
        hosts = (said.get("hostaddr") or said.get("host", "")).split(",")
        if said and "service" not in said and any(local(host) for host in hosts):
            where = ", ".join(hosts).strip(", ") or "a socket of the host"
            yield hit(
                one,
                f"subscription {plain(one.name)}",
                f"The subscription {plain(one.name)} connects to {where}; on {context.target.name} the"
                " publisher is not there.",
                f"ALTER SUBSCRIPTION {quoted(one.name)} CONNECTION 'host=publisher.example.com …';",
            )
