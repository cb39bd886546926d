"""Names with line breaks, over which dumps and upgrades stumble."""

import re
from collections.abc import Iterator

from rdscheck.assess.facts import Facts
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import changes
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

_BREAKS = ("\n", "\r")


@rule(
    id="name-with-line-break",
    problem="A name contains a line break.",
    why="pg_dumpall and pg_upgrade refuse databases and roles of such names; dumps of older clients wrote "
    "such names into comments, so that psql ran what stands behind the line break (CVE-2025-8715).",
    fix="Rename the object.",
    severity=Severity.WARNING,
    source="https://www.postgresql.org/support/security/CVE-2025-8715/",
    date="2026-10-01",
    effort=Effort(0.5, 0.1),
    guilty=Example(
        sql='CREATE TABLE public."a\nb" (c int PRIMARY KEY)',
        subject='table public."a\nb"',
    ),
    innocent=Example(
        sql='CREATE TABLE public."a\tb" (c int PRIMARY KEY); COMMENT ON TABLE public."a\tb" IS E\'a\\nb\''
    ),
)
def name_with_line_break(context: Context) -> Iterator[Hit]:
    """Find names of databases, roles, schemas, relations and functions with a line break."""
    for kind, database, line, names, sql in _named(context.facts):
        if any(character in name for name in names for character in _BREAKS):
            renamed = re.sub(r"[\r\n]+", " ", names[-1])
            whole = kind in {"database", "role"}
            stopped = whole and context.move is Move.UPGRADE and changes(context)
            yield Hit(
                f"{kind} {plain(*names)}",
                f"The name of the {kind} {plain(*names)} contains a line break.",
                f"ALTER {sql} {quoted(*names)} RENAME TO {quoted(renamed)};",
                database,
                line,
                severity=Severity.BLOCKER if stopped else Severity.WARNING,
                certainty=Certainty.DERIVED if whole else Certainty.DOCUMENTED,
            )


def _named(facts: Facts) -> Iterator[tuple[str, str, int, tuple[str, ...], str]]:
    for database in facts.databases:
        yield "database", database.database, database.line, (database.name,), "DATABASE"
    for role in facts.roles:
        yield "role", role.database, role.line, (role.name,), "ROLE"
    for schema in facts.schemas:
        yield "schema", schema.database, schema.line, (schema.name,), "SCHEMA"
    for one in facts.relations:
        sql = {"partitioned table": "TABLE", "composite type": "TYPE"}.get(one.kind, one.kind.upper())
        yield one.kind, one.database, one.line, (one.schema, one.name), sql
    for function in facts.functions:
        if any(character in function.name for character in _BREAKS):
            yield "function", function.database, function.line, (function.schema, function.name), "FUNCTION"
