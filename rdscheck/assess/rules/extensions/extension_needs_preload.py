"""An extension that cannot be created before its library is preloaded."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import Standing, installed, keeps_its_group, on, standing
from rdscheck.assess.rules.extensions._pages import PARAMETERS, READ
from rdscheck.assess.rules.extensions._preload import group_of
from rdscheck.assess.target import Move

#: Extensions whose script refuses to run, or whose library refuses to load, without it.
NEEDED = ("pg_cron", "pg_tle", "pgaudit", "pglogical", "plrust")


@rule(
    id="extension-needs-preload",
    problem="The extension can be created only after its library stands in shared_preload_libraries.",
    why="The default parameter group loads pg_stat_statements only. CREATE EXTENSION fails until the library"
    " is added to a parameter group of your own and the instance is rebooted.",
    fix="Add the library to shared_preload_libraries in the target's parameter group, and reboot.",
    severity=Severity.BLOCKER,
    source=PARAMETERS,
    date=READ,
    effort=Effort(0.5),
    guilty=Example(sql=disguised("pgaudit 1.7"), subject="extension pgaudit"),
    innocent=Example(sql="CREATE EXTENSION pg_stat_statements", needs=("pg_stat_statements",)),
)
def extension_needs_preload(context: Context) -> Iterator[Hit]:
    """Find extensions that will not go without their library."""
    target = context.target
    if keeps_its_group(context):
        return
    for one in installed(context, *NEEDED):
        if standing(one.name, target) is not Standing.OFFERED:
            continue
        yield on(
            one,
            f"{plain(one.name)} has to stand in shared_preload_libraries of {target.name} before"
            " CREATE EXTENSION."
            if context.move is Move.RESTORE
            else f"{plain(one.name)} has to stand in shared_preload_libraries of the parameter group for"
            f" {target.major}, which is another one than that of the source.",
            f"Add {one.name} to shared_preload_libraries in the {group_of(target)}, and reboot.",
            # An upgrade takes the extension along; what it needs is the other group.
            severity=Severity.BLOCKER if context.move is Move.RESTORE else Severity.WARNING,
        )
