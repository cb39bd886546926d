"""A password that stands in a dump as people type it."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="role-password-in-clear",
    problem="A password stands in the dump as clear text.",
    why="Whoever reads the file knows it, and the statement goes into the log of the new server, too, when"
    " statements are logged.",
    fix="Take the password out of the file, and set it with \\password, which sends its hash.",
    severity=Severity.WARNING,
    source=pages.postgresql("sql-alterrole"),
    date=pages.READ,
    effort=Effort(0.25, 0.25),
    moves=(Move.RESTORE,),
    # A server keeps no clear text.
    guilty=Example(dump="CREATE ROLE app LOGIN PASSWORD 'Not-a-secret-1';\n", subject="role app"),
    innocent=Example(
        dump="CREATE ROLE app;\nALTER ROLE app WITH LOGIN PASSWORD"
        " 'SCRAM-SHA-256$4096:AAAAAAAAAAAAAAAAAAAAAA=="
        "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';\n"
    ),
)
def role_password_in_clear(context: Context) -> Iterator[Hit]:
    """Find roles whose password is no hash."""
    for role in context.facts.roles:
        if role.password == "plain":  # noqa: S105
            yield hit(
                role,
                f"role {plain(role.name)}",
                f"The password of the role {plain(role.name)} stands in the dump as clear text.",
                f"\\password {quoted(role.name)} -- and take it out of the file",
            )
