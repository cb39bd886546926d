"""Partition sets of pg_partman, which tell its version where a dump does not."""

from rdscheck.assess.facts import Extension, PartitionSet
from rdscheck.assess.rule import Context
from rdscheck.assess.rules.extensions._numbers import numbers

CHANGES = "https://github.com/pgpartman/pg_partman/blob/development/CHANGELOG.md"

#: Kinds of version 4 and older; from 5 on there are range and list.
BY_TRIGGER = frozenset(
    {"partman", "time", "time-static", "time-dynamic", "time-custom", "id", "id-static", "id-dynamic"}
)
_OF_4 = BY_TRIGGER | {"native"}
OF_5 = frozenset({"range", "list"})

_EXTENSION = "CREATE SCHEMA partman;\nCREATE EXTENSION pg_partman SCHEMA partman;\n"
NATIVE = (
    _EXTENSION + "CREATE TABLE public.event (at timestamptz NOT NULL) PARTITION BY RANGE (at);\n"
    "SELECT partman.create_parent('public.event', 'at', 'native', 'daily')"
)
TRIGGERED = (
    _EXTENSION + "CREATE TABLE public.event (at timestamptz NOT NULL);\n"
    "SELECT partman.create_parent('public.event', 'at', 'partman', 'daily')"
)
RANGE = (
    _EXTENSION + "CREATE TABLE public.event (at timestamptz NOT NULL) PARTITION BY RANGE (at);\n"
    "SELECT partman.create_parent('public.event', 'at', '1 day')"
)


def sets_of(context: Context, extension: Extension) -> list[PartitionSet]:
    """Return the sets of the database an extension is in."""
    return [one for one in context.facts.partition_sets if one.database == extension.database]


def of_4(extension: Extension, sets: list[PartitionSet]) -> bool:
    """Tell whether pg_partman is before 5, by its version or else by its sets."""
    version = numbers(extension.version)
    return version < (5,) if version else any(one.kind in _OF_4 for one in sets)


def of_5(extension: Extension, sets: list[PartitionSet]) -> bool:
    """Tell whether pg_partman is 5 or later, by its version or else by its sets."""
    version = numbers(extension.version)
    return version >= (5,) if version else any(one.kind in OF_5 for one in sets)


def set_of(number: int) -> str:
    """Return how many sets, in words."""
    return f"{number} partition set{'s' * (number != 1)}"
