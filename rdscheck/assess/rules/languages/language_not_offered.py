"""A function in a language that only an extension the target lacks could bring."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._pages import RDS_LIST, READ
from rdscheck.assess.rules.languages._examples import function_in
from rdscheck.assess.rules.languages._functions import BUILT_IN, CLAIMED, lacks, on, subject


@rule(
    id="language-not-offered",
    problem="The function is written in a language the target does not offer.",
    why="CREATE FUNCTION fails on the target, and with it triggers, defaults, indexes and views that call"
    " it.",
    fix="Rewrite the function in SQL, PL/pgSQL, PL/Perl, PL/Tcl or PL/v8.",
    severity=Severity.BLOCKER,
    source=RDS_LIST,
    date=READ,
    effort=Effort(1, 2),
    guilty=Example(sql=function_in("plr"), subject="function public.twice(integer)"),
    innocent=Example(sql=function_in("plv8")),
)
def language_not_offered(context: Context) -> Iterator[Hit]:
    """Find functions by their language; those of untrusted and discontinued ones have rules of their own."""
    for one in context.facts.functions:
        if one.language not in BUILT_IN | CLAIMED and lacks(context, one.language):
            yield on(
                one,
                f"The {subject(one)} is written in {one.language}, which {context.target.name} does not"
                " offer.",
            )
