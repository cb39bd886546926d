"""Parameters of the server that RDS keeps to itself."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import from_service
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.parameters._settings import NOT_IN_DUMPS, of_server, subject
from rdscheck.assess.target import Move

#: Where files, sockets and libraries of a server are, and how it writes them: of no meaning to users of RDS.
#: lo_compat_privileges and archiving have rules of their own.
_HOST = frozenset(
    {
        *("archive_command", "archive_mode", "archive_timeout", "config_file", "data_directory", "fsync"),
        *("full_page_writes", "hba_file", "ident_file", "listen_addresses", "lo_compat_privileges"),
        *("log_directory", "log_file_mode", "log_timezone", "log_truncate_on_rotation", "logging_collector"),
        *("port", "rds.extensions", "rds.max_tcp_buffers", "rds.superuser_variables", "server_encoding"),
        *("ssl_ca_file", "ssl_cert_file", "ssl_key_file", "stats_temp_directory", "syslog_facility"),
        *("unix_socket_directories", "unix_socket_group", "unix_socket_permissions", "wal_level"),
        "wal_sync_method",
    }
)
_ON = {"on": "1", "off": "0", "true": "1", "false": "0"}


@rule(
    id="fixed-parameter",
    problem="The server sets a parameter that RDS does not let anyone change.",
    why="The instance has AWS's value, whatever the server had.",
    fix="Do without the setting.",
    severity=Severity.NOTE,
    source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "Appendix.PostgreSQL.CommonDBATasks.Parameters.html",
    date="2026-10-01",
    effort=Effort(0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="ALTER SYSTEM SET restart_after_crash = off; SELECT pg_reload_conf(); SELECT pg_sleep(0.2)",
        clean="ALTER SYSTEM RESET restart_after_crash; SELECT pg_reload_conf()",
        subject="setting restart_after_crash",
        not_dumped=NOT_IN_DUMPS,
    ),
    innocent=Example(
        sql="ALTER SYSTEM SET restart_after_crash = off; SELECT pg_reload_conf(); SELECT pg_sleep(0.2)",
        clean="ALTER SYSTEM RESET restart_after_crash; SELECT pg_reload_conf()",
        flavour=Flavour.RDS,
    ),
)
def fixed_parameter(context: Context) -> Iterator[Hit]:
    """Find settings of a server elsewhere that differ from the value RDS has and keeps."""
    if from_service(context):
        return
    known = context.target.parameters
    for one in of_server(context):
        parameter = known.get(one.name)
        if parameter is None or parameter.modifiable != "no" or one.name in _HOST:
            continue
        if _ON.get(one.value, one.value) == _ON.get(parameter.default, parameter.default):
            continue
        fixed = f"{one.name} is {parameter.default} on RDS" if parameter.default else f"RDS fixes {one.name}"
        yield hit(one, subject(one), f"{fixed}; the server has {one.value}.", source=_page(parameter.source))


def _page(source: str) -> str:
    """Return the first address among what the catalog cites."""
    return next((word.strip(";,") for word in source.split() if word.startswith("https://")), "")
