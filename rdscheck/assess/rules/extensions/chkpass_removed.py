"""chkpass, a type of weak password hashes, removed from PostgreSQL with 11."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import quoted
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import absent, on
from rdscheck.assess.rules.extensions._pages import READ, UPGRADE


@rule(
    id="chkpass-removed",
    problem="The extension chkpass is gone from PostgreSQL since 11.",
    why="CREATE EXTENSION chkpass fails on every version the service offers, and an upgrade is refused"
    " while it is installed. Its hashes are those of crypt() with DES, which take no effort to break.",
    fix="Turn columns of the type into text with hashes of pgcrypto, then drop the extension.",
    severity=Severity.BLOCKER,
    source=UPGRADE,
    date=READ,
    effort=Effort(4),
    guilty=Example(sql=disguised("chkpass"), subject="extension chkpass"),
    innocent=Example(sql="CREATE EXTENSION pgcrypto", needs=("pgcrypto",)),
)
def chkpass_removed(context: Context) -> Iterator[Hit]:
    """Find the extension."""
    for one in absent(context, ("chkpass",)):
        yield on(
            one,
            f"{context.target.name} has no chkpass; crypt() of pgcrypto hashes passwords better.",
            "-- After every column of the type became text: ALTER TABLE … ALTER COLUMN … TYPE text USING"
            f" raw(…);\nDROP EXTENSION {quoted(one.name)};",
        )
