"""abstime, reltime and tinterval, which PostgreSQL 12 no longer has."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.pages import PG_UPGRADE_CHECKS, release
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules._dumps import dumped
from rdscheck.assess.rules.types._nesting import DUMPED, STORED, by_way, holding, subject, to_type

#: The type, and what takes its place.
_REMOVED = {
    "pg_catalog.abstime": "timestamptz",
    "pg_catalog.reltime": "interval",
    "pg_catalog.tinterval": "text",
}


# Sources before 12 do not run here: the text of the dump is what pg_dump 11 writes, after its documentation.
@rule(
    id="removed-time-types",
    problem="A column has a type that PostgreSQL no longer has since version 12.",
    why="abstime, reltime and tinterval were removed: CREATE TABLE fails on the target, and so does "
    "pg_upgrade.",
    fix="Change the column's type before the move.",
    severity=Severity.BLOCKER,
    source=release("12"),
    date="2026-10-01",
    effort=Effort(0.5, 0.25),
    sources=(0, 11),
    targets=(12, 0),
    guilty=Example(
        dump=dumped("11.22", "CREATE TABLE public.events (\n    id integer NOT NULL,\n    at abstime\n);\n"),
        subject="column public.events.at",
        target="rds-17",
    ),
    innocent=Example(
        dump=dumped(
            "11.22",
            "CREATE TABLE public.events (\n    id integer NOT NULL,\n    abstime timestamp with time "
            "zone\n);\n",
        ),
        target="rds-17",
    ),
)
def removed_time_types(context: Context) -> Iterator[Hit]:
    """Find columns of the removed types."""
    for column, found in holding(context.facts, lambda name: name in _REMOVED, (*STORED, *DUMPED)):
        wanted = _REMOVED[found]
        yield hit(
            column,
            subject(column),
            f"The {subject(column)} has the type {by_way(column, found)}, which {context.target.version} "
            f"does "
            f"not have.",
            to_type(column, wanted),
            source=PG_UPGRADE_CHECKS if context.move == "upgrade" else "",
        )
