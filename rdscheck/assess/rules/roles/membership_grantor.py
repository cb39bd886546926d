"""A membership that somebody other than the master user granted."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.facts import Flavour, Membership
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.assess.who import known, of_service
from rdscheck.model import Certainty


@rule(
    id="membership-grantor",
    problem="A membership was granted by a role that the restoring user cannot grant for.",
    why="pg_dumpall writes GRANT … GRANTED BY, and only a superuser, or from 16 on a member of the grantor,"
    " may name somebody else there. The statement fails, and the member goes without the role.",
    fix="Grant the role again without GRANTED BY.",
    severity=Severity.WARNING,
    source=pages.postgresql("sql-grant"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(0.25, 0.05),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE ROLE {new}; CREATE ROLE {new}_giver; CREATE ROLE {new}_member; GRANT {new} TO"
        " {new}_giver WITH ADMIN OPTION; GRANT {new} TO {new}_member GRANTED BY {new}_giver",
        subject="role {new}_member",
        clean="DROP ROLE {new}_member; DROP ROLE {new}_giver; DROP ROLE {new}",
        with_roles=True,
    ),
    innocent=Example(
        sql="CREATE ROLE {new}; CREATE ROLE {new}_member; GRANT {new} TO {new}_member WITH ADMIN OPTION",
        clean="DROP ROLE {new}_member; DROP ROLE {new}",
        with_roles=True,
    ),
)
def membership_grantor(context: Context) -> Iterator[Hit]:
    """Find memberships with a grantor of users."""
    found: dict[str, list[Membership]] = {}
    for one in context.facts.memberships:
        if one.grantor and _other(context, one):
            found.setdefault(one.member, []).append(one)
    for member, held in found.items():
        roles = ", ".join(f"{plain(one.role)} by {plain(one.grantor)}" for one in held)
        yield hit(
            held[0],
            f"role {plain(member)}",
            f"The role {plain(member)} was granted {roles}; GRANTED BY another role fails for the master"
            " user.",
            "\n".join(
                f"GRANT {quoted(one.role)} TO {quoted(member)}{' WITH ADMIN OPTION' if one.admin else ''};"
                for one in held
            ),
        )


def _other(context: Context, one: Membership) -> bool:
    """Tell whether somebody granted it who is not there: on a dump of the service that is rdsadmin, too."""
    if of_service(one.grantor):
        return context.facts.origin.flavour is not Flavour.PLAIN and not of_service(one.member)
    return not known(one.grantor, context.facts)
