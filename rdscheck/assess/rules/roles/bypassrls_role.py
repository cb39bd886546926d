"""A role with the attribute BYPASSRLS."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.roles._owned import creation, owning
from rdscheck.assess.target import Move
from rdscheck.assess.who import own_roles
from rdscheck.model import Certainty


@rule(
    id="bypassrls-role",
    problem="A role has the attribute BYPASSRLS, which the master user of RDS cannot give.",
    why="ALTER ROLE … BYPASSRLS fails together with LOGIN and the password in the same statement. Without"
    " the attribute the role sees only the rows that policies show it, and no error tells so: reports and"
    " backups become incomplete.",
    fix="Give the role a policy of its own on every table with row security.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("sql-createrole"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(1, 0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE ROLE {new} BYPASSRLS LOGIN",
        subject="role {new}",
        clean="DROP ROLE {new}",
        with_roles=True,
    ),
    innocent=Example(
        sql="CREATE TABLE notes (id integer); ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE ROLE"
        " {new}; CREATE POLICY everything ON notes TO {new} USING (true)",
        clean="DROP OWNED BY {new}; DROP ROLE {new}",
        with_roles=True,
    ),
)
def bypassrls_role(context: Context) -> Iterator[Hit]:
    """Find roles with BYPASSRLS, and the tables where that mattered."""
    owners = owning(context.facts)
    tables = [one for one in context.facts.relations if one.row_security]
    for role in own_roles(context):
        if role.bypass_rls and not role.superuser:
            name = plain(role.name)
            policies = "\n".join(
                f"CREATE POLICY {quoted(role.name + '_all')} ON {quoted(one.schema, one.name)} TO"
                f" {quoted(role.name)} USING (true) WITH CHECK (true);"
                for one in tables
            )
            yield hit(
                role,
                f"role {name}",
                f"The role {name} has the attribute BYPASSRLS, which nobody can give on"
                f" {context.target.name}; tables with row security: {len(tables)}.",
                f"{creation(role, owners)}\n{policies or '-- no table with row security was seen'}",
            )
