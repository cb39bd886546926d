"""RDS compresses long values by lz4."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.pages import RELEASES
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.parameters._restored import default_of, once
from rdscheck.assess.target import Move

_NAME = "default_toast_compression"


@rule(
    id="toast-compression-default",
    problem="RDS compresses long values by lz4, PostgreSQL by pglz.",
    why="Restored tables are faster to read and write, and a little larger or smaller than at the source: "
    "sizes do not compare.",
    fix="Nothing; default_toast_compression = pglz in the parameter group keeps the old way.",
    severity=Severity.NOTE,
    source=RELEASES,
    date="2026-10-01",
    effort=Effort(0),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE TABLE public.t (a int PRIMARY KEY, b text)", subject=f"setting {_NAME}", target="rds-17"
    ),
    innocent=Example(sql="CREATE TABLE public.t (a int PRIMARY KEY, b text)", target="rds-14"),
)
def toast_compression_default(context: Context) -> Iterator[Hit]:
    """Say it once, where the target has lz4 as default."""
    if default_of(context, _NAME) == "lz4":
        yield from once(
            context, _NAME, f"{context.target.name} compresses long values by lz4 unless told otherwise."
        )
