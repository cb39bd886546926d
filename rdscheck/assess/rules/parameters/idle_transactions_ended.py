"""RDS ends transactions that have been idle for a day."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.pages import PARAMETERS
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.parameters._restored import default_of, once
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

_NAME = "idle_in_transaction_session_timeout"


@rule(
    id="idle-transactions-ended",
    problem="RDS ends sessions that have been idle in a transaction for 24 hours.",
    why="PostgreSQL itself never does. Clients that hold a transaction open for days are cut off.",
    fix="Set idle_in_transaction_session_timeout for the role or the database that needs it.",
    severity=Severity.NOTE,
    source=PARAMETERS,
    date="2026-10-01",
    certainty=Certainty.OBSERVED,
    effort=Effort(0.1),
    moves=(Move.RESTORE,),
    fix_on="target",
    guilty=Example(sql="CREATE TABLE public.t (a int PRIMARY KEY)", subject=f"setting {_NAME}"),
    innocent=Example(sql="CREATE TABLE public.t (a int PRIMARY KEY)", flavour=Flavour.RDS),
)
def idle_transactions_ended(context: Context) -> Iterator[Hit]:
    """Say it once, where the target has such a default."""
    if default_of(context, _NAME) not in {"", "0"}:
        yield from once(
            context, _NAME, "", f"ALTER ROLE CURRENT_USER SET {_NAME} = 0;  -- the role that needs it"
        )
