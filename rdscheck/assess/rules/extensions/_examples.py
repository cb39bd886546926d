"""Databases with extensions that no server of ours has, for the examples of rules."""

#: Small extensions of PostgreSQL itself, present in every version, that lend their body.
_CARRIERS = ("autoinc", "insert_username", "moddatetime", "refint")

#: The schema an extension insists on.
_HOMES = {
    "pg_cron": "pg_catalog",
    "pg_tle": "pgtle",
    "pglogical": "pglogical",
    "plcoffee": "pg_catalog",
    "plls": "pg_catalog",
    "plperl": "pg_catalog",
    "plv8": "pg_catalog",
    "postgis_tiger_geocoder": "tiger",
    "postgis_topology": "topology",
}


def disguised(*extensions: str) -> str:
    """Return SQL for a superuser that leaves extensions of these names and versions, as ``plrust 1.2.7``.

    An extension of PostgreSQL is created and given the other name in the catalog. That is all that
    collecting facts and ``pg_dump`` look at.
    """
    made = []
    for carrier, extension in zip(_CARRIERS, extensions, strict=False):
        name, _, version = extension.partition(" ")
        home = _HOMES.get(name, "public")
        if home not in {"public", "pg_catalog"}:
            made.append(f"CREATE SCHEMA {home}")
        made.append(
            f"CREATE EXTENSION {carrier} SCHEMA {home};\nUPDATE pg_catalog.pg_extension"
            f" SET extname = '{name}', extversion = '{version or '1.0'}' WHERE extname = '{carrier}'"
        )
    return ";\n".join(made)
