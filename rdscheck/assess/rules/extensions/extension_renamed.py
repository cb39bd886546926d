"""An extension that goes by another name on the service."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import RENAMED, Standing, absent, on, standing
from rdscheck.assess.rules.extensions._pages import RDS_LIST, READ
from rdscheck.model import Certainty

_HOW = {
    "bdr": "pgactive grew from the second version of BDR; nodes and groups have to be set up anew.",
    "orafunc": "its objects are in the schema oracle there.",
}


@rule(
    id="extension-renamed",
    problem="The extension has another name on the target.",
    why="The dump asks for the old name: CREATE EXTENSION fails, and with it every object that uses it.",
    fix="Create the extension under its new name before the restore.",
    severity=Severity.BLOCKER,
    source=RDS_LIST,
    date=READ,
    certainty=Certainty.DERIVED,
    effort=Effort(2, 1),
    guilty=Example(sql=disguised("orafunc 3.0"), subject="extension orafunc"),
    innocent=Example(sql=disguised("orafce 3.24")),
)
def extension_renamed(context: Context) -> Iterator[Hit]:
    """Find installed extensions by names they once had."""
    for one in absent(context, RENAMED):
        new = RENAMED[one.name]
        there = standing(new, context.target) is Standing.OFFERED
        yield on(
            one,
            f"{context.target.name} does not offer {plain(one.name)}"
            + (
                f", its successor there is {new}: {_HOW[one.name]}"
                if there
                else f", nor its successor {new}."
            ),
            f"CREATE EXTENSION IF NOT EXISTS {new};" if there else f"Do without {plain(one.name)}.",
            fix_on="target" if there else "source",
        )
