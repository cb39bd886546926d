"""Foreign servers that read certificates or services from files of the old machine."""

from collections.abc import Iterator, Mapping

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import from_service
from rdscheck.assess.names import quoted
from rdscheck.assess.pages import PG_LIBPQ
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.foreign_servers._options import (
    LIBPQ,
    mapping_subject,
    options,
    role_sql,
    server_subject,
)
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

_FILES = frozenset({"passfile", "service", "sslcert", "sslcrl", "sslcrldir", "sslkey", "sslrootcert"})
_NO_FILE = frozenset({"", "system"})


@rule(
    id="foreign-server-client-files",
    problem="A connection to another server reads a file of the old machine.",
    why="Certificates, keys, password files and service files of libpq are files of the host, and RDS lets "
    "nobody put any there.",
    fix="Drop the option: give user, password and sslmode in its place.",
    severity=Severity.BLOCKER,
    source=PG_LIBPQ,
    date="2026-10-01",
    certainty=Certainty.DERIVED,
    effort=Effort(1, 0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE EXTENSION postgres_fdw; CREATE SERVER sales FOREIGN DATA WRAPPER postgres_fdw "
        "OPTIONS (host 'db.example.com', sslmode 'verify-full', sslrootcert '/etc/ssl/own-ca.pem')",
        needs=("postgres_fdw",),
        subject="foreign server sales",
    ),
    innocent=Example(
        sql="CREATE EXTENSION postgres_fdw; CREATE SERVER sales FOREIGN DATA WRAPPER postgres_fdw "
        "OPTIONS (host 'db.example.com', sslmode 'require')",
        needs=("postgres_fdw",),
    ),
)
def foreign_server_client_files(context: Context) -> Iterator[Hit]:
    """Find options of servers and user mappings of libpq that name files."""
    if from_service(context):
        return
    libpq = set()
    for server in context.facts.servers:
        if server.wrapper not in LIBPQ:
            continue
        libpq.add((server.database, server.name))
        found = _files(options(server))
        if found:
            yield hit(
                server,
                server_subject(server.name),
                f"The {server_subject(server.name)} reads files of its host: {', '.join(found)}.",
                f"ALTER SERVER {quoted(server.name)} OPTIONS ({_dropped(found)});",
            )
    for mapping in context.facts.user_mappings:
        found = _files(options(mapping))
        if found and (mapping.database, mapping.server) in libpq:
            yield hit(
                mapping,
                mapping_subject(mapping),
                f"The {mapping_subject(mapping)} reads files of its host: {', '.join(found)}.",
                f"ALTER USER MAPPING FOR {role_sql(mapping)} SERVER {quoted(mapping.server)} "
                f"OPTIONS ({_dropped(found)});",
            )


def _files(given: Mapping[str, str]) -> list[str]:
    return sorted(name for name, value in given.items() if name in _FILES and value not in _NO_FILE)


def _dropped(names: list[str]) -> str:
    return ", ".join(f"DROP {name}" for name in names)
