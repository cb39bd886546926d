"""pgAudit in a major upgrade: every major has a version of its own."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import Standing, installed, on, standing
from rdscheck.assess.rules.extensions._pages import EXTENSION_UPGRADE, READ
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="pgaudit-recreate",
    problem="pgAudit has one version for each major, with no scripts between them.",
    why="The extension comes through in its old version, and ALTER EXTENSION pgaudit UPDATE finds no way"
    " from one"
    " major's version to the next. It holds no rows. Should the precheck refuse its event triggers, it has to"
    " be dropped before the upgrade already.",
    fix="Drop pgaudit after the upgrade, and create it again.",
    severity=Severity.NOTE,
    source=EXTENSION_UPGRADE,
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
                "-- after the upgrade\nDROP EXTENSION pgaudit;\nCREATE EXTENSION pgaudit;",
            )
