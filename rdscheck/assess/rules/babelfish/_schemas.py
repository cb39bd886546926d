"""Databases of Babelfish, and what in them belongs to T-SQL."""

from collections.abc import Iterator

from rdscheck.assess.facts import Facts, Relation
from rdscheck.assess.rules._dumps import dumped
from rdscheck.babelfish.naming import SHARED_SCHEMAS

_EXTENSION = "babelfishpg_tsql"
_STORED = frozenset({"table", "partitioned table", "view"})


def databases(facts: Facts) -> set[str]:
    """Return the databases in which Babelfish is installed."""
    return {one.database for one in facts.extensions if one.name == _EXTENSION}


def is_of_tsql(schema: str) -> bool:
    """Tell whether a schema may be one of T-SQL: not the system's, nor one that both sides share."""
    return schema not in SHARED_SCHEMAS and not schema.startswith("pg_")


def relations(facts: Facts) -> Iterator[Relation]:
    """Return tables and views in schemas of T-SQL."""
    there = databases(facts)
    for one in facts.relations:
        if one.database in there and one.kind in _STORED and is_of_tsql(one.schema):
            yield one


def dump(text: str) -> str:
    """Return the dump of a database of Babelfish."""
    return dumped("15.4", f"CREATE EXTENSION IF NOT EXISTS {_EXTENSION} WITH SCHEMA sys;\n\n{text}")
