"""A role with the attribute SUPERUSER."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import one_line
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.roles._owned import creation, owning
from rdscheck.assess.target import Move
from rdscheck.assess.who import BOOTSTRAP, becomes_master, own_roles


@rule(
    id="superuser-role",
    problem="A role is a superuser, and no user of RDS can be one.",
    why="ALTER ROLE … SUPERUSER fails, and with it everything else pg_dumpall writes into the same"
    " statement: LOGIN and the password. What the role may do only as a superuser fails later.",
    fix="Make the role an ordinary one and grant it what it needs; administrators get rds_superuser.",
    severity=Severity.BLOCKER,
    source=pages.ROLES,
    date=pages.READ,
    effort=Effort(2, 2),
    fix_on="target",
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE ROLE {new} SUPERUSER LOGIN",
        subject="role {new}",
        clean="DROP ROLE {new}",
        with_roles=True,
    ),
    innocent=Example(
        sql="CREATE ROLE {new} CREATEDB CREATEROLE LOGIN", clean="DROP ROLE {new}", with_roles=True
    ),
)
def superuser_role(context: Context) -> Iterator[Hit]:
    """Find superusers other than the one the source was made with, which only has another name there."""
    owners = owning(context.facts)
    for role in context.facts.roles:
        if role.name not in BOOTSTRAP and becomes_master(role.name, context.facts):
            yield hit(
                role,
                f"role {plain(role.name)}",
                f"The source was made with the superuser {plain(role.name)}; {context.target.name} has none.",
                "Make the instance with a master user of that name.",
                severity=Severity.NOTE,
            )
    for role in own_roles(context):
        if role.superuser:
            yield hit(
                role,
                f"role {plain(role.name)}",
                f"The role {plain(role.name)} is a superuser; {context.target.name} has none to give.",
                f"{creation(role, owners)}\n"
                f"-- and, only for an administrator: GRANT rds_superuser TO {one_line(quoted(role.name))}",
            )
