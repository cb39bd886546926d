"""A procedural language that no extension brings."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.extensions._offers import Standing, standing
from rdscheck.assess.rules.extensions._pages import MANUAL, READ
from rdscheck.assess.target import Move


@rule(
    id="own-language",
    problem="The procedural language was created by hand.",
    why="Only a superuser creates a language with a handler. Without one, as pg_dump writes languages whose"
    " handler it leaves out, CREATE LANGUAGE looks for an extension of that name, from 13 on.",
    fix="Create the extension of the language in the target, or do without the language.",
    severity=Severity.BLOCKER,
    source=f"{MANUAL}/sql-createlanguage.html",
    date=READ,
    moves=(Move.RESTORE,),
    effort=Effort(1, 1),
    guilty=Example(
        sql="CREATE LANGUAGE plmine HANDLER pg_catalog.plpgsql_call_handler", subject="language plmine"
    ),
    innocent=Example(sql="CREATE FUNCTION public.plmine() RETURNS integer LANGUAGE sql AS 'SELECT 1'"),
)
def own_language(context: Context) -> Iterator[Hit]:
    """Find languages outside extensions; what the target has as extension is created by its bare name."""
    target = context.target
    for one in context.facts.languages:
        offered = standing(one.name, target) is Standing.OFFERED
        # pg_dump leaves out a handler of the system; the bare name then creates the extension.
        if offered and (not one.handler or one.handler.startswith("pg_catalog.")):
            continue
        yield hit(
            one,
            f"language {plain(one.name)}",
            f"{target.name} has {plain(one.name)} as an extension, the source has it without."
            if offered
            else f"{target.name} has no language {plain(one.name)}.",
            f"CREATE EXTENSION IF NOT EXISTS {quoted(one.name)};"
            if offered
            else f"DROP LANGUAGE {quoted(one.name)};",
            fix_on="target" if offered else "source",
        )
