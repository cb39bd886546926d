"""Columns whose values are numbers of catalog rows, which an upgrade gives anew."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import changes
from rdscheck.assess.pages import PG_UPGRADE_CHECKS, UPGRADE
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.types._nesting import by_way, holding, subject, to_type
from rdscheck.assess.target import Move

#: What AWS's page names, and what pg_upgrade refuses beside that. regclass, regtype and regrole may stay.
NAMED_BY_AWS = frozenset(
    f"pg_catalog.{name}"
    for name in ("regproc", "regprocedure", "regoper", "regoperator", "regconfig", "regdictionary")
)
REFUSED = NAMED_BY_AWS | {"pg_catalog.regcollation", "pg_catalog.regnamespace"}


@rule(
    id="reg-type-columns",
    problem="A column has a type that names catalog rows by number.",
    why="pg_upgrade gives functions, operators, configurations and the like new numbers, so it refuses "
    "tables that store them.",
    fix="Change the column to text.",
    severity=Severity.BLOCKER,
    source=UPGRADE,
    date="2026-10-01",
    effort=Effort(0.5, 0.25),
    moves=(Move.UPGRADE,),
    guilty=Example(
        sql="CREATE DOMAIN public.handler AS regprocedure;"
        " CREATE TABLE public.hooks (id int PRIMARY KEY, done public.handler[])",
        subject="column public.hooks.done",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
    innocent=Example(
        sql="CREATE TABLE public.hooks (id int PRIMARY KEY, of regclass, kind regtype, by regrole);"
        " CREATE VIEW public.v AS SELECT id, 'now()'::regprocedure AS f FROM public.hooks",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def reg_type_columns(context: Context) -> Iterator[Hit]:
    """Find stored columns of those types."""
    if not changes(context):
        return
    for column, found in holding(context.facts, lambda name: name in REFUSED):
        yield hit(
            column,
            subject(column),
            f"The {subject(column)} has the type {by_way(column, found)}; the upgrade to "
            f"{context.target.version} "
            "refuses it.",
            to_type(column, "text"),
            source=UPGRADE if found in NAMED_BY_AWS else PG_UPGRADE_CHECKS,
        )
