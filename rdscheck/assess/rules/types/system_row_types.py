"""Columns whose type is the row of a system catalog."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import changes
from rdscheck.assess.names import quoted
from rdscheck.assess.pages import PG_UPGRADE_CHECKS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.types._nesting import DUMPED, STORED, by_way, holding, subject
from rdscheck.assess.target import Move

#: Types named like catalogs that are none, of all versions.
_NO_ROWS = frozenset(
    {
        *("pg_lsn", "pg_snapshot", "pg_node_tree", "pg_ndistinct", "pg_dependencies", "pg_mcv_list"),
        *("pg_ddl_command", "pg_brin_bloom_summary", "pg_brin_minmax_multi_summary"),
    }
)
_DOMAINS = frozenset({"cardinal_number", "character_data", "sql_identifier", "time_stamp", "yes_or_no"})


def is_system_row(name: str) -> bool:
    """Tell whether a type is the row of a catalog or a view of the system."""
    schema, _, bare = name.partition(".")
    if schema == "pg_catalog":
        return bare.startswith("pg_") and bare not in _NO_ROWS
    return schema == "information_schema" and bare not in _DOMAINS


@rule(
    id="system-row-types",
    problem="The type of a column is the row type of a system catalog.",
    why="Catalogs have other columns in other majors, and their types other numbers: pg_upgrade refuses "
    "such tables, and a dump's rows do not fit the type any more.",
    fix="Store the columns that are needed in columns of their own.",
    severity=Severity.BLOCKER,
    source=PG_UPGRADE_CHECKS,
    date="2026-10-01",
    effort=Effort(0.5, 0.5),
    guilty=Example(
        sql="CREATE TABLE public.snapshots (taken timestamptz, one pg_catalog.pg_stat_user_tables)",
        subject="column public.snapshots.one",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
    innocent=Example(
        sql="CREATE TABLE public.snapshots (taken timestamptz, at pg_catalog.pg_lsn);"
        " CREATE TYPE public.one AS (relid oid, n bigint); CREATE TABLE public.more (x public.one)",
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def system_row_types(context: Context) -> Iterator[Hit]:
    """Find columns of such types; a restore to the same major brings them along."""
    if not changes(context):
        return
    upgrade = context.move is Move.UPGRADE
    for column, found in holding(context.facts, is_system_row, STORED if upgrade else DUMPED):
        yield hit(
            column,
            subject(column),
            f"The {subject(column)} has the row type {by_way(column, found)}, which is another one in "
            f"{context.target.version}.",
            f"ALTER TABLE {quoted(column.schema, column.relation)} DROP COLUMN {quoted(column.name)};"
            if column.relation_kind != "materialized view"
            else f"DROP MATERIALIZED VIEW {quoted(column.schema, column.relation)};",
            severity=Severity.BLOCKER if upgrade else Severity.WARNING,
        )
