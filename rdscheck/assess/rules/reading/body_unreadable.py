"""A body of a function that the parser does not understand."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.unread import BODY, unread
from rdscheck.model import Certainty

_BODY = (
    "SET check_function_bodies = off;\n"
    "CREATE FUNCTION public.peek() RETURNS text LANGUAGE plpgsql AS $$\n"
    "BEGIN\n  RETURN pg_read_file({}); END $$;\n"
)


@rule(
    id="body-unreadable",
    problem="The body cannot be parsed, so nobody knows what it does.",
    why="It holds a word that may mean something RDS refuses, such as reading a file of the server, but"
    " PostgreSQL 18's own parser does not understand it. Dumps create functions without checking their"
    " bodies: the restore goes through, and the call fails, there as here.",
    fix="Look at the body: correct it, drop the function if nobody calls it, or suppress the finding.",
    severity=Severity.WARNING,
    source=pages.postgresql("runtime-config-client#GUC-CHECK-FUNCTION-BODIES"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(0.25, 0.25),
    guilty=Example(sql=_BODY.format(""",' || """), subject="function public.peek()"),
    innocent=Example(sql=_BODY.format("'x'")),
)
def body_unreadable(context: Context) -> Iterator[Hit]:
    """Find bodies; one without a word of interest is not parsed at all, whatever is wrong with it."""
    for one in unread(context.facts):
        if one.rule == BODY:
            yield hit(one.fact, one.subject, f"It cannot be read: {one.fact.message}.")
