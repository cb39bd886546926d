"""Columns of type aclitem, which is stored otherwise since PostgreSQL 16."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.pages import PG_UPGRADE_CHECKS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.types._nesting import by_way, holding, subject, to_type
from rdscheck.assess.target import Move


@rule(
    id="aclitem-columns",
    problem="A column has the type aclitem, whose stored form changed with version 16.",
    why="pg_upgrade keeps files as they are, so it refuses tables with this type.",
    fix="Change the column to text.",
    severity=Severity.BLOCKER,
    source=PG_UPGRADE_CHECKS,
    date="2026-10-01",
    effort=Effort(0.5, 0.25),
    moves=(Move.UPGRADE,),
    sources=(0, 15),
    targets=(16, 0),
    guilty=Example(
        sql="CREATE TABLE public.saved_rights (rel text PRIMARY KEY, acl aclitem[])",
        subject="column public.saved_rights.acl",
        until=15,
        target="rds-17",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
    innocent=Example(
        sql="CREATE TABLE public.saved_rights (rel text PRIMARY KEY, acl text[]);"
        " CREATE VIEW public.rights AS SELECT relname, relacl FROM pg_catalog.pg_class",
        until=15,
        target="rds-17",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def aclitem_columns(context: Context) -> Iterator[Hit]:
    """Find stored columns of type aclitem."""
    for column, found in holding(context.facts, lambda name: name == "pg_catalog.aclitem"):
        yield hit(
            column,
            subject(column),
            f"The {subject(column)} has the type {by_way(column, found)}; the upgrade to "
            f"{context.target.version} "
            "refuses it.",
            to_type(column, "text"),
        )
