"""Faults in settings and sessions: settings.c, sessions.c."""

from tests.mutations.profile.fault import Fault, c

FAULTS = (
    Fault(
        "static-set",
        "rds.logical_replication can be SET",
        (
            "parameters/set-logical-replication-master",
            "parameters/set-config-ordinary",
            "parameters/function-set-master",
        ),
        c(
            "settings.c",
            '"Enables logical decoding.", flag++, false, PGC_POSTMASTER',
            '"", flag++, false, PGC_USERSET',
        ),
    ),
    Fault(
        "dynamic-set",
        "rds.allowed_extensions can be SET",
        ("parameters/set-allowed-extensions-ordinary", "parameters/alter-role-set-master"),
        c(
            "settings.c",
            '&rds_allowed_extensions, "*", PGC_SIGHUP',
            '&rds_allowed_extensions, "*", PGC_USERSET',
        ),
    ),
    Fault(
        "unknown-set",
        "anybody makes up parameters under rds.",
        ("parameters/unknown-set-master", "parameters/unknown-set-ordinary"),
        c("settings.c", 'MarkGUCPrefixReserved("rds");', ";"),
        since=15,
    ),
    Fault(
        "delegates-delegate",
        "who is in rds_extension delegates to himself",
        (
            "extensions/delegated-self-delegate",
            "extensions/delegated-self-role-delegate",
            "parameters/set-delegated-extensions-ordinary",
            "parameters/set-drop-cascade-delegate",
        ),
        c("settings.c", "if (source == PGC_S_TEST && rds_is_rds_superuser())", "if (true)"),
    ),
    Fault(
        "nobody-delegates",
        "members of rds_superuser cannot delegate",
        ("parameters/alter-database-delegated-master",),
        c("settings.c", "if (source == PGC_S_TEST && rds_is_rds_superuser())", "if (false)"),
    ),
    Fault(
        "asterisk-unknown",
        "an asterisk in a list of extensions stands for itself",
        ("extensions/delegated-star-delegate", "extensions/dblink-master", "extensions/trusted-hstore-owner"),
        c("settings.c", "&& *first == '*')\n\t\t\treturn true;", "&& *first == '*')\n\t\t\treturn false;"),
    ),
    Fault(
        "slots-not-kept",
        "no connections are kept for rds_superuser",
        ("test_connections.py::test_slots_are_reserved",),
        c("sessions.c", "ReservedBackends + rds_superuser_reserved_connections;", "0;"),
        until=15,
    ),
)
