"""A function that is another name of one of the server's own."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._pages import MANUAL, READ
from rdscheck.assess.rules.languages._functions import drop, on, subject, written_in
from rdscheck.assess.target import Move


@rule(
    id="internal-function",
    problem="The function is an alias of a function of the server, in LANGUAGE internal.",
    why="Only a superuser creates functions in LANGUAGE internal: CREATE FUNCTION fails with 'permission"
    " denied"
    " for language internal', and with it everything that calls the function.",
    fix="Make it a function in SQL that calls the server's.",
    severity=Severity.BLOCKER,
    source=f"{MANUAL}/sql-createfunction.html",
    date=READ,
    moves=(Move.RESTORE,),
    effort=Effort(0.5, 0.25),
    guilty=Example(
        sql="CREATE FUNCTION public.sqrt_of(double precision) RETURNS double precision"
        " AS 'dsqrt' LANGUAGE internal IMMUTABLE STRICT",
        subject="function public.sqrt_of(double precision)",
    ),
    innocent=Example(
        sql="CREATE FUNCTION public.sqrt_of(double precision) RETURNS double precision"
        " AS 'SELECT pg_catalog.sqrt($1)' LANGUAGE sql IMMUTABLE STRICT"
    ),
)
def internal_function(context: Context) -> Iterator[Hit]:
    """Find functions in LANGUAGE internal."""
    for one in written_in(context, "internal"):
        yield on(
            one,
            f"The {subject(one)} is an alias of {one.symbol or one.name} of the server.",
            f"{drop(one)}\n-- and create it again in SQL, where SELECT calls the server's function",
        )
