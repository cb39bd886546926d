"""Clients that are let in without TLS on purpose."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import from_service
from rdscheck.assess.pages import TLS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.authentication._lines import (
    NOT_IN_DUMPS,
    REMOVE,
    adding,
    of_clients,
    subject,
)
from rdscheck.assess.rules.parameters._restored import default_of, is_on
from rdscheck.assess.target import Move


@rule(
    id="login-without-tls",
    problem="Clients are let in without TLS, which the target refuses by default.",
    why="A line hostnossl is for clients that do not use TLS. With rds.force_ssl = 1 the instance refuses "
    "them.",
    fix="Have these clients use TLS, or set rds.force_ssl = 0 in the parameter group.",
    severity=Severity.WARNING,
    source=TLS,
    date="2026-10-01",
    effort=Effort(1, 0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql=adding("hostnossl all {new} 192.0.2.0/24 md5"),
        clean=REMOVE,
        subject="login hostnossl all {new} 192.0.2.0/24 md5",
        target="rds-17",
        not_dumped=NOT_IN_DUMPS,
    ),
    innocent=Example(sql=adding("hostnossl all {new} 192.0.2.0/24 md5"), clean=REMOVE, target="rds-14"),
)
def login_without_tls(context: Context) -> Iterator[Hit]:
    """Find lines hostnossl for clients elsewhere, where the target asks for TLS."""
    if from_service(context) or not is_on(default_of(context, "rds.force_ssl")):
        return
    for one in context.facts.login_rules:
        if one.kind == "hostnossl" and of_clients(one):
            yield hit(one, subject(one), "Clients of this line of pg_hba.conf do not use TLS.")
