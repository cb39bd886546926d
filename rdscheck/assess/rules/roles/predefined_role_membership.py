"""A member of a predefined role that the target lacks or does not hand out."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.facts import Membership
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.assess.who import of_service
from rdscheck.model import Certainty

#: First major that has the role. Those of 9.6 and 10 are on every target.
_SINCE = {
    "pg_read_all_data": 14,
    "pg_write_all_data": 14,
    "pg_database_owner": 14,
    "pg_checkpoint": 15,
    "pg_create_subscription": 16,
    "pg_use_reserved_connections": 16,
    "pg_maintain": 17,
    "pg_signal_autovacuum_worker": 18,
}

#: From 16 on giving a role takes ADMIN OPTION on it. Which ones rds_superuser holds with it is documented
#: for pg_monitor and pg_signal_backend; with these it was not seen.
_PERHAPS_NOT = {
    "pg_read_all_settings": "pg_monitor",
    "pg_read_all_stats": "pg_monitor",
    "pg_stat_scan_tables": "pg_monitor",
    "pg_signal_autovacuum_worker": "pg_signal_backend",
    "pg_read_all_data": "",
    "pg_write_all_data": "",
}


@rule(
    id="predefined-role-membership",
    problem="A role is a member of a predefined role that the target lacks, or perhaps does not hand out.",
    why="GRANT fails, and the member goes without the rights.",
    fix="Grant what the role needs one by one.",
    severity=Severity.WARNING,
    source=pages.postgresql("predefined-roles"),
    date=pages.READ,
    certainty=Certainty.GUESSED,
    effort=Effort(0.5, 0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE ROLE {new}; GRANT pg_read_all_data TO {new}",
        subject="role {new}",
        clean="DROP ROLE {new}",
        with_roles=True,
        since=16,
    ),
    innocent=Example(
        sql="CREATE ROLE {new}; GRANT pg_monitor, pg_signal_backend TO {new}",
        clean="DROP ROLE {new}",
        with_roles=True,
    ),
)
def predefined_role_membership(context: Context) -> Iterator[Hit]:
    """Find members of such roles; one finding per member, the worst of its memberships first."""
    target = context.target.major
    found: dict[str, list[Membership]] = {}
    for one in context.facts.memberships:
        if of_service(one.member):
            continue
        if _SINCE.get(one.role, 0) > target or (one.role in _PERHAPS_NOT and target >= 16):
            found.setdefault(one.member, []).append(one)
    for member, held in sorted(found.items()):
        missing = [one.role for one in held if _SINCE.get(one.role, 0) > target]
        yield hit(
            held[0],
            f"role {plain(member)}",
            f"The role {plain(member)} is a member of {', '.join(missing)}, which PostgreSQL {target} does"
            " not have."
            if missing
            else f"The role {plain(member)} is a member of {', '.join(one.role for one in held)}; whether"
            f" the master user of {context.target.name} may grant that is not documented.",
            "\n".join(_instead(one.role, member, one.role in missing) for one in held),
            severity=Severity.BLOCKER if missing else None,
            certainty=Certainty.DOCUMENTED if missing else None,
        )


def _instead(role: str, member: str, missing: bool) -> str:
    to = f"TO {quoted(member)};"
    if not missing and _PERHAPS_NOT[role]:
        return f"GRANT {_PERHAPS_NOT[role]} {to}"
    if role in {"pg_read_all_data", "pg_write_all_data"}:
        right = "SELECT" if "read" in role else "INSERT, UPDATE, DELETE"
        return (
            f"GRANT {right} ON ALL TABLES IN SCHEMA public {to} -- in every schema, and by default privileges"
        )
    return f"REVOKE {quoted(role)} FROM {quoted(member)}; -- on the source, before the dump is taken"
