"""Two-phase commit, which RDS has switched off until a parameter says otherwise."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import from_service
from rdscheck.assess.pages import PARAMETERS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.parameters._settings import NOT_IN_DUMPS, in_group, of_server, subject
from rdscheck.assess.target import Move


@rule(
    id="prepared-transactions-off",
    problem="The server allows prepared transactions; RDS does not until it is told to.",
    why="max_prepared_transactions is 0 by default, so PREPARE TRANSACTION fails, and with it every XA "
    "transaction of an application server.",
    fix="Set max_prepared_transactions in the parameter group, and reboot.",
    severity=Severity.WARNING,
    source=PARAMETERS,
    date="2026-10-01",
    effort=Effort(0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="SELECT 1",
        settings=(("max_prepared_transactions", "7"),),
        subject="setting max_prepared_transactions",
        not_dumped=NOT_IN_DUMPS,
    ),
    innocent=Example(sql="SELECT 1", settings=(("max_prepared_transactions", "0"),)),
)
def prepared_transactions_off(context: Context) -> Iterator[Hit]:
    """Find a server elsewhere that allows them."""
    if from_service(context):
        return
    for one in of_server(context, "max_prepared_transactions"):
        if one.value not in {"", "0"}:
            yield hit(
                one,
                subject(one),
                f"The server allows {one.value} prepared transactions, RDS none by default.",
                in_group(one.name, one.value),
            )
