"""An access method of one's own."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="access-method",
    problem="An access method was made here, which only a superuser can do.",
    why="CREATE ACCESS METHOD fails, and so does every table or index that uses the method.",
    fix="Use the table and index methods of PostgreSQL and of the extensions offered.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("sql-create-access-method"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(8, 4),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE ACCESS METHOD own_rows TYPE TABLE HANDLER heap_tableam_handler",
        subject="access method own_rows",
    ),
    innocent=Example(sql="CREATE EXTENSION bloom", needs=("bloom",)),
)
def access_method(context: Context) -> Iterator[Hit]:
    """Find access methods that no extension brings."""
    for one in context.facts.access_methods:
        yield hit(
            one,
            f"access method {plain(one.name)}",
            f"The {one.kind} access method {plain(one.name)} cannot be created on {context.target.name}.",
            f"DROP ACCESS METHOD {quoted(one.name)};",
        )
