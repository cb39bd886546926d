"""A role with the attribute REPLICATION."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.roles._owned import creation, owning
from rdscheck.assess.target import Move
from rdscheck.assess.who import own_roles


@rule(
    id="replication-role",
    problem="A role has the attribute REPLICATION, which the master user of RDS cannot give.",
    why="ALTER ROLE … REPLICATION fails together with LOGIN and the password in the same statement; on RDS"
    " membership in rds_replication takes the attribute's place.",
    fix="Create the role without the attribute and grant it rds_replication.",
    severity=Severity.BLOCKER,
    source=pages.ROLES,
    date=pages.READ,
    effort=Effort(0.5, 0.25),
    fix_on="target",
    moves=(Move.RESTORE,),
    # The views of a sandbox hide the attribute, as those of RDS do.
    guilty=Example(
        dump="CREATE ROLE app;\nALTER ROLE app WITH NOSUPERUSER LOGIN REPLICATION NOBYPASSRLS;\n",
        subject="role app",
    ),
    innocent=Example(sql="CREATE ROLE {new} LOGIN", clean="DROP ROLE {new}", with_roles=True),
)
def replication_role(context: Context) -> Iterator[Hit]:
    """Find roles with REPLICATION; superusers have a finding of their own."""
    owners = owning(context.facts)
    for role in own_roles(context):
        if role.replication and not role.superuser:
            yield hit(
                role,
                f"role {plain(role.name)}",
                f"The role {plain(role.name)} has the attribute REPLICATION, which nobody can give on"
                f" {context.target.name}.",
                f"{creation(role, owners)}\nGRANT rds_replication TO {quoted(role.name)};",
            )
