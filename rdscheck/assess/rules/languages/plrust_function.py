"""A function in PL/Rust, for a target that has it no more."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._pages import RDS_NOTES, READ
from rdscheck.assess.rules.languages._examples import function_in
from rdscheck.assess.rules.languages._functions import lacks, on, subject, written_in


@rule(
    id="plrust-function",
    problem="The function is written in PL/Rust, which the target does not offer.",
    why="CREATE FUNCTION fails on the target, and with it everything that calls the function.",
    fix="Rewrite the function in PL/v8 or PL/pgSQL.",
    severity=Severity.BLOCKER,
    source=RDS_NOTES,
    date=READ,
    effort=Effort(1, 3),
    guilty=Example(sql=function_in("plrust"), subject="function public.twice(integer)", target="rds-18"),
    innocent=Example(sql=function_in("plrust"), target="rds-17"),
)
def plrust_function(context: Context) -> Iterator[Hit]:
    """Find functions in that language where the target lacks it."""
    if lacks(context, "plrust"):
        for one in written_in(context, "plrust"):
            yield on(one, f"The {subject(one)} is written in Rust; {context.target.name} has no plrust.")
