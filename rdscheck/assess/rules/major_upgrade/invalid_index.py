"""Indexes that are not valid."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import UPGRADE_SCRIPT
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="invalid-index",
    problem="An index is not valid.",
    why="Queries do not use it; it is left from a CREATE INDEX CONCURRENTLY that failed. An upgrade carries "
    "it over, a dump leaves it out: a unique index that somebody believes in is missing on the target.",
    fix="Rebuild the index, or drop it.",
    severity=Severity.WARNING,
    source=UPGRADE_SCRIPT,
    date="2026-10-01",
    effort=Effort(0.25, 0.1),
    guilty=Example(
        sql="CREATE TABLE public.t (a int); CREATE UNIQUE INDEX t_a ON public.t (a);"
        " UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'public.t_a'::regclass",
        subject="index public.t_a",
        not_dumped="pg_dump leaves invalid indexes out",
    ),
    innocent=Example(sql="CREATE TABLE public.t (a int); CREATE UNIQUE INDEX t_a ON public.t (a)"),
)
def invalid_index(context: Context) -> Iterator[Hit]:
    """Find invalid indexes."""
    for one in context.facts.indexes:
        if not one.valid:
            yield hit(
                one,
                f"index {plain(one.schema, one.name)}",
                f"The index {plain(one.schema, one.name)} of {plain(one.schema, one.relation)} is not valid.",
                f"REINDEX INDEX {quoted(one.schema, one.name)};"
                if context.move is Move.UPGRADE
                else f"DROP INDEX {quoted(one.schema, one.name)};  -- or REINDEX INDEX",
            )
