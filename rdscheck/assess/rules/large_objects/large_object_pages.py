"""The tables of large objects, read or written directly."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="large-object-pages",
    problem="The pages of large objects are read or written in pg_largeobject.",
    why="pg_largeobject is a superuser's to read: on RDS the query fails with permission denied.",
    fix="Use lo_get, lo_put and pg_largeobject_metadata.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("catalog-pg-largeobject"),
    date=pages.READ,
    effort=Effort(1, 0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION pages(id oid) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT"
        " count(*) FROM pg_catalog.pg_largeobject WHERE loid = id); END $$",
        subject="function public.pages(oid)",
    ),
    innocent=Example(
        sql="CREATE FUNCTION pages(id oid) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT"
        " count(*) FROM pg_catalog.pg_largeobject_metadata m WHERE m.oid = id); END $$",
    ),
)
def large_object_pages(context: Context) -> Iterator[Hit]:
    """Find what reads or writes pg_largeobject."""
    for one in doings(context, "reads", "writes", of={"pg_largeobject"}):
        yield hit(
            one.first,
            one.subject,
            f"{one.who} goes to pg_largeobject, which {context.target.name} refuses.",
            "-- in its place: lo_get(id), length(lo_get(id)), pg_largeobject_metadata",
        )
