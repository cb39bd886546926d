"""A privilege on a function or relation of the system."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.acts import CALLS, RELATIONS
from rdscheck.assess.facts import Grant
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.assess.who import of_service
from rdscheck.model import Certainty

#: Everybody may call these; what they do is checked inside.
_OPEN = frozenset(
    {
        "pg_advisory_lock",
        "pg_cancel_backend",
        "pg_create_logical_replication_slot",
        "pg_create_physical_replication_slot",
        "pg_replication_slot_advance",
        "pg_terminate_backend",
        "set_config",
        "pg_stat_activity",
        "pg_stat_replication",
    }
)
_MONITOR = frozenset(
    {"pg_current_logfile", "pg_ls_archive_statusdir", "pg_ls_logdir", "pg_ls_tmpdir", "pg_ls_waldir"}
)
_CLOSED = (CALLS | RELATIONS) - _OPEN


@rule(
    id="system-object-grant",
    problem="A role holds a privilege on an object of the system that cannot be granted again.",
    why="Objects of the system belong to rdsadmin: GRANT fails, or succeeds with the warning that no"
    " privileges were granted, and the role goes without.",
    fix="Grant a predefined role such as pg_monitor where it covers the need.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("ddl-priv"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(0.5, 0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE ROLE {new}; GRANT EXECUTE ON FUNCTION pg_catalog.pg_read_file(text) TO {new}",
        subject="function pg_catalog.pg_read_file(text)",
        clean="DROP OWNED BY {new}; DROP ROLE {new}",
    ),
    innocent=Example(
        sql="CREATE ROLE {new}; CREATE FUNCTION pg_read_file(integer) RETURNS integer LANGUAGE sql AS"
        " 'SELECT $1'; GRANT EXECUTE ON FUNCTION public.pg_read_file(integer) TO {new}",
        clean="DROP OWNED BY {new}; DROP ROLE {new}",
    ),
)
def system_object_grant(context: Context) -> Iterator[Hit]:
    """Find privileges on functions and relations of pg_catalog, one finding per object."""
    found: dict[tuple[str, str, str], list[Grant]] = {}
    for one in context.facts.grants:
        if one.object.startswith(("pg_catalog.", "information_schema.")) and not of_service(one.grantee):
            found.setdefault((one.database, one.kind, one.object), []).append(one)
    for (_, kind, name), held in found.items():
        bare = name.partition(".")[2].partition("(")[0]
        roles = list(dict.fromkeys(one.grantee for one in held))
        rights = ", ".join(sorted({one.privilege for one in held}))
        yield hit(
            held[0],
            f"{kind} {name}",
            f"{', '.join(plain(role) for role in roles)} holds {rights} on {name}, which the master user of"
            f" {context.target.name} cannot grant.",
            "\n".join(f"GRANT pg_monitor TO {quoted(role)};" for role in roles) if bare in _MONITOR else "",
            severity=None if bare in _CLOSED else Severity.NOTE,
        )
