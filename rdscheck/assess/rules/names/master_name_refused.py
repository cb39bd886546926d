"""Superusers of the source whose names RDS refuses for the master user."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import from_service
from rdscheck.assess.names import plain
from rdscheck.assess.pages import CREATE_INSTANCE
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.assess.who import fits_master
from rdscheck.model import Certainty


@rule(
    id="master-name-refused",
    problem="The superuser's name is one that RDS does not take for the master user.",
    why="The master user takes the place of the superuser; its name has 1 to 16 letters and digits, begins "
    "with a letter, and is not admin, user or rdsadmin. As an ordinary role the name is taken.",
    fix="Choose another master user name, and make this role beside it.",
    severity=Severity.NOTE,
    source=CREATE_INSTANCE,
    date="2026-10-01",
    certainty=Certainty.OBSERVED,
    effort=Effort(0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE ROLE {new}_with_a_long_name SUPERUSER LOGIN",
        clean="DROP ROLE {new}_with_a_long_name",
        subject="role {new}_with_a_long_name",
        with_roles=True,
    ),
    innocent=Example(
        sql="CREATE ROLE {new}_with_a_long_name LOGIN",
        clean="DROP ROLE {new}_with_a_long_name",
        with_roles=True,
    ),
)
def master_name_refused(context: Context) -> Iterator[Hit]:
    """Find superusers of a source elsewhere with such a name."""
    if from_service(context):
        return
    for one in context.facts.roles:
        if not one.superuser or one.name == "rdsadmin" or one.name.startswith("pg_"):
            continue  # both have a rule of their own
        if not fits_master(one.name):
            yield hit(
                one,
                f"role {plain(one.name)}",
                f"The superuser {plain(one.name)} cannot be the master user by that name.",
                "Name the master user postgres or the like when the instance is made.",
            )
