"""An extension that can be created without its library, and then does not do its work."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import Standing, installed, keeps_its_group, on, standing
from rdscheck.assess.rules.extensions._pages import PARAMETERS, READ
from rdscheck.assess.rules.extensions._preload import group_of
from rdscheck.model import Certainty

_IDLE = {
    "pg_hint_plan": "hints in queries are taken for comments",
    "pg_stat_monitor": "its view answers with an error",
}


@rule(
    id="extension-idle-without-preload",
    problem="The extension does its work only when its library is preloaded, which RDS does not do by"
    " itself.",
    why="The restore goes well, and nobody notices that the extension does nothing: the default parameter"
    " group loads pg_stat_statements only.",
    fix="Add the library to shared_preload_libraries in the target's parameter group, and reboot.",
    severity=Severity.WARNING,
    source=PARAMETERS,
    date=READ,
    certainty=Certainty.DERIVED,
    effort=Effort(0.5),
    guilty=Example(
        sql=disguised("pg_hint_plan 1.7.0"), subject="extension pg_hint_plan", target="rds-17", until=17
    ),
    innocent=Example(
        sql="CREATE EXTENSION pg_stat_statements", needs=("pg_stat_statements",), target="rds-17"
    ),
)
def extension_idle_without_preload(context: Context) -> Iterator[Hit]:
    """Find extensions that are idle where their library is not loaded."""
    target = context.target
    if keeps_its_group(context):
        return
    for one in installed(context, *_IDLE):
        if standing(one.name, target) is Standing.OFFERED:
            yield on(
                one,
                f"Without {plain(one.name)} in shared_preload_libraries of {target.name}, {_IDLE[one.name]}.",
                f"Add {one.name} to shared_preload_libraries in the {group_of(target)}, and reboot.",
            )
