"""A statement of a dump that the parser does not understand."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.unread import STATEMENT, unread
from rdscheck.model import Certainty


@rule(
    id="statement-unreadable",
    problem="A statement of the dump cannot be parsed, so nobody knows what it does.",
    why="What it makes is missing from this assessment. Where PostgreSQL 18's own parser refuses it, a server"
    " of that version or before does so too: psql says an error and goes on without it, unless it is told to"
    " stop.",
    fix="Look at the line: correct or remove the statement, or suppress the finding where it is harmless.",
    severity=Severity.WARNING,
    source=pages.postgresql("sql-commands"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(0.25, 0.25),
    # pg_dump writes no such statement; people and programs that change dumps do.
    guilty=Example(
        dump="CREATE TABLE public.orders (id integer PRIMARY KEY);\n"
        "CREATE TABEL public.lines (id integer);\n",
        subject="statement CREATE TABEL public.lines (id integer)",
    ),
    innocent=Example(
        dump="CREATE TABLE public.orders (id integer DEFAULT 1, note text DEFAULT 'CREATE TABEL;');\n"
        "-- CREATE TABEL public.lines\n"
    ),
)
def statement_unreadable(context: Context) -> Iterator[Hit]:
    """Find statements, not bodies of functions, and not the end of a dump that breaks off."""
    for one in unread(context.facts):
        if one.rule == STATEMENT:
            yield hit(one.fact, one.subject, f"It cannot be read: {one.fact.message}.")
