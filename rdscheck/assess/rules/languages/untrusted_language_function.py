"""A function in Python, or in untrusted Perl or Tcl."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._pages import RDS_LIST, READ
from rdscheck.assess.rules.languages._examples import function_in
from rdscheck.assess.rules.languages._functions import on, subject, written_in

_INSTEAD = {
    "plpython3u": "PL/pgSQL or plv8; what needs modules of Python, in AWS Lambda by way of aws_lambda",
    "plperlu": "plperl, where it needs no file, program or module",
    "pltclu": "pltcl, where it needs no file, program or module",
}


@rule(
    id="untrusted-language-function",
    problem="The function is written in an untrusted language, which the service does not offer.",
    why="CREATE FUNCTION fails on the target, and with it triggers, defaults, indexes and views that call"
    " it.",
    fix="Rewrite the function in a language the target offers.",
    severity=Severity.BLOCKER,
    source=RDS_LIST,
    date=READ,
    effort=Effort(1, 2),
    guilty=Example(sql=function_in("plpython3u"), subject="function public.twice(integer)"),
    innocent=Example(
        sql="CREATE FUNCTION public.plpython3u(n integer) RETURNS integer LANGUAGE plpgsql"
        " AS 'BEGIN RETURN 2 * n; END'"
    ),
)
def untrusted_language_function(context: Context) -> Iterator[Hit]:
    """Find functions by their language; Python 2 has a rule of its own."""
    for one in written_in(context, *_INSTEAD):
        yield on(
            one,
            f"The {subject(one)} is written in {one.language}, which {context.target.name} does not offer."
            f" Rewrite it in {_INSTEAD[one.language]}.",
        )
