"""Role statements as pg_dumpall writes them."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.facts import Role, Via
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.assess.who import own_roles
from rdscheck.model import Certainty

_SHOWN = 20


@rule(
    id="role-attributes-spelled-out",
    problem="The dump sets attributes of roles that only a superuser may mention.",
    why="pg_dumpall writes NOSUPERUSER, NOREPLICATION and NOBYPASSRLS for every role. Even these are"
    " refused to the master user, and the whole statement with them: roles are there without LOGIN and"
    " without password.",
    fix="Take NOSUPERUSER, NOREPLICATION and NOBYPASSRLS out of the statements before they run.",
    severity=Severity.WARNING,
    source=pages.ALWAYS_NOSUPERUSER,
    date=pages.READ,
    certainty=Certainty.OBSERVED,
    effort=Effort(0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE ROLE {new} LOGIN PASSWORD 'Not-a-secret-1'",
        subject="dump roles",
        clean="DROP ROLE {new}",
        with_roles=True,
        not_live="the statements are those of a dump",
    ),
    innocent=Example(sql="CREATE TABLE roles (id integer PRIMARY KEY)"),
)
def role_attributes_spelled_out(context: Context) -> Iterator[Hit]:
    """Find a dump with roles: one finding, with statements that work."""
    if context.facts.origin.via is not Via.DUMP:
        return
    roles = [role for role in own_roles(context) if not role.superuser]
    if roles:
        rest = f"\n-- and {len(roles) - _SHOWN} more" if len(roles) > _SHOWN else ""
        yield hit(
            roles[0],
            "dump roles",
            f"The dump sets attributes of {len(roles)} roles that the master user of {context.target.name}"
            " may not mention.",
            "\n".join(_statement(role) for role in roles[:_SHOWN]) + rest,
        )


def _statement(role: Role) -> str:
    words = [
        word
        for word, wanted in (
            ("LOGIN", role.login),
            ("CREATEDB", role.create_database),
            ("CREATEROLE", role.create_role),
            ("NOINHERIT", not role.inherit),
        )
        if wanted
    ]
    limit = f" CONNECTION LIMIT {role.connection_limit}" if role.connection_limit >= 0 else ""
    return f"ALTER ROLE {quoted(role.name)}{''.join(f' {word}' for word in words) or ' NOLOGIN'}{limit};"
