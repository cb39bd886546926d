"""A role that logs in without a password."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.facts import Role, Via
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.assess.who import own_roles


@rule(
    id="role-without-password",
    problem="A role may log in and has no password.",
    why="It gets in by trust, peer, a certificate or the like now. RDS has no pg_hba.conf to edit: there"
    " are passwords, tokens of IAM, and Kerberos.",
    fix="Set a password, or let the role log in with IAM tokens.",
    severity=Severity.WARNING,
    source=pages.AUTHENTICATION,
    date=pages.READ,
    effort=Effort(0.5, 0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE ROLE {new} LOGIN", subject="role {new}", clean="DROP ROLE {new}", with_roles=True
    ),
    innocent=Example(
        sql="CREATE ROLE {new} LOGIN PASSWORD 'Not-a-secret-1'; CREATE ROLE {new}_team NOLOGIN",
        clean="DROP ROLE {new}; DROP ROLE {new}_team",
        with_roles=True,
    ),
)
def role_without_password(context: Context) -> Iterator[Hit]:
    """Find roles that may log in without a password; those with IAM or Kerberos need none."""
    otherwise = {one.member for one in context.facts.memberships if one.role in {"rds_iam", "rds_ad"}}
    for role in own_roles(context):
        if role.login and role.password == "none" and role.name not in otherwise:  # noqa: S105
            yield hit(
                role,
                f"role {plain(role.name)}",
                f"The role {plain(role.name)} may log in, and {_seen(context, role)}.",
                f"\\password {quoted(role.name)} -- psql asks for it, and no log gets it\n"
                f"GRANT rds_iam TO {quoted(role.name)}; -- or this, with IAM authentication of the instance",
            )


def _seen(context: Context, role: Role) -> str:
    if context.facts.origin.via is Via.DUMP and role.line:
        return "the dump has no password for it (pg_dumpall --no-role-passwords leaves all of them out)"
    return "has no password"
