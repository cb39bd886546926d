"""A dump that ends too early."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.assess.unread import END, unread

_WHOLE = (
    "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 15.4\n\n"
    "CREATE TABLE public.orders (id integer PRIMARY KEY);\n"
)


@rule(
    id="dump-incomplete",
    problem="The dump ends before it is complete.",
    why="pg_dump ends a dump with a comment that says so. Without it the program, the disk or a transfer"
    " failed, and what would have followed is neither in this assessment nor in a database restored from it.",
    fix="Dump again, and look at the exit status of pg_dump.",
    severity=Severity.WARNING,
    source=pages.PG_DUMP,
    date=pages.READ,
    moves=(Move.RESTORE,),
    effort=Effort(0.25),
    guilty=Example(dump=_WHOLE, subject="end of the dump"),
    innocent=Example(dump=f"{_WHOLE}--\n-- PostgreSQL database dump complete\n--\n"),
)
def dump_incomplete(context: Context) -> Iterator[Hit]:
    """Find the place where it breaks off."""
    for one in unread(context.facts):
        if one.rule == END:
            yield hit(one.fact, one.subject, f"{one.fact.message[:1].upper()}{one.fact.message[1:]}.")
