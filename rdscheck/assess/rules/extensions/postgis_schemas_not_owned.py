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
    problem="The extension keeps rows in schemas of its own, which have to be handed over before a restore.",
    why="CREATE EXTENSION leaves these schemas and their tables to the service's own role. The dump brings"
    " rows for the tables, and functions of the extension write there: both are refused until AWS's steps"
    " for PostGIS have been done.",
    fix="Create the extension first, hand the schemas and their tables over, then restore.",
    severity=Severity.WARNING,
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
                f" {plain(one.name)} have to be handed over before rows are restored.",
                "\n".join(
                    [
                        f"CREATE EXTENSION {quoted(one.name)} CASCADE;",
                        *(f"ALTER SCHEMA {quoted(schema)} OWNER TO rds_superuser;" for schema in schemas),
                        "-- and their tables, as the page says",
                    ]
                ),
            )
