"""Columns of type oid: numbers of objects, which differ on the target unless they are large objects."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.pages import PG_TYPES
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.types._nesting import DUMPED, by_way, holding, subject
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

_NUMBERS = frozenset({"pg_catalog.oid", "pg_catalog.oidvector"})


@rule(
    id="oid-columns",
    problem="A column holds object numbers.",
    why="Large objects keep their numbers in a dump; tables, types, functions and roles get new ones. A "
    "number of these names something else on the target, or nothing.",
    fix="If the column names large objects, nothing. Else store names, or the type regclass, regtype or "
    "regrole.",
    severity=Severity.NOTE,
    source=PG_TYPES,
    date="2026-10-01",
    certainty=Certainty.DERIVED,
    effort=Effort(0.25, 0.1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE TABLE public.audited (id int PRIMARY KEY, rel oid)", subject="column public.audited.rel"
    ),
    innocent=Example(sql="CREATE TABLE public.audited (id int PRIMARY KEY, oid bigint)"),
)
def oid_columns(context: Context) -> Iterator[Hit]:
    """Find columns of type oid whose rows are restored."""
    for column, found in holding(context.facts, lambda name: name in _NUMBERS, DUMPED):
        yield hit(
            column,
            subject(column),
            f"The {subject(column)} has the type {by_way(column, found)}: object numbers other than those of "
            f"large "
            "objects differ on the target.",
        )
