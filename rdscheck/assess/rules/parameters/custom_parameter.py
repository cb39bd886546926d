"""Parameters of one's own or of extensions, given to a role, a database or a function."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.pages import PG_PARAMETERS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.parameters._settings import of_objects, reset, routines, subject
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="custom-parameter",
    problem="A role, database or function sets a parameter of its own name or of an extension.",
    why="Such a setting (app.tenant, hnsw.ef_search) is accepted from a superuser, else only in a session "
    "that has the extension's library loaded. The master user gets: permission denied to set parameter.",
    fix="Set it in the session: SELECT set_config(…) when the application connects; for an extension's "
    "parameter load the library first, or set it in the parameter group.",
    severity=Severity.BLOCKER,
    source=PG_PARAMETERS,
    date="2026-10-01",
    certainty=Certainty.OBSERVED,
    effort=Effort(1, 0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION public.tenant() RETURNS text LANGUAGE sql SET app.tenant = 'x' "
        "AS $$SELECT current_setting('app.tenant')$$",
        subject="setting app.tenant of function public.tenant()",
    ),
    innocent=Example(
        sql="CREATE FUNCTION public.tenant() RETURNS text LANGUAGE sql SET search_path = app, pg_temp "
        "AS $$SELECT set_config('app.tenant', 'x', true)$$",
    ),
)
def custom_parameter(context: Context) -> Iterator[Hit]:
    """Find settings of parameters with a dot in their name that are not the server's own."""
    known = routines(context)
    for one in of_objects(context):
        if "." in one.name:
            yield hit(
                one,
                subject(one, known),
                f"{one.name} is no parameter of PostgreSQL: the statement that sets it is refused, unless "
                f"a library "
                "that has it is loaded.",
                reset(one, known),
            )
