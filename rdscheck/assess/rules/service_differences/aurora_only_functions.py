"""Views on functions that only Aurora has."""

import re
from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules._dumps import dumped
from rdscheck.assess.target import RDS, Move
from rdscheck.model import Certainty

#: A call of a function of Aurora's, after anything that cannot be the end of another name.
_CALL = re.compile(r'(?<![\w."$])(?:pg_catalog\.)?(aurora_[a-z0-9_]+)\s*\(', re.ASCII)
_STRING = re.compile(r"'(?:[^']|'')*'")


@rule(
    id="aurora-only-functions",
    problem="A view calls a function that only Aurora has.",
    why="The view cannot be created on RDS.",
    fix="Drop the view, or write it without the function.",
    severity=Severity.BLOCKER,
    source="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Appendix.AuroraPostgreSQL.Functions.html",
    date="2026-10-01",
    certainty=Certainty.DERIVED,
    effort=Effort(0.5, 0.25),
    engines=(RDS,),
    moves=(Move.RESTORE,),
    guilty=Example(
        dump=dumped(
            "16.4",
            "CREATE VIEW public.replicas AS\n SELECT server_id,\n    replica_lag_in_msec\n"
            "   FROM pg_catalog.aurora_replica_status();\n",
        ),
        subject="view public.replicas",
    ),
    innocent=Example(
        sql="CREATE FUNCTION public.aurora_borealis() RETURNS int LANGUAGE sql AS 'SELECT 1';"
        " CREATE VIEW public.replicas AS SELECT public.aurora_borealis() AS a, 'aurora_version()' AS b",
    ),
)
def aurora_only_functions(context: Context) -> Iterator[Hit]:
    """Find views whose query calls such a function, unless users have made one of that name."""
    own = {(one.database, one.name) for one in context.facts.functions}
    for one in context.facts.relations:
        if not one.definition:
            continue
        calls = set(_CALL.findall(_STRING.sub("''", one.definition)))
        found = sorted(name for name in calls if (one.database, name) not in own)
        if found:
            kind = one.kind.upper()
            yield hit(
                one,
                f"{one.kind} {plain(one.schema, one.name)}",
                f"The {one.kind} {plain(one.schema, one.name)} calls {', '.join(found)}, which only "
                f"Aurora has.",
                f"DROP {kind} {quoted(one.schema, one.name)};",
            )
