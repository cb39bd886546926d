"""A setting that was made for all roles at once."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import one_line
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="settings-of-all-roles",
    problem="A parameter was set by ALTER ROLE ALL.",
    why="pg_dumpall does not write such settings, and the master user is refused the statement: what every"
    " session had is gone without an error.",
    fix="Set the parameter in the parameter group, or by ALTER DATABASE for each database.",
    severity=Severity.WARNING,
    source=pages.postgresql("sql-alterrole"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(0.25, 0.1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="ALTER ROLE ALL SET app.{new} = 'on'",
        subject="setting app.{new}",
        clean="ALTER ROLE ALL RESET app.{new}",
        not_dumped="pg_dumpall leaves these settings out",
    ),
    innocent=Example(
        sql="CREATE ROLE {new}; ALTER ROLE {new} SET app.{new} = 'on'",
        clean="DROP ROLE {new}",
        with_roles=True,
    ),
)
def settings_of_all_roles(context: Context) -> Iterator[Hit]:
    """Find such settings."""
    for one in context.facts.settings:
        if one.scope == "server" and one.source == "ALTER ROLE ALL":
            name = plain(*one.name.split("."))
            yield hit(
                one,
                f"setting {name}",
                f"{name} was set for all roles, which nobody may on {context.target.name}.",
                "-- in the parameter group, where it has it, else ALTER DATABASE … SET:"
                f" {one_line(one.name)}",
            )
