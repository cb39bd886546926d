"""An aggregate that keeps its state in memory only functions of the server understand."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._pages import MANUAL, READ
from rdscheck.assess.rules.languages._functions import on, subject
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="aggregate-internal-state",
    problem="The aggregate has a state of type internal.",
    why="Only a superuser creates an aggregate whose state is of type internal: CREATE AGGREGATE fails with"
    " 'aggregate transition data type cannot be internal', and with it what uses the aggregate.",
    fix="Use the server's aggregate, or one whose state is of an ordinary type.",
    severity=Severity.BLOCKER,
    source=f"{MANUAL}/sql-createaggregate.html",
    date=READ,
    certainty=Certainty.DERIVED,
    moves=(Move.RESTORE,),
    effort=Effort(1, 1),
    guilty=Example(
        sql="CREATE AGGREGATE public.total(bigint) (SFUNC = pg_catalog.int8_avg_accum, STYPE = internal,"
        " FINALFUNC = pg_catalog.numeric_poly_sum)",
        subject="aggregate public.total(bigint)",
    ),
    innocent=Example(
        sql="CREATE AGGREGATE public.total(bigint) (SFUNC = pg_catalog.int8pl, STYPE = bigint, INITCOND ="
        " '0')"
    ),
)
def aggregate_internal_state(context: Context) -> Iterator[Hit]:
    """Find aggregates by the type of their state."""
    for one in context.facts.aggregates:
        if one.state.rpartition(".")[2] == "internal":
            yield on(
                one, f"The state of the {subject(one)} is of type internal ({', '.join(one.functions)})."
            )
