"""The right to set a parameter, granted to a role."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import one_line
from rdscheck.assess.facts import Grant
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.assess.who import of_service
from rdscheck.model import Certainty


@rule(
    id="parameter-grant",
    problem="A role was granted the right to set a superuser's parameter.",
    why="Only a superuser grants on parameters: GRANT … ON PARAMETER fails, and so does SET of the role"
    " later.",
    fix="Set the parameter in the parameter group, for all sessions.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("sql-grant"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(0.5, 0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE ROLE {new}; GRANT SET ON PARAMETER log_min_messages TO {new}",
        subject="setting log_min_messages",
        clean="DROP OWNED BY {new}; DROP ROLE {new}",
        with_roles=True,
        since=15,
    ),
    innocent=Example(
        sql="CREATE ROLE {new}; ALTER ROLE {new} SET work_mem = '8MB'",
        clean="DROP ROLE {new}",
        with_roles=True,
    ),
)
def parameter_grant(context: Context) -> Iterator[Hit]:
    """Find grants on parameters, one finding per parameter."""
    found: dict[str, list[Grant]] = {}
    for one in context.facts.grants:
        if one.kind == "parameter" and not of_service(one.grantee):
            found.setdefault(one.object, []).append(one)
    for name, held in found.items():
        roles = list(dict.fromkeys(one.grantee for one in held))
        yield hit(
            held[0],
            f"setting {plain(name)}",
            f"{', '.join(plain(role) for role in roles)} may set {plain(name)} by a grant that nobody can"
            f" make on {context.target.name}.",
            "\n".join(
                f"GRANT rds_superuser TO {quoted(role)}; -- only for an administrator" for role in roles
            )
            if name == "session_replication_role"
            else f"-- set {one_line(name)} in the parameter group: aws rds modify-db-parameter-group",
        )
