"""Clients that are trusted without a password."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import from_service
from rdscheck.assess.pages import AUTHENTICATION
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.authentication._lines import (
    NOT_IN_DUMPS,
    REMOVE,
    adding,
    of_clients,
    subject,
)
from rdscheck.assess.target import Move


@rule(
    id="login-without-password",
    problem="Clients log in without a password.",
    why="RDS has no method trust: every client needs a password, an IAM token or Kerberos.",
    fix="Give the roles passwords and the clients a place to keep them, such as AWS Secrets Manager.",
    severity=Severity.WARNING,
    source=AUTHENTICATION,
    date="2026-10-01",
    effort=Effort(2, 0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql=adding("host all {new} 192.0.2.0/24 trust"),
        clean=REMOVE,
        subject="login host all {new} 192.0.2.0/24 trust",
        not_dumped=NOT_IN_DUMPS,
    ),
    innocent=Example(sql=adding("host all {new} 127.0.0.1/32 trust"), clean=REMOVE),
)
def login_without_password(context: Context) -> Iterator[Hit]:
    """Find lines with method trust for clients elsewhere."""
    if from_service(context):
        return
    for one in context.facts.login_rules:
        if one.method == "trust" and of_clients(one):
            yield hit(one, subject(one), "Clients of this line of pg_hba.conf log in without a password.")
