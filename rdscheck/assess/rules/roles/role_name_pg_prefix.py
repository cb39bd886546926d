"""A role whose name begins with pg_."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule


@rule(
    id="role-name-pg-prefix",
    problem="A role's name begins with pg_, which PostgreSQL keeps for roles of its own.",
    why="CREATE ROLE refuses such a name from 9.6 on, and the precheck of a major upgrade stops at it.",
    fix="Rename the role.",
    severity=Severity.BLOCKER,
    source=pages.UPGRADE,
    date=pages.READ,
    effort=Effort(0.5, 0.5),
    # No server from 9.6 on can have one: only dumps of older ones show it.
    guilty=Example(dump="CREATE ROLE pg_reports;\n", subject="role pg_reports"),
    innocent=Example(dump="CREATE ROLE pgreports;\nCREATE ROLE reports_pg_1;\n"),
)
def role_name_pg_prefix(context: Context) -> Iterator[Hit]:
    """Find roles of users with that prefix; predefined ones make no fact."""
    for role in context.facts.roles:
        if role.name.startswith("pg_"):
            yield hit(
                role,
                f"role {plain(role.name)}",
                f"The role {plain(role.name)} cannot be created: names that begin with pg_ are reserved.",
                f"ALTER ROLE {quoted(role.name)} RENAME TO {quoted(role.name.removeprefix('pg_') or 'pg')};",
            )
