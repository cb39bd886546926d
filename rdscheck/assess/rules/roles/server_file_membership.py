"""A member of a role that reaches files and programs of the host."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.facts import Membership
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.assess.who import of_service
from rdscheck.model import Certainty

_INSTEAD = {
    "pg_read_server_files": "\\copy of psql, or aws_s3.table_import_from_s3",
    "pg_write_server_files": "\\copy of psql, or aws_s3.query_export_to_s3",
    "pg_execute_server_program": "a program outside the database, or aws_lambda",
}


@rule(
    id="server-file-membership",
    problem="A role is a member of one that reaches files or programs of the server's host.",
    why="Nobody can be given that on RDS, and there is no host to reach: GRANT fails, and so does what the"
    " role did with it.",
    fix="Leave the GRANT out, and move the work to a client or to Amazon S3.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("predefined-roles"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(2, 2),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE ROLE {new}; GRANT pg_read_server_files TO {new}",
        subject="role {new}",
        clean="DROP ROLE {new}",
        with_roles=True,
    ),
    innocent=Example(
        sql="CREATE ROLE {new}; GRANT pg_monitor TO {new}", clean="DROP ROLE {new}", with_roles=True
    ),
)
def server_file_membership(context: Context) -> Iterator[Hit]:
    """Find members of the three roles for the host."""
    found: dict[str, list[Membership]] = {}
    for one in context.facts.memberships:
        if one.role in _INSTEAD and not of_service(one.member):
            found.setdefault(one.member, []).append(one)
    for member, held in sorted(found.items()):
        yield hit(
            held[0],
            f"role {plain(member)}",
            f"The role {plain(member)} is a member of {', '.join(sorted(one.role for one in held))}, which"
            f" {context.target.name} gives to nobody.",
            "\n".join(
                f"REVOKE {quoted(one.role)} FROM {quoted(member)}; -- use {_INSTEAD[one.role]}"
                for one in held
            ),
        )
