"""Parameters of PostgreSQL 18's input and output that Aurora does not have."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.pages import AURORA_RELEASES
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.parameters._settings import NOT_IN_DUMPS, of_server, subject
from rdscheck.assess.target import AURORA

_NAMES = ("io_max_concurrency", "io_method", "io_workers")


@rule(
    id="aurora-io-parameters",
    problem="The server sets a parameter of asynchronous input and output that Aurora does not have.",
    why="Aurora reads from its own storage: io_method, io_workers and io_max_concurrency are not available.",
    fix="Do without the parameter.",
    severity=Severity.NOTE,
    source=AURORA_RELEASES,
    date="2026-10-01",
    effort=Effort(0.1),
    engines=(AURORA,),
    targets=(18, 0),
    guilty=Example(
        sql="SELECT 1",
        settings=(("io_workers", "4"),),
        since=18,
        target="aurora-18",
        subject="setting io_workers",
        not_dumped=NOT_IN_DUMPS,
    ),
    innocent=Example(
        sql="SELECT 1", settings=(("effective_io_concurrency", "4"),), since=18, target="aurora-18"
    ),
)
def aurora_io_parameters(context: Context) -> Iterator[Hit]:
    """Find settings of the server with these names."""
    for one in of_server(context, *_NAMES):
        yield hit(one, subject(one), f"{one.name} = {one.value} has no meaning on {context.target.name}.")
