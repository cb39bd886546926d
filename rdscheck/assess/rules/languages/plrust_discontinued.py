"""PL/Rust, which AWS gave up with 18."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import Standing, installed, on, standing
from rdscheck.assess.rules.extensions._pages import RDS_NOTES, READ


@rule(
    id="plrust-discontinued",
    problem="PL/Rust is discontinued: RDS has it up to 17, Aurora never had it.",
    why="CREATE EXTENSION plrust fails from 18 on, and an upgrade to 18 is refused while it is installed."
    " Up to 17 it works, though there will be no later home for its functions.",
    fix="Rewrite its functions in PL/v8 or PL/pgSQL, then drop the extension.",
    severity=Severity.BLOCKER,
    source=RDS_NOTES,
    date=READ,
    effort=Effort(1),
    guilty=Example(sql=disguised("plrust 1.1"), subject="extension plrust", target="rds-18"),
    innocent=Example(sql=disguised("plv8 3.2.4"), target="rds-18"),
)
def plrust_discontinued(context: Context) -> Iterator[Hit]:
    """Find the extension."""
    target = context.target
    for one in installed(context, "plrust"):
        there = standing("plrust", target) is Standing.OFFERED
        yield on(
            one,
            f"{target.name} still offers plrust, 18 does not."
            if there
            else f"{target.name} does not offer plrust.",
            "" if there else "DROP EXTENSION plrust;",
            severity=Severity.NOTE if there else Severity.BLOCKER,
        )
