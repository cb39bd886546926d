"""Types of the catalog as SQL writes them."""

from rdscheck.assess.names import quoted

#: Names of types in the catalog -> names in SQL, where they differ.
_SQL = {
    "bool": "boolean",
    "bpchar": "character",
    "float4": "real",
    "float8": "double precision",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "timestamptz": "timestamp with time zone",
    "timetz": "time with time zone",
    "varbit": "bit varying",
    "varchar": "character varying",
}


def shown(name: str) -> str:
    """Return a type as SQL writes it: ``integer`` for ``pg_catalog.int4``, ``NONE`` where there is none."""
    if not name:
        return "NONE"
    inner = name.removesuffix("[]") or name
    brackets = "[]" if inner != name else ""
    schema, _, bare = inner.partition(".")
    if schema == "pg_catalog" and bare.isidentifier():
        return f"{_SQL.get(bare, bare)}{brackets}"
    # A schema with a dot in its name cannot be told; what comes out is a name in any case.
    return f"{quoted(schema, bare) if schema and bare else quoted(inner)}{brackets}"
