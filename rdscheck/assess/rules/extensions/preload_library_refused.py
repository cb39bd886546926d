"""Libraries the source preloads that RDS does not take."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.extensions._pages import PARAMETERS, READ
from rdscheck.assess.rules.extensions._preload import PARAMETER, PARTMAN_BGW, preloaded
from rdscheck.assess.target import Move, Target
from rdscheck.catalog.libraries import preload_libraries
from rdscheck.catalog.numbering import covers
from rdscheck.model import Certainty

#: The service loads it by itself, or by another parameter.
_OF_THE_SERVICE = frozenset({"rdsutils", "pgactive", "flow_control", "rds_casts"})


@rule(
    id="preload-library-refused",
    problem="The source preloads libraries that the target does not take.",
    why="shared_preload_libraries takes names from a fixed list on RDS. What the library did, such as"
    " checking"
    " passwords or slowing down attacks, is not done there.",
    fix="Find out what the library was for, and what does it on RDS.",
    severity=Severity.WARNING,
    source=PARAMETERS,
    date=READ,
    moves=(Move.RESTORE,),
    effort=Effort(2),
    guilty=Example(
        sql="SELECT 1",
        subject=f"setting {PARAMETER}",
        settings=((PARAMETER, "rdsutils,pg_stat_statements,auth_delay"),),
        not_dumped="a dump does not hold the parameters of the server",
    ),
    innocent=Example(
        sql="SELECT 1", settings=((PARAMETER, "rdsutils,pg_stat_statements,auto_explain,pg_prewarm"),)
    ),
)
def preload_library_refused(context: Context) -> Iterator[Hit]:
    """Find names in shared_preload_libraries that are on no list of the target."""
    taken, certainty = _taken(context.target)
    for setting, names in preloaded(context.facts):
        refused = [name for name in names if name not in taken | _OF_THE_SERVICE | {PARTMAN_BGW}]
        if refused and taken:
            yield hit(
                setting,
                f"setting {PARAMETER}",
                f"{context.target.name} does not preload {', '.join(refused)}.",
                f"Do without {', '.join(refused)}, or replace what it did.",
                certainty=certainty,
            )


def _taken(target: Target) -> tuple[frozenset[str], Certainty]:
    """Return the libraries of a target; those of Aurora are known of 15 only."""
    lists = target.libraries
    certainty = Certainty.DOCUMENTED if target.major < 18 else Certainty.OBSERVED
    if not lists:
        lists, certainty = dict(preload_libraries(15, target.engine)), Certainty.GUESSED
        return frozenset(lists), certainty
    return (
        frozenset(name for name, one in lists.items() if covers(one.min_version, target.version)),
        certainty,
    )
