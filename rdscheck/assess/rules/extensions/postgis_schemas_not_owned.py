"""Schemas of PostGIS whose tables hold rows of users, and belong to the service after CREATE EXTENSION."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import Standing, installed, on, standing
from rdscheck.assess.rules.extensions._pages import READ, TASKS
from rdscheck.assess.target import Move

_SCHEMAS = {
    "postgis_tiger_geocoder": ("tiger", "tiger_data"),
    "postgis_topology": ("topology",),
}


@rule(
    id="postgis-schemas-not-owned",
    problem="The extension has schemas of its own, which belong to the service after CREATE EXTENSION.",
    why="AWS has the schemas and their tables handed over before they are used. Until then rdsadmin owns"
    " them:"
    " nobody else creates tables there, so that those of a dump in tiger_data are refused.",
    fix="Create the extension first, hand the schemas and their tables over, then restore.",
    severity=Severity.NOTE,
    source=f"{TASKS}.PostGIS.html",
    date=READ,
    moves=(Move.RESTORE,),
    effort=Effort(0.5),
    guilty=Example(sql=disguised("postgis_tiger_geocoder 3.5.0"), subject="extension postgis_tiger_geocoder"),
    innocent=Example(sql=disguised("postgis 3.5.0")),
)
def postgis_schemas_not_owned(context: Context) -> Iterator[Hit]:
    """Find extensions of PostGIS that have tables for users' rows."""
    for one in installed(context, *_SCHEMAS):
        if standing(one.name, context.target) is Standing.OFFERED:
            schemas = _SCHEMAS[one.name]
            yield on(
                one,
                f"On {context.target.name} the schema{'s' * (len(schemas) > 1)} {' and '.join(schemas)} of"
                f" {plain(one.name)} belong{'s' * (len(schemas) == 1)} to rdsadmin after CREATE EXTENSION.",
                "\n".join(
                    [
                        f"CREATE EXTENSION {quoted(one.name)} CASCADE;",
                        *(f"ALTER SCHEMA {quoted(schema)} OWNER TO rds_superuser;" for schema in schemas),
                        "-- and their tables, as the page says",
                    ]
                ),
                severity=Severity.WARNING if _holds_tables(context, one.database, schemas) else Severity.NOTE,
            )


def _holds_tables(context: Context, database: str, schemas: tuple[str, ...]) -> bool:
    return any(one.schema in schemas and one.database == database for one in context.facts.relations)
