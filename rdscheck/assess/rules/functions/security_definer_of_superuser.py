"""A SECURITY DEFINER function of a superuser."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.assess.who import superusers
from rdscheck.model import Certainty


@rule(
    id="security-definer-of-superuser",
    problem="A SECURITY DEFINER function runs as a superuser here.",
    why="After the restore it belongs to the master user, who is none: what it did by right of a superuser,"
    " such as reading any table, it does no longer.",
    fix="Try it on the target, and grant its new owner what it needs.",
    severity=Severity.NOTE,
    source=pages.ROLES,
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(0.25, 0.1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION count_all() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT 1::bigint'",
        subject="function public.count_all()",
    ),
    innocent=Example(
        sql="CREATE ROLE {new}; CREATE FUNCTION count_all() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS"
        " 'SELECT 1::bigint'; ALTER FUNCTION count_all() OWNER TO {new}; CREATE FUNCTION count_some()"
        " RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint'",
        clean="DROP OWNED BY {new}; DROP ROLE {new}",
    ),
)
def security_definer_of_superuser(context: Context) -> Iterator[Hit]:
    """Find SECURITY DEFINER functions whose owner is a superuser, as far as known."""
    strong = superusers(context.facts)
    for one in context.facts.functions:
        if one.security_definer and one.owner in strong:
            name = f"{plain(one.schema, one.name)}({one.arguments})"
            yield hit(
                one,
                f"function {name}",
                f"The function {name} runs as {plain(one.owner)}, a superuser here; on"
                f" {context.target.name} its owner is none.",
                f"ALTER FUNCTION {quoted(one.schema, one.name)}({one.arguments}) OWNER TO app_owner; -- a"
                " role with the rights it needs",
            )
