"""User mappings that give no password to those who are no superusers."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import from_service
from rdscheck.assess.names import quoted
from rdscheck.assess.pages import PG_POSTGRES_FDW
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.foreign_servers._options import LIBPQ, mapping_subject, options, role_sql
from rdscheck.assess.target import Move

_FALSE = frozenset({"false", "off", "0", "no", "f"})


@rule(
    id="user-mapping-without-password",
    problem="A user mapping gives no password.",
    why="Only superusers may connect to another PostgreSQL without one, and only they may say "
    "password_required false. Nobody is one on RDS: queries on the foreign tables fail, and a mapping with "
    "that option is not created at all.",
    fix="Give the user mapping a password.",
    severity=Severity.BLOCKER,
    source=PG_POSTGRES_FDW,
    date="2026-10-01",
    effort=Effort(0.5, 0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE EXTENSION postgres_fdw; CREATE SERVER sales FOREIGN DATA WRAPPER postgres_fdw "
        "OPTIONS (host 'db.example.com'); CREATE USER MAPPING FOR PUBLIC SERVER sales "
        "OPTIONS (user 'reader', password_required 'false')",
        needs=("postgres_fdw",),
        subject="user mapping of public on sales",
    ),
    innocent=Example(
        sql="CREATE EXTENSION postgres_fdw; CREATE SERVER sales FOREIGN DATA WRAPPER postgres_fdw "
        "OPTIONS (host 'db.example.com'); CREATE USER MAPPING FOR PUBLIC SERVER sales "
        "OPTIONS (user 'reader', password 'kept')",
        needs=("postgres_fdw",),
    ),
)
def user_mapping_without_password(context: Context) -> Iterator[Hit]:
    """Find mappings on servers of libpq without a password, as far as their options can be seen."""
    if from_service(context):
        return
    libpq = {(one.database, one.name) for one in context.facts.servers if one.wrapper in LIBPQ}
    for one in context.facts.user_mappings:
        given = options(one)
        if one.options_hidden or (one.database, one.server) not in libpq:
            continue
        waived = given.get("password_required", "true").lower() in _FALSE
        if waived or not given.get("password"):
            changes = [*(["DROP password_required"] if waived else []), "ADD password '…'"]
            yield hit(
                one,
                mapping_subject(one),
                f"The {mapping_subject(one)} "
                + ("does without a password, as only superusers may." if waived else "gives no password."),
                f"ALTER USER MAPPING FOR {role_sql(one)} SERVER {quoted(one.server)} "
                f"OPTIONS ({', '.join(changes)});",
            )
