"""An extension that waits for a parameter of RDS."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._examples import disguised
from rdscheck.assess.rules.extensions._offers import Standing, installed, keeps_its_group, on, standing
from rdscheck.assess.rules.extensions._pages import READ, TASKS, USER_GUIDE
from rdscheck.assess.rules.extensions._preload import group_of

_PARAMETERS = {
    "pgactive": ("rds.enable_pgactive", f"{TASKS}.pgactive.html"),
    "pglogical": (
        "rds.logical_replication",
        f"{USER_GUIDE}/PostgreSQL.Concepts.General.FeatureSupport.LogicalReplication.html",
    ),
}


@rule(
    id="extension-needs-parameter",
    problem="The extension needs a static parameter of RDS that is off by default.",
    why="wal_level cannot be set on RDS. It becomes logical by a parameter of the service, which is 0 by"
    " default and takes effect with a reboot; until then the extension cannot replicate.",
    fix="Set the parameter to 1 in the target's parameter group, and reboot.",
    severity=Severity.WARNING,
    source=_PARAMETERS["pglogical"][1],
    date=READ,
    effort=Effort(0.5),
    guilty=Example(sql=disguised("pglogical 2.4.5"), subject="extension pglogical"),
    innocent=Example(sql="CREATE EXTENSION postgres_fdw", needs=("postgres_fdw",)),
)
def extension_needs_parameter(context: Context) -> Iterator[Hit]:
    """Find extensions that replicate by logical decoding."""
    target = context.target
    if keeps_its_group(context):
        return
    for one in installed(context, *_PARAMETERS):
        if standing(one.name, target) is Standing.OFFERED:
            parameter, source = _PARAMETERS[one.name]
            yield on(
                one,
                f"{plain(one.name)} needs {parameter} = 1 on {target.name}.",
                f"Set {parameter} to 1 in the {group_of(target)}, and reboot.",
                source=source,
            )
