"""Role statements as pg_dumpall writes them."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.facts import Via
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.roles._owned import creation, owning
from rdscheck.assess.target import Move
from rdscheck.assess.who import own_roles
from rdscheck.model import Certainty


@rule(
    id="role-attributes-spelled-out",
    problem="The dump sets attributes of a role that only a superuser may mention.",
    why="pg_dumpall writes NOSUPERUSER, NOREPLICATION and NOBYPASSRLS for every role. Even these are"
    " refused to the master user, and the whole statement with them: roles are there without LOGIN and"
    " without password.",
    fix="Take NOSUPERUSER, NOREPLICATION and NOBYPASSRLS out of the statements before they run.",
    severity=Severity.WARNING,
    source=pages.ALWAYS_NOSUPERUSER,
    date=pages.READ,
    certainty=Certainty.OBSERVED,
    effort=Effort(0.5, 0.02),
    fix_on="target",
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE ROLE {new} LOGIN PASSWORD 'Not-a-secret-1'",
        subject="role {new}",
        clean="DROP ROLE {new}",
        with_roles=True,
        not_live="the statements are those of a dump",
    ),
    innocent=Example(
        dump="CREATE ROLE app;\nALTER ROLE app WITH INHERIT NOCREATEROLE NOCREATEDB LOGIN;\n",
    ),
)
def role_attributes_spelled_out(context: Context) -> Iterator[Hit]:
    """Find the ordinary roles of a dump, with statements that work; others have findings of their own."""
    if context.facts.origin.via is not Via.DUMP:
        return
    owners = owning(context.facts)
    for role in own_roles(context):
        if role.spelled and not (role.superuser or role.replication or role.bypass_rls):
            yield hit(
                role,
                f"role {plain(role.name)}",
                f"The dump sets {', '.join(role.spelled)} of the role {plain(role.name)}, on or off, which"
                f" the master user of {context.target.name} may not mention.",
                creation(role, owners),
            )
