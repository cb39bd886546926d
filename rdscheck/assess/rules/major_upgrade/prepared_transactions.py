"""Transactions that are prepared and not finished."""

from collections.abc import Iterator

from psycopg import sql

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.pages import UPGRADE
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="prepared-transactions",
    problem="A transaction is prepared and not finished.",
    why="AWS's precheck stops the upgrade. A dump does not hold what the transaction has done.",
    fix="COMMIT PREPARED or ROLLBACK PREPARED, in the database and as the role that prepared it.",
    severity=Severity.BLOCKER,
    source=UPGRADE,
    date="2026-10-01",
    effort=Effort(0.25, 0.1),
    guilty=Example(
        sql="CREATE TABLE public.t (a int PRIMARY KEY); BEGIN; INSERT INTO public.t VALUES (1);"
        " PREPARE TRANSACTION '{new}'",
        clean="ROLLBACK PREPARED '{new}'",
        subject="prepared transaction {new}",
        settings=(("max_prepared_transactions", "7"),),
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
        not_dumped="a dump does not hold what is not committed",
    ),
    innocent=Example(
        sql="CREATE TABLE public.t (a int PRIMARY KEY); BEGIN; INSERT INTO public.t VALUES (1);"
        " PREPARE TRANSACTION '{new}'; COMMIT PREPARED '{new}'",
        settings=(("max_prepared_transactions", "7"),),
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def prepared_transactions(context: Context) -> Iterator[Hit]:
    """Find prepared transactions."""
    upgrade = context.move is Move.UPGRADE
    for one in context.facts.prepared_transactions:
        yield hit(
            one,
            f"prepared transaction {one.id}",
            f"The transaction {one.id} is prepared and not finished"
            + ("." if upgrade else ": what it has done is not in a dump."),
            f"ROLLBACK PREPARED {sql.Literal(one.id).as_string(None)};  -- or COMMIT PREPARED",
            severity=Severity.BLOCKER if upgrade else Severity.WARNING,
        )
