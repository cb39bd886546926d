"""Parameter groups: RDS's defaults, what follows from a value, and the file a server reads.

A group is rendered whole into one file, ``rdscheck.parameters.conf``, which the server's own
``configure.sh`` puts in place; it leaves out what that server has no setting for.
"""

import re
from collections.abc import Iterable, Mapping

from rdscheck.catalog.extensions import creatable, not_delegable, trusted
from rdscheck.catalog.parameters import parameters
from rdscheck.catalog.versions import SANDBOX_MAJORS, emulated
from rdscheck.model import Version
from rdscheck.sandbox.refusals import ParameterRefused

PRELOAD = "shared_preload_libraries"

#: Our library; RDS's stands first in the list under the same name.
LIBRARY = "rdsutils"

_MACHINE = "sized for a test run on a shared machine"
_PATH = "a path or address of the sandbox's own"
_SAFETY = "a sandbox is thrown away, so nothing is written twice or archived"
_LOG = "the log goes to standard error, where the harness reads it"

#: Defaults of RDS that a sandbox does not take over, with the reason. A user's value still holds
#: wherever RDS lets one be set.
OWN: Mapping[str, str] = {
    "archive_command": _SAFETY,
    "archive_mode": _SAFETY,
    "archive_timeout": _SAFETY,
    "fsync": _SAFETY,
    "full_page_writes": _SAFETY,
    "config_file": _PATH,
    "data_directory": _PATH,
    "hba_file": _PATH,
    "ident_file": _PATH,
    "listen_addresses": _PATH,
    "port": _PATH,
    "ssl_ca_file": _PATH,
    "ssl_cert_file": _PATH,
    "ssl_key_file": _PATH,
    "unix_socket_directories": _PATH,
    "unix_socket_group": _PATH,
    "unix_socket_permissions": _PATH,
    "stats_temp_directory": _PATH,
    "log_destination": _LOG,
    "log_directory": _LOG,
    "log_file_mode": _LOG,
    "log_filename": _LOG,
    "log_rotation_age": _LOG,
    "log_truncate_on_rotation": _LOG,
    "logging_collector": _LOG,
    "huge_pages": "this machine may have none",
    "max_connections": _MACHINE,
    "max_replication_slots": "20, for a server that many tests share",
    "max_stack_depth": "bounded by the stack limit of whoever starts the server",
    "max_wal_senders": "20, for a server that many tests share",
    "max_wal_size": _MACHINE,
    "max_worker_processes": "20, for a server that many tests share",
    "min_wal_size": _MACHINE,
    "rds.rds_reserved_connections": "AWS prints no number; the library has its own default",
    "shared_buffers": _MACHINE,
    "ssl": "on wherever the sandbox could make a certificate",
    "wal_level": "follows from rds.logical_replication",
    "wal_sync_method": "depends on the operating system",
}

#: Prefix of a library's parameters -> the library. They are in every group, and in force once it is loaded.
LIBRARY_OF: Mapping[str, str] = {
    "auto_explain": "auto_explain",
    "cron": "pg_cron",
    "orafce": "orafce",
    "pg_bigm": "pg_bigm",
    "pg_hint_plan": "pg_hint_plan",
    "pg_prewarm": "pg_prewarm",
    "pg_similarity": "pg_similarity",
    "pg_stat_statements": "pg_stat_statements",
    "pg_transport": "pg_transport",
    "pgactive": "pgactive",
    "pgaudit": "pgaudit",
    "pglogical": "pglogical",
    "pgtle": "pg_tle",
    "plprofiler": "plprofiler",
    "plrust": "plrust",
}

#: Variables and functions of formulas:
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ParamValuesRef.html
_FORMULA = re.compile(
    r"\{[^{}]*(AllocatedStorage|DBInstance|EndPointPort|TrueIfReplica)|\$DBInstance|^\s*(GREATEST|LEAST|SUM)\(",
    re.IGNORECASE,
)
_ESCAPES = str.maketrans({"\\": "\\\\", "'": "''", "\n": "\\n", "\r": "\\r", "\b": "\\b", "\f": "\\f"})


def is_formula(value: str) -> bool:
    """Tell whether a value is computed from the instance class, as ``{DBInstanceClassMemory/9531392}``."""
    return bool(_FORMULA.search(value))


def libraries(value: str) -> list[str]:
    """Return the names in a value of ``shared_preload_libraries``, rdsutils left out."""
    names = (name.strip() for name in value.split(","))
    return list(dict.fromkeys(name for name in names if name and name != LIBRARY))


def defaults(engine_version: str) -> dict[str, str]:
    """Return what a default group of an engine version such as ``15.4`` sets in a sandbox.

    Raises ``UsageError`` when the catalog has no list of extensions for that version.
    """
    major = int(engine_version.partition(".")[0])
    found = {
        one.name: one.default
        for one in parameters(engine_version).values()
        if one.default and one.name not in OWN and not is_formula(one.default)
    }
    found["rds.extensions"] = ",".join(creatable(engine_version))
    # For the library only: no group of RDS has them.
    found["rdscheck.trusted_extensions"] = ",".join(sorted(trusted(major)))
    found["rdscheck.undelegable_extensions"] = ",".join(sorted(not_delegable()))
    if major >= 16:
        # The page says "2 or more"; it takes over from rds.rds_superuser_reserved_connections, which was 2.
        found["reserved_connections"] = "2"
    # Servers that ask which output plugins may be loaded get those RDS offers.
    found["output_plugin_libraries"] = "pgoutput, test_decoding, pglogical_output, wal2json, decoder_raw"
    return found


def effective(base: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """Return all settings of a group: the defaults, a user's values, and what follows from them."""
    found = {**base, **values}
    loaded = libraries(found.get(PRELOAD, ""))
    found[PRELOAD] = ",".join((LIBRARY, *loaded))
    if "pg_cron" in loaded:
        # Without background workers its jobs would need a password to log in.
        found = {"cron.use_background_workers": "on", "cron.database_name": "postgres"} | found
    active = _on(found.get("rds.enable_pgactive", "0"))
    if active:
        found["rds.logical_replication"] = "1"
        found["track_commit_timestamp"] = "on"
    found["wal_level"] = "logical" if _on(found.get("rds.logical_replication", "0")) else "replica"
    return {name: value for name, value in found.items() if _in_force(name, loaded)}


def _on(value: str) -> bool:
    return value.lower() in {"1", "on", "true", "yes"}


def _in_force(name: str, loaded: Iterable[str]) -> bool:
    library = LIBRARY_OF.get(name.partition(".")[0]) if "." in name else None
    return library is None or library in loaded


def quote(value: str) -> str:
    r"""Return a value as one word of ``postgresql.conf``; raises ``ParameterRefused`` when there is none.

    Line breaks are written ``\n``, so that no value can begin a line of its own.
    """
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ParameterRefused("the value is no valid text") from error
    if "\0" in value:
        raise ParameterRefused("the value holds a zero byte", hint="no setting of PostgreSQL can")
    return f"'{value.translate(_ESCAPES)}'"


def render(settings: Mapping[str, str]) -> str:
    """Return the lines of a group, by name."""
    return "".join(f"{name} = {quote(value)}\n" for name, value in sorted(settings.items()))


def default_text(major: int) -> str:
    """Return the lines a sandbox of a major is built with: the default group of its newest engine version."""
    if major not in SANDBOX_MAJORS:
        return ""
    return render(effective(defaults(emulated(Version(major)).version), {}))
