"""Tables WITH OIDS, which PostgreSQL 12 no longer has."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import PG_UPGRADE_CHECKS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules._dumps import dumped


# Sources before 12 do not run here: the text is what pg_dump 11 writes, after its documentation.
@rule(
    id="tables-with-oids",
    problem="The table was made WITH OIDS.",
    why="Such tables are gone since 12: the dump's SET default_with_oids and COPY … WITH OIDS fail, "
    "pg_upgrade refuses them, and queries that read the column oid find none.",
    fix="Drop the hidden column; keep what it tells in a column of its own.",
    severity=Severity.BLOCKER,
    source=PG_UPGRADE_CHECKS,
    date="2026-10-01",
    effort=Effort(0.5, 0.5),
    sources=(0, 11),
    targets=(12, 0),
    guilty=Example(
        dump=dumped(
            "11.22", "SET default_with_oids = true;\n\nCREATE TABLE public.files (\n    name text\n);\n"
        ),
        subject="table public.files",
        target="rds-17",
    ),
    innocent=Example(
        dump=dumped(
            "11.22",
            "SET default_with_oids = false;\n\nCREATE TABLE public.files (\n    oid oid,\n    name "
            "text\n);\n",
        ),
        target="rds-17",
    ),
)
def tables_with_oids(context: Context) -> Iterator[Hit]:
    """Find tables with a hidden oid column."""
    for one in context.facts.relations:
        if one.with_oids:
            yield hit(
                one,
                f"table {plain(one.schema, one.name)}",
                f"The table {plain(one.schema, one.name)} was made WITH OIDS.",
                f"ALTER TABLE {quoted(one.schema, one.name)} SET WITHOUT OIDS;",
            )
