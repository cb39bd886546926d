"""Columns whose values are looked up by name when rows are restored."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.pages import PG_TYPES
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.types._nesting import DUMPED, by_way, holding, subject
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

_LOOKED_UP = frozenset(
    f"pg_catalog.{name}"
    for name in (
        *("regclass", "regcollation", "regconfig", "regdictionary", "regnamespace", "regoper"),
        *("regoperator", "regproc", "regprocedure", "regrole", "regtype"),
    )
)


@rule(
    id="reg-values-looked-up",
    problem="The values of a column are looked up in the catalog of the target when rows are loaded.",
    why="A dump writes these values as names. COPY stops at the first name the target does not have: a role "
    "that was not brought along, a function of an extension that is missing.",
    fix="Restore roles and extensions before the rows.",
    severity=Severity.NOTE,
    source=PG_TYPES,
    date="2026-10-01",
    certainty=Certainty.DERIVED,
    effort=Effort(0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE TABLE public.grants_wanted (id int PRIMARY KEY, to_whom regrole)",
        subject="column public.grants_wanted.to_whom",
    ),
    innocent=Example(sql="CREATE TABLE public.grants_wanted (id int PRIMARY KEY, to_whom name)"),
)
def reg_values_looked_up(context: Context) -> Iterator[Hit]:
    """Find columns of tables with such a type."""
    for column, found in holding(context.facts, lambda name: name in _LOOKED_UP, DUMPED):
        yield hit(
            column,
            subject(column),
            f"The {subject(column)} has the type {by_way(column, found)}; its values are names the target "
            f"must have.",
        )
