"""A function with a planner support function."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._pages import MANUAL, READ
from rdscheck.assess.rules.languages._functions import on, subject
from rdscheck.assess.target import Move

_FUNCTION = (
    "CREATE FUNCTION public.starts(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE {}"
    "AS 'SELECT $1 LIKE $2'"
)


@rule(
    id="support-function",
    problem="The function names a support function for the planner.",
    why="Only a superuser sets SUPPORT: the whole CREATE FUNCTION fails, and with it everything that calls"
    " the"
    " function.",
    fix="Create the function without SUPPORT; plans may change.",
    severity=Severity.BLOCKER,
    source=f"{MANUAL}/sql-createfunction.html",
    date=READ,
    moves=(Move.RESTORE,),
    effort=Effort(0.5, 0.25),
    guilty=Example(
        sql=_FUNCTION.format("SUPPORT pg_catalog.textlike_support "),
        subject="function public.starts(text, text)",
    ),
    innocent=Example(sql=_FUNCTION.format("COST 10 ")),
)
def support_function(context: Context) -> Iterator[Hit]:
    """Find functions with SUPPORT; those in C have a rule of their own, which is worse."""
    for one in context.facts.functions:
        if one.support and one.language not in {"c", "internal"}:
            yield on(
                one,
                f"The {subject(one)} has SUPPORT {one.support}.",
                "Create the function again without its SUPPORT clause: CREATE OR REPLACE FUNCTION … .",
            )
