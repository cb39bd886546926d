"""pgaudit.role with a role of one's own."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.extensions._pages import READ, TASKS
from rdscheck.assess.target import Move

_ROLE = "rds_pgaudit"
_SET = "CREATE ROLE {new};\nALTER ROLE {new} SET pgaudit.role = "


@rule(
    id="pgaudit-role-fixed",
    problem="Object auditing goes by a role of your own; on RDS pgaudit.role can only be rds_pgaudit.",
    why="What the audit role may touch is audited. On RDS that role is rds_pgaudit, set in the parameter"
    " group: with privileges granted to another role nothing is audited, silently.",
    fix="Create rds_pgaudit, grant it what the audit role had, and set pgaudit.role in the parameter group.",
    severity=Severity.WARNING,
    source=f"{TASKS}.pgaudit.basic-setup.html",
    date=READ,
    moves=(Move.RESTORE,),
    effort=Effort(1),
    guilty=Example(
        sql=_SET + "'auditor'",
        subject="setting pgaudit.role of role {new}",
        clean="DROP ROLE {new}",
        with_roles=True,
    ),
    innocent=Example(sql=_SET + "'rds_pgaudit'", clean="DROP ROLE {new}", with_roles=True),
)
def pgaudit_role_fixed(context: Context) -> Iterator[Hit]:
    """Find settings of pgaudit.role to anything else."""
    for one in context.facts.settings:
        if one.name != "pgaudit.role" or one.scope == "session" or one.value.strip("'\"") in {"", _ROLE}:
            continue
        where = "" if one.scope == "server" else f" of {one.scope} {plain(one.subject)}"
        yield hit(
            one,
            f"setting pgaudit.role{where}",
            f"pgaudit.role is {plain(one.value)}; {context.target.name} takes {_ROLE} only.",
            f"CREATE ROLE {_ROLE};\n-- after the restore: GRANT … TO {_ROLE}, for what the audit role had",
            fix_on="target",
        )
