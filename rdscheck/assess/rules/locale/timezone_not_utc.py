"""Servers whose clock is read in another time zone than UTC."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import from_service
from rdscheck.assess.pages import PARAMETERS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.parameters._settings import in_group, of_server
from rdscheck.assess.target import Move

_UTC = frozenset(
    {"utc", "etc/utc", "gmt", "etc/gmt", "uct", "etc/uct", "zulu", "etc/zulu", "universal", "utc0"}
)


@rule(
    id="timezone-not-utc",
    problem="The server's time zone is not UTC, which is RDS's default.",
    why="current_date, now()::timestamp, casts from timestamp to timestamptz and the text of timestamptz "
    "follow the time zone: after the move they are off by hours for clients that set none.",
    fix="Set the parameter timezone in the parameter group of the instance.",
    severity=Severity.WARNING,
    source=PARAMETERS,
    date="2026-10-01",
    effort=Effort(0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="SELECT 1",
        settings=(("timezone", "Europe/Berlin"),),
        subject="setting timezone",
        not_dumped="a dump does not hold the server's own settings",
    ),
    innocent=Example(sql="SET timezone = 'Europe/Berlin'", settings=(("timezone", "Etc/UTC"),)),
)
def timezone_not_utc(context: Context) -> Iterator[Hit]:
    """Find the time zone of a server that is not of the service."""
    if from_service(context):
        return
    for one in of_server(context, "timezone"):
        if one.value.lower() not in _UTC:
            yield hit(
                one,
                "setting timezone",
                f"The server's time zone is {one.value}; that of RDS is UTC unless the parameter group says "
                "otherwise.",
                in_group("timezone", one.value),
            )
