"""A function in C."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._libraries import unpackaged
from rdscheck.assess.rules.extensions._pages import MANUAL, READ
from rdscheck.assess.rules.languages._functions import on, subject, written_in
from rdscheck.assess.target import Move


@rule(
    id="c-function",
    problem="The function is written in C and belongs to no extension.",
    why="Only a superuser creates functions in C, and its library cannot be put on the server: CREATE"
    " FUNCTION"
    " fails with 'permission denied for language c', and with it everything that calls the function.",
    fix="Rewrite the function in a language the target offers, or find an extension that has it.",
    severity=Severity.BLOCKER,
    source=f"{MANUAL}/sql-createfunction.html",
    date=READ,
    moves=(Move.RESTORE,),
    effort=Effort(2, 4),
    guilty=Example(
        sql="CREATE FUNCTION public.stamp() RETURNS trigger AS '$libdir/autoinc', 'autoinc' LANGUAGE c;\n"
        "CREATE EXTENSION autoinc",
        subject="function public.stamp()",
        needs=("autoinc",),
    ),
    innocent=Example(sql="CREATE EXTENSION autoinc", needs=("autoinc",)),
)
def c_function(context: Context) -> Iterator[Hit]:
    """Find functions in C, without those an extension of the target could bring."""
    loose = {function for _, function in unpackaged(context)}
    for one in written_in(context, "c"):
        if one not in loose:
            yield on(
                one, f"The {subject(one)} is in the library {one.library or 'of its name'}, written in C."
            )
