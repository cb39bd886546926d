"""A statement that the rehearsal's server refused, for a reason no rule foretold."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.beginnings import told_apart
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

_ONLY_REHEARSED = "only a rehearsal meets it"


@rule(
    id="rehearsal-refused",
    problem="The restore meets an error that no rule foretells.",
    why="A sandbox of the target refused the statement when the master user restored it. Either the dump "
    "does not restore anywhere, or RDS refuses what rdscheck does not know yet.",
    fix="Read the server's message; leave the statement out, or change what it needs.",
    severity=Severity.BLOCKER,
    source=pages.IMPORTING,
    date=pages.READ,
    certainty=Certainty.OBSERVED,
    effort=Effort(0.5, 0.25),
    moves=(Move.RESTORE,),
    guilty=Example(not_live=_ONLY_REHEARSED, not_dumped=_ONLY_REHEARSED),
    innocent=Example(not_live=_ONLY_REHEARSED, not_dumped=_ONLY_REHEARSED),
)
def rehearsal_refused(context: Context) -> Iterator[Hit]:
    """Find what the rehearsal could not explain."""
    refused = context.facts.refused
    subjects = told_apart((one.database, f"statement {one.statement}") for one in refused)
    for one, subject in zip(refused, subjects, strict=True):
        told = f"The server says: {one.message} (SQLSTATE {one.sqlstate or 'none'})."
        yield hit(one, subject, told)
