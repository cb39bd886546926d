"""Parameters set for all roles at once, which only superusers may do."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.parameters._settings import is_of_all_roles, reset, subject
from rdscheck.assess.target import Move


@rule(
    id="all-roles-setting",
    problem="A parameter is set for all roles at once.",
    why="ALTER ROLE ALL is for superusers only, so it is refused on RDS; pg_dumpall leaves such settings "
    "out, and "
    "they are lost without a word.",
    fix="Set the parameter in the parameter group, or for the database or the roles that need it.",
    severity=Severity.WARNING,
    source="https://www.postgresql.org/docs/current/sql-alterrole.html",
    date="2026-10-01",
    effort=Effort(0.25, 0.1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="ALTER ROLE ALL SET vacuum_cost_page_dirty = 21",
        clean="ALTER ROLE ALL RESET vacuum_cost_page_dirty",
        subject="setting vacuum_cost_page_dirty of all roles",
        not_dumped="pg_dumpall leaves settings of all roles out",
    ),
    innocent=Example(
        sql="CREATE ROLE {new}; ALTER ROLE {new} SET vacuum_cost_page_dirty = 21",
        clean="DROP ROLE {new}",
        with_roles=True,
    ),
)
def all_roles_setting(context: Context) -> Iterator[Hit]:
    """Find settings of ALTER ROLE ALL; a statement of a dump (written by hand) stops the restore."""
    for one in context.facts.settings:
        if is_of_all_roles(one):
            yield hit(
                one,
                subject(one),
                f"{one.name} is set for all roles, which only a superuser may do.",
                reset(one, {}),
                severity=Severity.BLOCKER if one.line else Severity.WARNING,
            )
