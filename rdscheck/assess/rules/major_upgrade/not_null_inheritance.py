"""Columns that may be null although the table they inherit from forbids it."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import PG_UPGRADE_CHECKS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move

#: First major that keeps NOT NULL as a constraint, which children inherit.
_BORDER = 18


@rule(
    id="not-null-inheritance",
    problem="A column may be null although the table it inherits from forbids it.",
    why="From 18 on NOT NULL is inherited, so pg_upgrade refuses the table. A dump gives the child the "
    "parent's NOT NULL: rows with null in the column are not loaded.",
    fix="Forbid null in the child, or allow it in the parent.",
    severity=Severity.BLOCKER,
    source=PG_UPGRADE_CHECKS,
    date="2026-10-01",
    effort=Effort(0.5, 0.25),
    sources=(0, 17),
    guilty=Example(
        sql="CREATE TABLE public.parent (a int); CREATE TABLE public.child () INHERITS (public.parent);"
        " ALTER TABLE ONLY public.parent ALTER a SET NOT NULL",
        subject="column public.child.a",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
        not_dumped="a dump writes no columns that a table inherits",
    ),
    innocent=Example(
        sql="CREATE TABLE public.parent (a int); CREATE TABLE public.child () INHERITS (public.parent);"
        " ALTER TABLE public.parent ALTER a SET NOT NULL; ALTER TABLE public.child ADD b int",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def not_null_inheritance(context: Context) -> Iterator[Hit]:
    """Find such columns; before 18 an upgrade in place leaves them as they are."""
    upgrade = context.move is Move.UPGRADE
    if upgrade and context.target.major < _BORDER:
        return
    for one in context.facts.nullable_children:
        yield hit(
            one,
            f"column {plain(one.schema, one.relation, one.column)}",
            f"The column {plain(one.schema, one.relation, one.column)} may be null, though {one.parent} "
            f"forbids it.",
            f"ALTER TABLE {quoted(one.schema, one.relation)} ALTER COLUMN {quoted(one.column)} SET NOT NULL;",
            severity=Severity.BLOCKER if upgrade else Severity.WARNING,
        )
