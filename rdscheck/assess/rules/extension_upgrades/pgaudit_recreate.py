"""pgAudit in a major upgrade: every major has a version of its own."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import Standing, installed, on, standing
from rdscheck.assess.rules.extensions._pages import READ
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="pgaudit-recreate",
    problem="pgAudit has one version for each major, with no scripts between them.",
    why="ALTER EXTENSION pgaudit UPDATE finds no way from one major's version to the next. The extension also"
    " has event triggers, of which AWS says that they are to be deleted before an upgrade. It holds no rows.",
    fix="Drop pgaudit before the upgrade, and create it again afterwards.",
    severity=Severity.WARNING,
    source="https://github.com/pgaudit/pgaudit/blob/main/README.md",
    date=READ,
    certainty=Certainty.DERIVED,
    moves=(Move.UPGRADE,),
    effort=Effort(0.25),
    guilty=Example(
        sql=disguised("pgaudit 1.7"),
        subject="extension pgaudit",
        target="rds-18",
        until=17,
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
    innocent=Example(
        sql=disguised("pg_hint_plan 1.5"), target="rds-18", until=17, move=Move.UPGRADE, flavour=Flavour.RDS
    ),
)
def pgaudit_recreate(context: Context) -> Iterator[Hit]:
    """Find the extension where the major changes."""
    target = context.target
    if context.source_major == target.major:
        return
    for one in installed(context, "pgaudit"):
        if standing(one.name, target) is Standing.OFFERED:
            there = target.extensions[one.name].version
            yield on(
                one,
                f"pgaudit is at {one.version or 'the version of its major'}; {target.name} has {there}.",
                "DROP EXTENSION pgaudit;\n-- after the upgrade\nCREATE EXTENSION pgaudit;",
            )
