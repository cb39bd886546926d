"""A function that is said to leak nothing."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._pages import MANUAL, READ
from rdscheck.assess.rules.languages._functions import alter, on, subject
from rdscheck.assess.target import Move

_FUNCTION = (
    "CREATE FUNCTION public.same(integer, integer) RETURNS boolean LANGUAGE sql IMMUTABLE {}"
    "AS 'SELECT $1 = $2'"
)


@rule(
    id="leakproof-function",
    problem="The function is marked LEAKPROOF.",
    why="Only a superuser marks a function LEAKPROOF: the whole CREATE FUNCTION fails, and with it everything"
    " that calls the function. Without the mark, conditions with it are pushed into views with"
    " security_barrier and under row security no more.",
    fix="Take the mark off before the dump.",
    severity=Severity.BLOCKER,
    source=f"{MANUAL}/sql-createfunction.html",
    date=READ,
    moves=(Move.RESTORE,),
    effort=Effort(0.5, 0.1),
    guilty=Example(sql=_FUNCTION.format("LEAKPROOF "), subject="function public.same(integer, integer)"),
    innocent=Example(sql=_FUNCTION.format("STRICT ")),
)
def leakproof_function(context: Context) -> Iterator[Hit]:
    """Find functions with the mark; those in C have a rule of their own, which is worse."""
    for one in context.facts.functions:
        if one.leakproof and one.language not in {"c", "internal"}:
            yield on(one, f"The {subject(one)} is marked LEAKPROOF.", alter(one, "NOT LEAKPROOF"))
