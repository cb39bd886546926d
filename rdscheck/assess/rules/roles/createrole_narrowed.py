"""A role with CREATEROLE that moves to 16 or later."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.who import own_roles


@rule(
    id="createrole-narrowed",
    problem="A role with CREATEROLE can do less from 16 on.",
    why="Up to 15 it changes every role that is no superuser. From 16 on it changes only roles it holds"
    " with ADMIN OPTION, those it created itself, and it can give away only attributes it has.",
    fix="Grant it WITH ADMIN OPTION the roles it is to manage.",
    severity=Severity.WARNING,
    source="https://www.postgresql.org/docs/release/16.0/",
    date=pages.READ,
    effort=Effort(0.5, 0.25),
    sources=(0, 15),
    targets=(16, 0),
    guilty=Example(
        sql="CREATE ROLE {new} LOGIN CREATEROLE PASSWORD 'Not-a-secret-1'",
        subject="role {new}",
        clean="DROP ROLE {new}",
        with_roles=True,
        until=15,
        target="rds-17",
    ),
    innocent=Example(
        sql="CREATE ROLE {new} LOGIN CREATEDB PASSWORD 'Not-a-secret-1'",
        clean="DROP ROLE {new}",
        with_roles=True,
        until=15,
        target="rds-17",
    ),
)
def createrole_narrowed(context: Context) -> Iterator[Hit]:
    """Find roles with CREATEROLE that are no superusers."""
    if not context.source_major:
        return
    for role in own_roles(context):
        if role.create_role and not role.superuser:
            yield hit(
                role,
                f"role {plain(role.name)}",
                f"The role {plain(role.name)} has CREATEROLE; from PostgreSQL 16 on it no longer manages"
                " roles that others created.",
                f"GRANT some_role TO {quoted(role.name)} WITH ADMIN OPTION; -- each role it is to manage",
            )
