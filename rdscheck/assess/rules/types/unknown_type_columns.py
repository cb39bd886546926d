"""Columns of type unknown, which PostgreSQL 10 no longer stores."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.pages import UPGRADE
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules._dumps import dumped
from rdscheck.assess.rules.types._nesting import DUMPED, STORED, holding, subject, to_type


# 9.6 does not run here: the dump's text is what its pg_dump writes for CREATE TABLE t AS SELECT 'a' AS b.
@rule(
    id="unknown-type-columns",
    problem="A column has the type unknown, which no table may have since version 10.",
    why="CREATE TABLE fails on the target, and AWS's precheck stops the upgrade.",
    fix="Change the column to text.",
    severity=Severity.BLOCKER,
    source=UPGRADE,
    date="2026-10-01",
    effort=Effort(0.5, 0.25),
    sources=(0, 9.6),
    targets=(10, 0),
    guilty=Example(
        dump=dumped("9.6.24", "CREATE TABLE public.copied (\n    id integer,\n    label unknown\n);\n"),
        subject="column public.copied.label",
        target="rds-13",
    ),
    innocent=Example(
        dump=dumped(
            "9.6.24",
            "CREATE TABLE public.copied (\n    id integer,\n    label text\n);\n\n"
            "CREATE VIEW public.v AS\n SELECT 'unknown' AS label;\n",
        ),
        target="rds-13",
    ),
)
def unknown_type_columns(context: Context) -> Iterator[Hit]:
    """Find columns of type unknown."""
    for column, _ in holding(context.facts, lambda name: name == "pg_catalog.unknown", (*STORED, *DUMPED)):
        yield hit(
            column,
            subject(column),
            f"The {subject(column)} has the type unknown, which {context.target.version} refuses.",
            to_type(column, "text"),
        )
