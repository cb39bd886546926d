"""Pieces of SQL that many queries need.

Written for the catalogs of 9.6 to 18: columns that came or went between them stand behind ``Look.since``.
``tests/assess/live/test_columns.py`` keeps the list of those, taken from the catalog chapters of each major's
manual, and looks for them in the queries of every version. 13, 15, 17 and 18 are also run.
"""

#: Schemas of users, as pg_dump has it: whatever its owner, nothing in a system schema is dumped.
USERS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"

#: OIDs from here on are not given by initdb.
FIRST = 16384


def owned(alias: str, catalog: str) -> str:
    """Return the condition that a row of a catalog is made by users and is no member of an extension."""
    return f"{alias}.oid >= {FIRST} AND {no_member(alias, catalog)}"


def no_member(alias: str, catalog: str) -> str:
    """Return the condition that a row of a catalog is no member of an extension."""
    # From the extensions' side: there are few members, and each is asked for once.
    return (
        f"{alias}.oid NOT IN (SELECT m.objid FROM pg_depend m WHERE m.refclassid = 'pg_extension'::regclass"
        f" AND m.classid = '{catalog}'::regclass AND m.deptype = 'e')"
    )


def owner(column: str) -> str:
    """Return the name of the role that a column holds."""
    return f"pg_get_userbyid({column})"


def type_name(column: str) -> str:
    """Return the name of a type, ``schema.name``, that of an array with ``[]`` behind its elements'."""
    return (
        "(SELECT coalesce(tes.nspname || '.' || te.typname || '[]', tns.nspname || '.' || tn.typname)"
        " FROM pg_type tn JOIN pg_namespace tns ON tns.oid = tn.typnamespace"
        " LEFT JOIN pg_type te ON te.oid = tn.typelem AND te.typarray = tn.oid"
        f" LEFT JOIN pg_namespace tes ON tes.oid = te.typnamespace WHERE tn.oid = {column})"
    )


def function_name(column: str) -> str:
    """Return the name of a function, ``schema.name``."""
    return (
        "(SELECT fns.nspname || '.' || fn.proname FROM pg_proc fn"
        f" JOIN pg_namespace fns ON fns.oid = fn.pronamespace WHERE fn.oid = {column})"
    )


def tablespace_name(column: str) -> str:
    """Return the name of a tablespace, nothing for that of the database."""
    return f"(SELECT ts.spcname FROM pg_tablespace ts WHERE ts.oid = {column})"


def listed(query: str) -> str:
    """Return an array of what a query yields, as text."""
    return f"ARRAY({query})::text[]"
