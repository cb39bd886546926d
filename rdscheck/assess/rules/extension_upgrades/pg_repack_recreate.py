"""pg_repack, which is not updated but made anew."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import installed, on
from rdscheck.assess.rules.extensions._pages import AURORA_UPGRADE, EXTENSION_UPGRADE, READ
from rdscheck.assess.target import AURORA, Move
from rdscheck.upgrade.checks import RDS_TOOL

#: AWS's own precheck script asks for it to be dropped when the target is this major or later.
_REFUSED_FROM = 14

#: Aurora's page names one more: major of the source and version.
_REFUSED_ON_AURORA = (10, "1.4.3")


@rule(
    id="pg-repack-recreate",
    problem="pg_repack has no scripts for updates: it is dropped and created again.",
    why="ALTER EXTENSION pg_repack UPDATE does not work, and the client wants exactly its own version. AWS's"
    " precheck asks for the extension to be dropped before an upgrade to 14 or later. It holds no rows.",
    fix="Drop pg_repack before the upgrade, and create it again afterwards.",
    severity=Severity.BLOCKER,
    source=RDS_TOOL,
    date=READ,
    moves=(Move.UPGRADE,),
    effort=Effort(0.25),
    guilty=Example(
        sql=disguised("pg_repack 1.4.7"),
        subject="extension pg_repack",
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
        until=17,
    ),
    innocent=Example(
        sql="CREATE SCHEMA repack", target="rds-18", move=Move.UPGRADE, flavour=Flavour.RDS, until=17
    ),
)
def pg_repack_recreate(context: Context) -> Iterator[Hit]:
    """Find the extension where the major changes."""
    target = context.target
    if context.source_major == target.major:
        return
    for one in installed(context, "pg_repack"):
        on_aurora = target.engine == AURORA and (context.source_major, one.version) == _REFUSED_ON_AURORA
        refused = target.major >= _REFUSED_FROM or on_aurora
        yield on(
            one,
            f"pg_repack{' ' + one.version if one.version else ''} has to be dropped and created again for"
            f" {target.name}.",
            "DROP EXTENSION pg_repack;\n-- after the upgrade\nCREATE EXTENSION pg_repack;",
            severity=Severity.BLOCKER if refused else Severity.NOTE,
            source=AURORA_UPGRADE if on_aurora else RDS_TOOL if refused else EXTENSION_UPGRADE,
        )
