"""Passwords stored as MD5."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import PASSWORDS
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.catalog.roles import reserved_roles

_DEPRECATED = 18


@rule(
    id="password-md5",
    problem="The role's password is stored as MD5.",
    why="RDS still takes it, unless rds.accepted_password_auth_method is scram. PostgreSQL 18 warns of such "
    "passwords, and a later major will refuse them.",
    fix="Set the password again, with password_encryption = scram-sha-256.",
    severity=Severity.NOTE,
    source=PASSWORDS,
    date="2026-10-01",
    effort=Effort(0.5, 0.1),
    guilty=Example(
        sql="SET password_encryption = 'md5'; CREATE ROLE {new} LOGIN PASSWORD 'kept'",
        clean="DROP ROLE {new}",
        subject="role {new}",
        with_roles=True,
    ),
    innocent=Example(
        sql="SET password_encryption = 'scram-sha-256'; CREATE ROLE {new} LOGIN PASSWORD 'kept'",
        clean="DROP ROLE {new}",
        since=14,  # a sandbox of 13 has such passwords itself, as RDS 13 has
        with_roles=True,
    ),
)
def password_md5(context: Context) -> Iterator[Hit]:
    """Find roles that log in with such a password."""
    of_service = reserved_roles()
    for one in context.facts.roles:
        if one.login and one.password == "md5" and one.name not in of_service:  # noqa: S105
            warned = f"; {context.target.version} warns of it" if context.target.major >= _DEPRECATED else ""
            yield hit(
                one,
                f"role {plain(one.name)}",
                f"The password of the role {plain(one.name)} is stored as MD5{warned}.",
                f"ALTER ROLE {quoted(one.name)} PASSWORD '…';  -- or \\password of psql, which logs nothing",
            )
