"""Columns of type information_schema.sql_identifier, stored otherwise since PostgreSQL 12."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.pages import PG_UPGRADE_CHECKS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules._dumps import dumped
from rdscheck.assess.rules.types._nesting import holding, subject, to_type
from rdscheck.assess.target import Move


# Sources before 12 do not run here: after the documentation of 11 and 12.
@rule(
    id="sql-identifier-columns",
    problem="A column has the type information_schema.sql_identifier, whose stored form changed with "
    "version 12.",
    why="CREATE TABLE … AS SELECT from information_schema makes such columns. pg_upgrade keeps files as "
    "they are, so it refuses them.",
    fix="Change the column to text.",
    severity=Severity.BLOCKER,
    source=PG_UPGRADE_CHECKS,
    date="2026-10-01",
    effort=Effort(0.5, 0.25),
    moves=(Move.UPGRADE,),
    sources=(0, 11),
    targets=(12, 0),
    guilty=Example(
        dump=dumped(
            "11.22", "CREATE TABLE public.inventory (\n    table_name information_schema.sql_identifier\n);\n"
        ),
        subject="column public.inventory.table_name",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
        target="rds-17",
    ),
    innocent=Example(
        dump=dumped(
            "11.22", "CREATE TABLE public.inventory (\n    table_name information_schema.character_data\n);\n"
        ),
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
        target="rds-17",
    ),
)
def sql_identifier_columns(context: Context) -> Iterator[Hit]:
    """Find stored columns of that type."""
    for column, _ in holding(context.facts, lambda name: name == "information_schema.sql_identifier"):
        yield hit(
            column,
            subject(column),
            f"The {subject(column)} has the type information_schema.sql_identifier; the upgrade to "
            f"{context.target.version} refuses it.",
            to_type(column, "text"),
        )
