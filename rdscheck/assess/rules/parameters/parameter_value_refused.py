"""Parameters of logging and TLS that take certain values only on RDS."""

import re
from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import from_service
from rdscheck.assess.pages import LOGGING, TLS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.parameters._settings import NOT_IN_DUMPS, of_server, subject
from rdscheck.assess.target import Move

#: Those whose values AWS's pages list, with the page.
_LISTED = {
    "log_destination": LOGGING,
    "log_filename": LOGGING,
    "log_line_prefix": LOGGING,
    "ssl_max_protocol_version": TLS,
}
_REMARK = re.compile(r"\s*\([^()]*\)\s*$")


@rule(
    id="parameter-value-refused",
    problem="The server sets a parameter to a value that RDS does not take.",
    why="The parameter group takes certain values only: what reads log files by their names or the "
    "beginning of their lines, or a log outside the instance, needs another way.",
    fix="Choose one of the values RDS takes; publish logs to CloudWatch for what reads them elsewhere.",
    severity=Severity.NOTE,
    source=LOGGING,
    date="2026-10-01",
    effort=Effort(1, 0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        # Sandboxes log without the collector, so the name of a file changes nothing.
        sql="ALTER SYSTEM SET log_filename = 'app-%d.log'; SELECT pg_reload_conf(); SELECT pg_sleep(0.2)",
        clean="ALTER SYSTEM RESET log_filename; SELECT pg_reload_conf()",
        subject="setting log_filename",
        not_dumped=NOT_IN_DUMPS,
    ),
    innocent=Example(
        sql="ALTER SYSTEM SET log_filename = 'postgresql.log.%Y-%m-%d'; SELECT pg_reload_conf(); "
        "SELECT pg_sleep(0.2)",
        clean="ALTER SYSTEM RESET log_filename; SELECT pg_reload_conf()",
    ),
)
def parameter_value_refused(context: Context) -> Iterator[Hit]:
    """Find values that are not among those the catalog lists for the target."""
    if from_service(context):
        return
    known = context.target.parameters
    for one in of_server(context, *_LISTED):
        parameter = known.get(one.name)
        allowed = _alternatives(parameter.allowed) if parameter and parameter.modifiable == "yes" else []
        given = (
            [word.strip() for word in one.value.split(",")] if one.name == "log_destination" else [one.value]
        )
        refused = [word for word in given if word not in allowed] if allowed else []
        if refused:
            yield hit(
                one,
                subject(one),
                f"The server has {one.name} = {one.value}; RDS takes {' or '.join(allowed)}.",
                f"Set {one.name} = {allowed[0]} in the parameter group of the instance.",
                source=_LISTED[one.name],
            )


def _alternatives(text: str) -> list[str]:
    return [word.strip() for word in _REMARK.sub("", text).split("|") if word.strip()]
