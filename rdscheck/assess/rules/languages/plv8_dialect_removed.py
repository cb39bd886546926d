"""CoffeeScript and LiveScript, which PL/v8 gave up with 3.2."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import Standing, installed, on, standing
from rdscheck.assess.rules.extensions._pages import RDS_LIST, READ
from rdscheck.assess.rules.languages._functions import DIALECTS
from rdscheck.model import Certainty

#: The first major with PL/v8 3.2.
_GONE = 18


@rule(
    id="plv8-dialect-removed",
    problem="The dialects CoffeeScript and LiveScript of PL/v8 are gone with its version 3.2.",
    why="RDS 18 has PL/v8 3.2.4 and offers neither plcoffee nor plls: CREATE EXTENSION fails, and so does an"
    " upgrade while they are installed. Aurora's list still names them with 18, though no PL/v8 3.2 has"
    " them.",
    fix="Compile the functions to JavaScript, create them in plv8, then drop the extension.",
    severity=Severity.BLOCKER,
    source=RDS_LIST,
    date=READ,
    certainty=Certainty.DERIVED,
    effort=Effort(1),
    guilty=Example(sql=disguised("plcoffee 3.1.10"), subject="extension plcoffee", target="rds-18"),
    innocent=Example(sql=disguised("plcoffee 3.1.10"), target="rds-17"),
)
def plv8_dialect_removed(context: Context) -> Iterator[Hit]:
    """Find the extensions of the dialects."""
    target = context.target
    for one in installed(context, *DIALECTS):
        listed = standing(one.name, target) is Standing.OFFERED
        if listed and target.major < _GONE:
            continue
        yield on(
            one,
            f"The list of {target.name} names {plain(one.name)}, yet its PL/v8 has no dialects any more."
            if listed
            else f"{target.name} does not offer {plain(one.name)}.",
            f"DROP EXTENSION {quoted(one.name)};",
            severity=Severity.WARNING if listed else Severity.BLOCKER,
            certainty=Certainty.GUESSED if listed else Certainty.DOCUMENTED,
        )
