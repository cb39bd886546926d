"""Types a column may have without anybody taking note of it."""

#: Built-in types that every version from 9.6 to 18 has, stores alike and restores: columns of these, without
#: a collation of their own, make no fact. The collectors leave out the same ones.
PLAIN = frozenset(
    f"pg_catalog.{name}"
    for name in (
        "bit",
        "bool",
        "box",
        "bpchar",
        "bytea",
        "char",
        "cidr",
        "circle",
        "date",
        "daterange",
        "float4",
        "float8",
        "inet",
        "int2",
        "int4",
        "int4range",
        "int8",
        "int8range",
        "interval",
        "json",
        "jsonb",
        "jsonpath",
        "lseg",
        "macaddr",
        "macaddr8",
        "money",
        "name",
        "numeric",
        "numrange",
        "path",
        "point",
        "polygon",
        "text",
        "time",
        "timestamp",
        "timestamptz",
        "timetz",
        "tsquery",
        "tsrange",
        "tstzrange",
        "tsvector",
        "uuid",
        "varbit",
        "varchar",
        "xml",
    )
)


def element(name: str) -> str:
    """Return a type without the brackets of its arrays: ``pg_catalog.oid[]`` is of ``pg_catalog.oid``."""
    return name.removesuffix("[]")


def is_plain(name: str) -> bool:
    """Tell whether a column of that type, or of an array of it, needs no fact."""
    return element(name) in PLAIN
