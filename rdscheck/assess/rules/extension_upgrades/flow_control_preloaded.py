"""flow_control on a Multi-AZ DB cluster that is to be upgraded."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.extensions._pages import READ, UPGRADE
from rdscheck.assess.rules.extensions._preload import PARAMETER, preloaded
from rdscheck.assess.target import RDS, Move
from rdscheck.catalog.numbering import is_version, order_key

_LIBRARY = "flow_control"
#: The first minor versions that are upgraded with it.
_MENDED = {17: "17.8", 18: "18.2"}
_NO_LIBRARY = "no server of ours has the library flow_control"


@rule(
    id="flow-control-preloaded",
    problem="The source preloads flow_control, with which its version cannot be upgraded.",
    why="The library keeps the lag of the standbys of a Multi-AZ DB cluster small. Before 17.8 and 18.2 the"
    " precheck of a major upgrade refuses clusters that load it.",
    fix="Take flow_control out of shared_preload_libraries, reboot, upgrade, and put it back.",
    severity=Severity.BLOCKER,
    source=UPGRADE,
    date=READ,
    engines=(RDS,),
    moves=(Move.UPGRADE,),
    effort=Effort(0.5),
    guilty=Example(
        sql="SELECT 1",
        subject=f"setting {PARAMETER}",
        settings=((PARAMETER, "rdsutils,flow_control"),),
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
        not_live=_NO_LIBRARY,
        not_dumped=_NO_LIBRARY,
    ),
    innocent=Example(sql="SELECT 1", move=Move.UPGRADE, flavour=Flavour.RDS, target="rds-18"),
)
def flow_control_preloaded(context: Context) -> Iterator[Hit]:
    """Find the library where the source is before the versions that can be upgraded with it."""
    version = context.facts.origin.version
    mended = _MENDED.get(int(context.source_major))
    if mended and is_version(version) and order_key(version) >= order_key(mended):
        return
    if context.source_major == context.target.major:
        return
    for setting, names in preloaded(context.facts):
        if _LIBRARY in names:
            yield hit(
                setting,
                f"setting {PARAMETER}",
                f"The source, {version or 'of unknown version'}, preloads {_LIBRARY}.",
            )
