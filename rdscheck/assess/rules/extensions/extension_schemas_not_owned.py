"""An extension with schemas of its own that AWS has handed over before they are used."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import Standing, installed, on, standing
from rdscheck.assess.rules.extensions._pages import READ, TASKS
from rdscheck.assess.target import Move

_POSTGIS, _ORAFCE = f"{TASKS}.PostGIS.html", f"{TASKS}.orafce.html"
_SCHEMAS = {
    "orafce": (_ORAFCE, ("oracle",)),
    "postgis_tiger_geocoder": (_POSTGIS, ("tiger", "tiger_data")),
    "postgis_topology": (_POSTGIS, ("topology",)),
}


@rule(
    id="extension-schemas-not-owned",
    problem="The extension has schemas of its own, which belong to the service after CREATE EXTENSION.",
    why="AWS has the schemas handed over before they are used. Until then rdsadmin owns them: nobody else"
    " creates objects there, so that a dump's own tables in tiger_data, say, are refused.",
    fix="Create the extension first, hand the schemas and their tables over, then restore.",
    severity=Severity.NOTE,
    source=_POSTGIS,
    date=READ,
    moves=(Move.RESTORE,),
    effort=Effort(0.5),
    guilty=Example(sql=disguised("postgis_tiger_geocoder 3.4.0"), subject="extension postgis_tiger_geocoder"),
    innocent=Example(sql=disguised("postgis 3.4.0")),
)
def extension_schemas_not_owned(context: Context) -> Iterator[Hit]:
    """Find extensions whose pages have that step."""
    for one in installed(context, *_SCHEMAS):
        if standing(one.name, context.target) is not Standing.OFFERED:
            continue
        source, schemas = _SCHEMAS[one.name]
        several = len(schemas) > 1
        yield on(
            one,
            f"On {context.target.name} the schema{'s' * several} {' and '.join(schemas)} of {plain(one.name)}"
            f" belong{'s' * (not several)} to rdsadmin after CREATE EXTENSION.",
            "After CREATE EXTENSION, give each to rds_superuser with ALTER SCHEMA … OWNER TO.",
            severity=Severity.WARNING if _holds_objects(context, one.database, schemas) else Severity.NOTE,
            source=source,
        )


def _holds_objects(context: Context, database: str, schemas: tuple[str, ...]) -> bool:
    facts = context.facts
    return any(
        one.schema in schemas and one.database == database
        for kind in (facts.relations, facts.functions, facts.types)
        for one in kind
    )
