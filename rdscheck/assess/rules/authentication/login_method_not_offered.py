"""Ways to log in that RDS does not have."""

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

#: Method -> what takes its place.
_INSTEAD = {
    "bsd": "passwords (SCRAM)",
    "cert": "passwords (SCRAM) over TLS, or IAM tokens",
    "gss": "Kerberos through AWS Directory Service",
    "ident": "passwords (SCRAM), or IAM tokens",
    "ldap": "Kerberos through AWS Directory Service, or passwords (SCRAM)",
    "oauth": "IAM tokens",
    "pam": "passwords (SCRAM), or IAM tokens",
    "peer": "passwords (SCRAM), or IAM tokens",
    "radius": "passwords (SCRAM), or IAM tokens",
    "sspi": "Kerberos through AWS Directory Service",
}


@rule(
    id="login-method-not-offered",
    problem="Clients log in by a method that RDS does not offer.",
    why="RDS knows passwords, IAM tokens and Kerberos through AWS Directory Service, and nobody edits "
    "pg_hba.conf there.",
    fix="Give the roles passwords, or have them use IAM tokens (GRANT rds_iam) or Kerberos.",
    severity=Severity.WARNING,
    source=AUTHENTICATION,
    date="2026-10-01",
    effort=Effort(4, 1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql=adding("host all {new} 192.0.2.0/24 ident"),
        clean=REMOVE,
        subject="login host all {new} 192.0.2.0/24 ident",
        not_dumped=NOT_IN_DUMPS,
    ),
    innocent=Example(sql=adding("local all {new} peer"), clean=REMOVE),
)
def login_method_not_offered(context: Context) -> Iterator[Hit]:
    """Find lines for clients elsewhere with another method than a password."""
    if from_service(context):
        return
    for one in context.facts.login_rules:
        instead = _INSTEAD.get(one.method)
        if instead and of_clients(one):
            yield hit(
                one,
                subject(one),
                f"Clients of this line of pg_hba.conf log in by {one.method}, which RDS does not offer "
                f"that way; "
                f"instead: {instead}.",
            )
