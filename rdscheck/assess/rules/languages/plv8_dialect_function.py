"""A function in CoffeeScript or LiveScript, for a target whose PL/v8 has them no more."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._pages import RDS_LIST, READ
from rdscheck.assess.rules.languages._examples import function_in
from rdscheck.assess.rules.languages._functions import DIALECTS, on, subject, written_in
from rdscheck.model import Certainty


@rule(
    id="plv8-dialect-function",
    problem="The function is written in a dialect of JavaScript that the target does not have.",
    why="PL/v8 3.2, which 18 has, knows JavaScript only: CREATE FUNCTION fails on the target, and with it"
    " everything that calls the function.",
    fix="Compile its text to JavaScript and create it in plv8.",
    severity=Severity.BLOCKER,
    source=RDS_LIST,
    date=READ,
    certainty=Certainty.DERIVED,
    targets=(18, 0),
    effort=Effort(0.5, 0.5),
    guilty=Example(sql=function_in("plls"), subject="function public.twice(integer)", target="rds-18"),
    innocent=Example(sql=function_in("plls"), target="rds-17"),
)
def plv8_dialect_function(context: Context) -> Iterator[Hit]:
    """Find functions in the dialects."""
    for one in written_in(context, *DIALECTS):
        yield on(
            one, f"The {subject(one)} is written in {one.language}; {context.target.name} knows plv8 only."
        )
