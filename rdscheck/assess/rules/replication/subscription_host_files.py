"""A subscription that needs files of its host."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.replication._connections import parts
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

_FILES = ("passfile", "service", "servicefile", "sslcert", "sslcrl", "sslcrldir", "sslkey", "sslrootcert")

#: Certificates of authorities that RDS has on its hosts, and libpq's word for those of the system.
_THERE = ("/rdsdbdata/", "system")


@rule(
    id="subscription-host-files",
    problem="The connection string of a subscription names files of the host.",
    why="Certificates, keys, password and service files cannot be put on RDS's host: the connection fails.",
    fix="Log in with a password, and take sslmode=require, or a certificate that RDS brings.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("libpq-connect"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(1, 0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE SUBSCRIPTION {new} CONNECTION 'host=db.example.com dbname=app user=app"
        " password=Not-a-secret-1 sslcert=/etc/ssl/app.crt sslkey=/etc/ssl/app.key' PUBLICATION news WITH"
        " (connect = false)",
        subject="subscription {new}",
        clean="ALTER SUBSCRIPTION {new} SET (slot_name = NONE); DROP SUBSCRIPTION {new}",
    ),
    innocent=Example(
        sql="CREATE SUBSCRIPTION {new} CONNECTION 'host=db.example.com dbname=app user=app"
        " password=Not-a-secret-1 sslmode=verify-full sslrootcert=/rdsdbdata/rds-metadata/ca-cert.pem'"
        " PUBLICATION news WITH (connect = false)",
        clean="ALTER SUBSCRIPTION {new} SET (slot_name = NONE); DROP SUBSCRIPTION {new}",
    ),
)
def subscription_host_files(context: Context) -> Iterator[Hit]:
    """Find subscriptions with paths in the connection string."""
    for one in context.facts.subscriptions:
        said = parts(one)
        names = [name for name in _FILES if name in said and not said[name].startswith(_THERE)]
        if names:
            yield hit(
                one,
                f"subscription {plain(one.name)}",
                f"The subscription {plain(one.name)} needs"
                f" {', '.join(f'{name}={said[name]}' for name in names)}, which {context.target.name} does"
                " not have.",
                f"ALTER SUBSCRIPTION {quoted(one.name)} CONNECTION 'host=… sslmode=require user=…"
                " password=…';",
            )
