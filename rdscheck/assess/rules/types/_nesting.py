"""Columns that hold a type, also by way of arrays, domains, ranges and composite types."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from rdscheck.assess.facts import Column, Facts
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.types import element

#: Kinds of relations that keep rows of their own.
STORED = ("table", "materialized view")

#: Those whose rows a dump brings along; a materialized view is made again.
DUMPED = ("table", "partitioned table")


def base(name: str) -> str:
    """Return the name of a type without brackets; one of the system in dumps may lack its schema."""
    bare = element(name)
    return bare if "." in bare else f"pg_catalog.{bare}"


def holding(
    facts: Facts, wanted: Callable[[str], bool], kinds: tuple[str, ...] = STORED
) -> Iterator[tuple[Column, str]]:
    """Return columns that hold a type one looks for, with that type's name."""
    made = _parts(facts)
    for column in facts.columns:
        if column.relation_kind in kinds:
            found = _reached(column.database, base(column.type), wanted, made)
            if found:
                yield column, found


def subject(column: Column) -> str:
    """Return what findings call a column."""
    return f"column {plain(column.schema, column.relation, column.name)}"


def by_way(column: Column, found: str) -> str:
    """Return the type of a column in words: ``regproc``, or ``public.d (regproc inside)``."""
    inner = found.removeprefix("pg_catalog.")
    outer = element(column.type).removeprefix("pg_catalog.")
    if outer != inner:
        return f"{outer} ({inner} inside)"
    return column.type.removeprefix("pg_catalog.")


def to_type(column: Column, wanted: str, using: str = "") -> str:
    """Return the statement that gives a column another type; rows of a view are made again without it."""
    table, name = quoted(column.schema, column.relation), quoted(column.name)
    if column.relation_kind == "materialized view":
        return f"DROP MATERIALIZED VIEW {table};  -- and create it again with another type in its query"
    array = "[]" if column.type.endswith("[]") else ""
    using = using.format(name) if using else f"{name}::{wanted}{array}"
    return f"ALTER TABLE {table} ALTER COLUMN {name} TYPE {wanted}{array} USING {using};"


def _parts(facts: Facts) -> dict[tuple[str, str], set[str]]:
    """Return what types are made of, by database and name; a table is the type of its rows."""
    made: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in facts.types:
        made[one.database, f"{one.schema}.{one.name}"].update(one.parts)
    for column in facts.columns:
        made[column.database, f"{column.schema}.{column.relation}"].add(column.type)
    return made


def _reached(
    database: str, name: str, wanted: Callable[[str], bool], made: dict[tuple[str, str], set[str]]
) -> str:
    """Return the first type wanted among those a type is made of, itself included, empty where none is."""
    if wanted(name) or (database, name) not in made:
        return name if wanted(name) else ""
    todo, seen = [name], {name}
    while todo:
        one = todo.pop()
        if wanted(one):
            return one
        inner = {base(part) for part in made.get((database, one), ())} - seen
        seen |= inner
        todo += sorted(inner, reverse=True)
    return ""
