"""Passwords of other servers, which a dump holds in the clear."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.foreign_servers._options import mapping_subject, options, role_sql
from rdscheck.assess.target import Move

_SECRET = frozenset({"password", "passwd", "sslpassword", "remote_password", "secret", "secret_key", "token"})


@rule(
    id="user-mapping-password",
    problem="A user mapping holds a password, which a dump writes in the clear.",
    why="Whoever reads the dump can log in on that server; whoever may not see the mapping's options gets a "
    "mapping without them.",
    fix="Keep the dump safe, and change the password when the move is done.",
    severity=Severity.NOTE,
    source="https://www.postgresql.org/docs/current/view-pg-user-mappings.html",
    date="2026-10-01",
    effort=Effort(0.25, 0.1),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE EXTENSION postgres_fdw; CREATE SERVER sales FOREIGN DATA WRAPPER postgres_fdw "
        "OPTIONS (host 'db.example.com'); CREATE USER MAPPING FOR PUBLIC SERVER sales "
        "OPTIONS (user 'reader', password 'kept')",
        needs=("postgres_fdw",),
        subject="user mapping of public on sales",
    ),
    innocent=Example(
        sql="CREATE EXTENSION postgres_fdw; CREATE SERVER sales FOREIGN DATA WRAPPER postgres_fdw "
        "OPTIONS (host 'db.example.com'); CREATE USER MAPPING FOR PUBLIC SERVER sales OPTIONS (user "
        "'password')",
        needs=("postgres_fdw",),
    ),
)
def user_mapping_password(context: Context) -> Iterator[Hit]:
    """Find mappings with an option that is a secret."""
    for one in context.facts.user_mappings:
        if _SECRET & options(one).keys():
            yield hit(
                one,
                mapping_subject(one),
                f"The {mapping_subject(one)} holds a password.",
                f"ALTER USER MAPPING FOR {role_sql(one)} SERVER {quoted(one.server)} "
                "OPTIONS (SET password '…');  -- the new one",
            )
