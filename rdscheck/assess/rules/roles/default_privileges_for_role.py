"""Default privileges of another role."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.facts import DefaultPrivilege, Via
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.assess.who import known
from rdscheck.model import Certainty


@rule(
    id="default-privileges-for-role",
    problem="Default privileges belong to a role that the restoring user must be a member of.",
    why="ALTER DEFAULT PRIVILEGES FOR ROLE needs membership in that role, for the master user as well."
    " Without them nothing is granted on what the role creates later, and applications fail long after the"
    " move.",
    fix="Grant the role to the master user before the restore.",
    severity=Severity.WARNING,
    source="https://github.com/movetokube/postgres-operator/issues/121",
    date=pages.READ,
    certainty=Certainty.OBSERVED,
    effort=Effort(0.25, 0.1),
    fix_on="target",
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE ROLE {new}; ALTER DEFAULT PRIVILEGES FOR ROLE {new} GRANT SELECT ON TABLES TO PUBLIC",
        subject="role {new}",
        clean="DROP OWNED BY {new}; DROP ROLE {new}",
    ),
    innocent=Example(
        sql="CREATE ROLE {new}; ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {new}",
        clean="DROP OWNED BY {new}; DROP ROLE {new}",
    ),
)
def default_privileges_for_role(context: Context) -> Iterator[Hit]:
    """Find roles with default privileges, one finding per role and database."""
    found: dict[tuple[str, str], list[DefaultPrivilege]] = {}
    for one in context.facts.default_privileges:
        if not known(one.role, context.facts):
            found.setdefault((one.database, one.role), []).append(one)
    made = {role.name for role in context.facts.roles if context.facts.origin.via is Via.DUMP}
    for (_, role), held in found.items():
        kinds = ", ".join(sorted({one.kind or "objects" for one in held}))
        yield hit(
            held[0],
            f"role {plain(role)}",
            f"Default privileges of the role {plain(role)} ({kinds}): who restores must be a member of it.",
            f"GRANT {quoted(role)} TO CURRENT_USER; -- as the master user, before the restore",
            fix_on="source" if role in made else "",
        )
