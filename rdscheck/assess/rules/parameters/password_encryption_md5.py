"""RDS 13 and older store new passwords as MD5."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import from_service
from rdscheck.assess.pages import PASSWORDS
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.parameters._restored import default_of, once
from rdscheck.assess.target import Move

_NAME = "password_encryption"


@rule(
    id="password-encryption-md5",
    problem="The target stores new passwords as MD5 unless told otherwise.",
    why="password_encryption is md5 by default up to RDS 13, while the source has made SCRAM secrets: "
    "passwords set after the move are weaker than before.",
    fix="Set password_encryption = scram-sha-256 in the parameter group.",
    severity=Severity.NOTE,
    source=PASSWORDS,
    date="2026-10-01",
    effort=Effort(0.1),
    moves=(Move.RESTORE,),
    targets=(0, 13),
    guilty=Example(
        sql="SET password_encryption = 'scram-sha-256'; CREATE ROLE {new} LOGIN PASSWORD 'kept'",
        clean="DROP ROLE {new}",
        subject=f"setting {_NAME}",
        until=13,
        target="rds-13",
        with_roles=True,
    ),
    innocent=Example(
        sql="SET password_encryption = 'md5'; CREATE ROLE {new} LOGIN PASSWORD 'kept'",
        clean="DROP ROLE {new}",
        until=13,
        target="rds-13",
        with_roles=True,
    ),
)
def password_encryption_md5(context: Context) -> Iterator[Hit]:
    """Say it once, where roles of the source have SCRAM secrets."""
    scram = any(role.password == "scram" for role in context.facts.roles)  # noqa: S105
    if scram and default_of(context, _NAME) == "md5" and not from_service(context):
        yield from once(context, _NAME, "", "Set password_encryption = scram-sha-256 in the parameter group.")
