"""A role that is called like one of the service's own."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.assess.who import from_service, of_service


@rule(
    id="reserved-role-name",
    problem="A role has a name that RDS keeps for a role of its own.",
    why="CREATE ROLE and ALTER ROLE fail for it, and its members would become members of the service's role.",
    fix="Rename the role before the dump is taken.",
    severity=Severity.BLOCKER,
    source=pages.ROLES,
    date=pages.READ,
    effort=Effort(1, 1),
    moves=(Move.RESTORE,),
    # A sandbox has these roles itself.
    guilty=Example(
        dump="CREATE ROLE rds_replication;\nALTER ROLE rds_replication WITH NOSUPERUSER NOLOGIN;\n",
        subject="role rds_replication",
    ),
    innocent=Example(
        dump="CREATE ROLE rds_pgaudit;\nALTER ROLE rds_pgaudit WITH NOSUPERUSER NOLOGIN;\n"
        "CREATE ROLE rds_reports;\n",
    ),
)
def reserved_role_name(context: Context) -> Iterator[Hit]:
    """Find roles of the service's names, unless the source is an instance of the service."""
    if from_service(context.facts):
        return
    for role in context.facts.roles:
        if of_service(role.name):
            yield hit(
                role,
                f"role {plain(role.name)}",
                f"The role {plain(role.name)} has the name of a role that {context.target.name} brings"
                " itself.",
                f"ALTER ROLE {quoted(role.name)} RENAME TO {quoted('own_' + role.name)};",
            )
