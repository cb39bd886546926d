"""A role that logs in with tokens of IAM or through Kerberos."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.assess.who import of_service

_NEEDS = {
    "rds_iam": "IAM database authentication switched on, and an IAM policy with rds-db:connect for it",
    "rds_ad": "a directory joined, for Kerberos",
}


@rule(
    id="iam-role-membership",
    problem="A role logs in through IAM or Kerberos, which the new instance has to be set up for.",
    why="Membership moves with the roles, the setting of the instance and policies that name its resource"
    " id do not. A member of rds_iam cannot log in with a password.",
    fix="Switch IAM database authentication on, and name the new instance in the policies.",
    severity=Severity.NOTE,
    source=pages.IAM_ACCOUNTS,
    date=pages.READ,
    effort=Effort(1, 0.1),
    moves=(Move.RESTORE,),
    # Only RDS has these roles, so only dumps of it grant them.
    guilty=Example(dump="CREATE ROLE app;\nGRANT rds_iam TO app GRANTED BY postgres;\n", subject="role app"),
    innocent=Example(dump="CREATE ROLE app;\nGRANT rds_superuser TO app GRANTED BY postgres;\n"),
)
def iam_role_membership(context: Context) -> Iterator[Hit]:
    """Find members of rds_iam and rds_ad."""
    for one in context.facts.memberships:
        if one.role in _NEEDS and not of_service(one.member):
            yield hit(
                one,
                f"role {plain(one.member)}",
                f"The role {plain(one.member)} is a member of {one.role}: the new instance needs"
                f" {_NEEDS[one.role]}.",
                f"GRANT {one.role} TO {quoted(one.member)};",
            )
