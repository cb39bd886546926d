"""Large objects without privileges, which RDS does not offer."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.parameters._settings import is_of_server, reset, routines, subject
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="lo-compat-privileges",
    problem="Privileges of large objects are not checked here; on RDS they are.",
    why="lo_compat_privileges is fixed at off on RDS: roles that neither own a large object nor have been "
    "granted "
    "it get permission denied.",
    fix="Grant the application's role the large objects, or make it their owner.",
    severity=Severity.WARNING,
    source="https://www.postgresql.org/docs/current/runtime-config-compatible.html",
    date="2026-10-01",
    certainty=Certainty.OBSERVED,
    effort=Effort(1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION public.read_it(oid) RETURNS bytea LANGUAGE sql SET lo_compat_privileges = on "
        "AS 'SELECT lo_get($1)'",
        subject="setting lo_compat_privileges of function public.read_it(oid)",
    ),
    innocent=Example(
        sql="CREATE FUNCTION public.read_it(oid) RETURNS bytea LANGUAGE sql SET lo_compat_privileges = off "
        "AS 'SELECT lo_get($1)'",
    ),
)
def lo_compat_privileges(context: Context) -> Iterator[Hit]:
    """Find the parameter switched on, anywhere."""
    known = routines(context)
    for one in context.facts.settings:
        if one.name.lower() == "lo_compat_privileges" and one.value.lower() in {"on", "true", "1", "yes"}:
            yield hit(
                one,
                subject(one, known),
                fix="GRANT SELECT, UPDATE ON LARGE OBJECT 1 TO app;  -- for each large object and role"
                if is_of_server(one)
                else reset(one, known),
            )
