"""A function in Python 2, which PostgreSQL itself gave up with 15."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._pages import MANUAL, READ
from rdscheck.assess.rules.languages._examples import function_in
from rdscheck.assess.rules.languages._functions import PYTHON_2, on, subject, written_in


@rule(
    id="python2-function",
    problem="The function is written in Python 2.",
    why="PostgreSQL gave Python 2 up with version 15, and the service never offered it: CREATE FUNCTION fails"
    " on the target, and with it everything that calls the function.",
    fix="Rewrite the function in PL/pgSQL or PL/v8, or move it into AWS Lambda.",
    severity=Severity.BLOCKER,
    source=f"{MANUAL}/plpython.html",
    date=READ,
    effort=Effort(1, 2),
    guilty=Example(sql=function_in("plpythonu"), subject="function public.twice(integer)"),
    innocent=Example(
        sql="CREATE FUNCTION public.plpythonu(n integer) RETURNS integer LANGUAGE sql AS 'SELECT 2 * n'"
    ),
)
def python2_function(context: Context) -> Iterator[Hit]:
    """Find functions in plpythonu and plpython2u."""
    for one in written_in(context, *PYTHON_2):
        yield on(one, f"The {subject(one)} is written in {one.language}, Python 2.")
