"""Aurora 18 runs no queries in parallel until told to."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.pages import AURORA_RELEASES
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.target import AURORA

_NAME = "max_parallel_workers_per_gather"


@rule(
    id="aurora-parallel-queries",
    problem="The target runs no queries in parallel by default.",
    why="max_parallel_workers_per_gather is 0 from Aurora 18 on, 2 elsewhere: large scans may take longer.",
    fix="Set max_parallel_workers_per_gather = 2 in the parameter group, or for the roles that need it.",
    severity=Severity.NOTE,
    source=AURORA_RELEASES,
    date="2026-10-01",
    effort=Effort(0.25),
    engines=(AURORA,),
    targets=(18, 0),
    guilty=Example(
        sql="CREATE TABLE public.t (a int PRIMARY KEY)", subject=f"setting {_NAME}", target="aurora-18"
    ),
    innocent=Example(
        sql="CREATE TABLE public.t (a int PRIMARY KEY)", target="aurora-17", flavour=Flavour.RDS
    ),
)
def aurora_parallel_queries(context: Context) -> Iterator[Hit]:
    """Say it once, unless the source is Aurora 18 already, or sets the parameter for databases or roles."""
    origin = context.facts.origin
    if origin.flavour is Flavour.AURORA and context.source_major >= 18:
        return
    if not any(one.name.lower() == _NAME and one.scope != "server" for one in context.facts.settings):
        yield Hit(f"setting {_NAME}", f"{context.target.name} runs no queries in parallel by default.")
