"""Foreign servers by names that only a network of one's own knows."""

import re
from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import from_service
from rdscheck.assess.pages import DNS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.foreign_servers._options import hosts, is_local, server_subject
from rdscheck.assess.target import RDS, Move
from rdscheck.model import Certainty

_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?", re.ASCII)
_PRIVATE = (".corp", ".home", ".internal", ".intranet", ".lan", ".local", ".localdomain", ".private")
_OF_AWS = (".compute.internal", ".ec2.internal")


@rule(
    id="foreign-server-host-name",
    problem="A foreign server has a host name that only a private network knows.",
    why="An instance asks the DNS of AWS. Names of your own domain are found when rds.custom_dns_resolution "
    "is 1 and the VPC's DHCP options name your DNS servers.",
    fix="Set rds.custom_dns_resolution = 1 in the parameter group and reboot, or give the address in place "
    "of the name.",
    severity=Severity.NOTE,
    source=DNS,
    date="2026-10-01",
    certainty=Certainty.DERIVED,
    effort=Effort(1, 0.1),
    engines=(RDS,),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE EXTENSION postgres_fdw; CREATE SERVER sales FOREIGN DATA WRAPPER postgres_fdw "
        "OPTIONS (host 'sales-db', dbname 'sales')",
        needs=("postgres_fdw",),
        subject="foreign server sales",
    ),
    innocent=Example(
        sql="CREATE EXTENSION postgres_fdw; CREATE SERVER sales FOREIGN DATA WRAPPER postgres_fdw "
        "OPTIONS (host '10.1.2.3', dbname 'sales')",
        needs=("postgres_fdw",),
    ),
)
def foreign_server_host_name(context: Context) -> Iterator[Hit]:
    """Find names without a domain, or with one that no public DNS has."""
    if from_service(context):
        return
    for one in context.facts.servers:
        private = [host for host in hosts(one) if _is_private(host.lower())]
        if private:
            yield hit(
                one,
                server_subject(one.name),
                f"The {server_subject(one.name)} is on {private[0]}, a name of a private network.",
            )


def _is_private(host: str) -> bool:
    if is_local(host) or not _NAME.fullmatch(host) or host.endswith(_OF_AWS):
        return False
    return "." not in host or host.endswith(_PRIVATE)
