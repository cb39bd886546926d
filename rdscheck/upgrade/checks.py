"""What stands in the way of a major upgrade: a list of checks, as data.

A check is a query that returns one text per finding. It knows nothing of sandboxes: any connection will
do. ``precheck.py`` runs them. What only the service knows is not here: instance class, read replicas,
zero-ETL integrations, storage.

AWS documents most of them (the process page, and a tool of its own in ``RDS_TOOL``); pg_upgrade makes the
others. Queries take parameters by name: ``%(offered)s`` the extensions of the target's list,
``%(update_first)s`` those to be updated before a major is skipped, ``%(gone)s`` columns of system views
that the target no longer has.
"""

from dataclasses import dataclass, field
from typing import LiteralString

from rdscheck.upgrade import queries

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
PROCESS = f"{_GUIDE}/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.Process.html"
RDS_TOOL = "https://github.com/awslabs/rds-support-tools/blob/main/postgres/diag/shell/pg-major-version-upgrade-precheck.sh"
PG_UPGRADE = "https://github.com/postgres/postgres/blob/REL_18_STABLE/src/bin/pg_upgrade/check.c"
_EVENT_TRIGGERS = f"{_GUIDE}/PostgreSQL.Concepts.General.FeatureSupport.EventTriggers.html"

INSTANCE, DATABASE = "instance", "database"

#: Who makes a check: the service before it takes the instance down, or pg_upgrade after that.
SERVICE, TOOL = "precheck", "pg_upgrade"


@dataclass(frozen=True)
class Check:
    """One thing that blocks an upgrade, or should be known before.

    ``sql`` returns rows with one text, the object found. ``line`` is what the precheck log says, with
    ``{found}`` for the list of objects; ``event`` the sentence of the event where one is published.
    ``sources`` and ``targets`` are first and last major it applies to, 0 for no limit. ``certainty``
    tells how well it is known that RDS checks this, ``wording`` whether the words are RDS's.
    """

    id: str
    scope: str
    sql: LiteralString
    line: str
    fix: str
    source: str
    certainty: str = "documented"
    wording: str = "guessed"
    event: str = ""
    sources: tuple[int, int] = (0, 0)
    targets: tuple[int, int] = (0, 0)
    by: str = SERVICE
    blocks: bool = True
    skipping_only: bool = False  # applies only when the upgrade skips a major
    parameters: dict[str, object] = field(default_factory=dict)

    def applies(self, source: int, target: int) -> bool:
        """Tell whether the check is made for an upgrade between two majors."""
        return (
            _within(source, self.sources)
            and _within(target, self.targets)
            and not (self.skipping_only and not _skips(source, target))
        )


def _within(major: int, limits: tuple[int, int]) -> bool:
    first, last = limits
    return first <= major and (not last or major <= last)


def _skips(source: int, target: int) -> bool:
    return target - source > 1


CHECKS = (
    Check(
        "invalid_db",
        INSTANCE,
        "SELECT datname::text FROM pg_catalog.pg_database WHERE datconnlimit = -2 ORDER BY 1",
        "One or more databases are invalid, left behind by an interrupted DROP DATABASE: {found}. Drop them.",
        "DROP DATABASE finishes what was interrupted",
        PROCESS,
    ),
    Check(
        "no_connections",
        INSTANCE,
        "SELECT datname::text FROM pg_catalog.pg_database"
        " WHERE NOT datallowconn AND datname <> 'template0' AND datconnlimit <> -2 ORDER BY 1",
        "All databases but template0 must allow connections. These do not: {found}.",
        "ALTER DATABASE … ALLOW_CONNECTIONS true",
        RDS_TOOL,
    ),
    Check(
        "templates",
        INSTANCE,
        "SELECT name FROM unnest('{template0,template1}'::text[]) name WHERE NOT EXISTS"
        " (SELECT FROM pg_catalog.pg_database WHERE datname = name AND datistemplate) ORDER BY 1",
        "template0 and template1 must exist and be templates. These are not: {found}.",
        "ALTER DATABASE … IS_TEMPLATE true",
        RDS_TOOL,
    ),
    Check(
        "db_name",
        INSTANCE,
        "SELECT datname::text FROM pg_catalog.pg_database WHERE datname !~ '^[A-Za-z0-9_-]+$' ORDER BY 1",
        "The database name contains characters that are not supported by RDS for PostgreSQL."
        " Rename the database.",
        "ALTER DATABASE … RENAME TO a name of letters, digits, underscores and dashes",
        PROCESS,
        wording="documented",
    ),
    Check(
        "role_prefix",
        INSTANCE,
        "SELECT rolname::text FROM pg_catalog.pg_roles WHERE rolname ~ '^pg_' AND oid >= 16384 ORDER BY 1",
        "One or more role names start with 'pg_'. Rename all role names that start with 'pg_'.",
        "ALTER ROLE … RENAME TO …",
        PROCESS,
        wording="documented",
        sources=(0, 9),
    ),
    Check(
        "prepared_xacts",
        INSTANCE,
        "SELECT gid FROM pg_catalog.pg_prepared_xacts ORDER BY 1",
        "There are uncommitted prepared transactions. Please commit or rollback all prepared transactions.",
        "COMMIT PREPARED or ROLLBACK PREPARED, in the database and as the role that prepared it",
        PROCESS,
        wording="documented",
    ),
    Check(
        "logical_slots",
        INSTANCE,
        "SELECT slot_name::text FROM pg_catalog.pg_replication_slots WHERE slot_type = 'logical' ORDER BY 1",
        "The instance could not be upgraded because one or more databases have logical replication slots."
        " Please drop all logical replication slots and try again.",
        "SELECT pg_drop_replication_slot(…) for every slot; pglogical's are on the publisher",
        PROCESS,
        wording="observed",
        event="The instance could not be upgraded because one or more databases have logical replication"
        " slots. Please drop all logical replication slots and try again",
        sources=(0, 16),
    ),
    Check(
        "invalid_slots",
        INSTANCE,
        queries.INVALID_SLOTS,
        "One or more logical replication slots are invalid: {found}. Drop them.",
        "SELECT pg_drop_replication_slot(…)",
        PG_UPGRADE,
        by=TOOL,
        sources=(17, 0),
    ),
    Check(
        "large_objects",
        INSTANCE,
        "SELECT count(*)::text FROM pg_catalog.pg_largeobject_metadata HAVING count(*) >= %(many)s",
        "The database has many large objects: {found}. The upgrade may run out of memory.",
        "an instance class with 32 GiB of memory or more; vacuumlo removes orphans",
        PROCESS,
        parameters={"many": 25_000_000},
        blocks=False,
    ),
    Check(
        "reg_types",
        DATABASE,
        queries.COLUMNS_OF_TYPES,
        'The ["reg*"] data types are used in user tables. Remove all usage of these data types.',
        "ALTER TABLE … ALTER COLUMN … TYPE text; regclass, regtype and regrole may stay",
        PROCESS,
        wording="documented",
        parameters={
            "types": ["regproc", "regprocedure", "regoper", "regoperator", "regconfig", "regdictionary"]
        },
    ),
    Check(
        "reg_types_upstream",
        DATABASE,
        queries.COLUMNS_OF_TYPES,
        'The ["reg*"] data types are used in user tables. Remove all usage of these data types.',
        "ALTER TABLE … ALTER COLUMN … TYPE text",
        PG_UPGRADE,
        wording="documented",
        by=TOOL,
        parameters={"types": ["regcollation", "regnamespace"]},
    ),
    Check(
        "unknown_type",
        DATABASE,
        queries.COLUMNS_OF_TYPES,
        'The ["unknown"] data types are used in user tables. Remove all usage of these data types.',
        "ALTER TABLE … ALTER COLUMN … TYPE text",
        PROCESS,
        wording="documented",
        event="The instance could not be upgraded because the 'unknown' data type is used in user tables."
        " Please remove all usages of the 'unknown' data type and try again.",
        sources=(0, 9),
        parameters={"types": ["unknown"]},
    ),
    Check(
        "old_types",
        DATABASE,
        queries.COLUMNS_OF_TYPES,
        "The data types abstime, reltime, tinterval or sql_identifier are used in user tables: {found}."
        " Remove all usage of these data types.",
        "ALTER TABLE … ALTER COLUMN … TYPE timestamptz, interval, tstzrange or text",
        PG_UPGRADE,
        by=TOOL,
        sources=(0, 11),
        parameters={"types": ["abstime", "reltime", "tinterval", "sql_identifier"]},
    ),
    Check(
        "aclitem_type",
        DATABASE,
        queries.COLUMNS_OF_TYPES,
        "The data type aclitem is used in user tables: {found}. Its form changed in 16.",
        "ALTER TABLE … ALTER COLUMN … TYPE text",
        PG_UPGRADE,
        by=TOOL,
        sources=(0, 15),
        targets=(16, 0),
        parameters={"types": ["aclitem"]},
    ),
    Check(
        "system_composites",
        DATABASE,
        queries.COLUMNS_OF_SYSTEM_ROWS,
        "Row types of system catalogs are used in user tables: {found}.",
        "store the columns that are needed in columns of their own",
        PG_UPGRADE,
        by=TOOL,
    ),
    Check(
        "with_oids",
        DATABASE,
        queries.TABLES_WITH_OIDS,
        "Tables are declared WITH OIDS: {found}.",
        "ALTER TABLE … SET WITHOUT OIDS",
        PG_UPGRADE,
        by=TOOL,
        sources=(0, 11),
        targets=(12, 0),
    ),
    Check(
        "encoding_conversions",
        DATABASE,
        queries.CONVERSIONS,
        "There are user-defined encoding conversions: {found}. Their functions have to change for 14.",
        "DROP CONVERSION, and create it again after the upgrade",
        PG_UPGRADE,
        by=TOOL,
        sources=(0, 13),
        targets=(14, 0),
    ),
    Check(
        "postfix_operators",
        DATABASE,
        queries.POSTFIX_OPERATORS,
        "There are user-defined postfix operators: {found}. They are not supported from 14 on.",
        "DROP OPERATOR, and use a prefix operator or the function itself",
        PG_UPGRADE,
        by=TOOL,
        sources=(0, 13),
        targets=(14, 0),
    ),
    Check(
        "polymorphics",
        DATABASE,
        queries.POLYMORPHICS,
        "User-defined objects refer to functions of arrays whose arguments changed in 14: {found}.",
        "drop them, and create them again after the upgrade with anycompatiblearray and anycompatible",
        PG_UPGRADE,
        by=TOOL,
        sources=(0, 13),
        targets=(14, 0),
    ),
    Check(
        "not_null_inheritance",
        DATABASE,
        queries.NULL_BY_INHERITANCE,
        "Columns may be null although the table they inherit from forbids it: {found}.",
        "ALTER TABLE … ALTER COLUMN … SET NOT NULL on the child, or DROP NOT NULL on the parent",
        PG_UPGRADE,
        by=TOOL,
        sources=(0, 17),
        targets=(18, 0),
    ),
    Check(
        "subscriptions",
        DATABASE,
        queries.COPYING_SUBSCRIPTIONS,
        "Subscriptions have tables that are being copied: {found}.",
        "wait until all tables are ready",
        PG_UPGRADE,
        by=TOOL,
        sources=(17, 0),
    ),
    Check(
        "ext_unsupported",
        DATABASE,
        "SELECT extname::text FROM pg_catalog.pg_extension WHERE extname <> ALL (%(offered)s) ORDER BY 1",
        "The database has extensions installed that are not supported on the target database version."
        " Drop the following extensions from your database: {found}.",
        "DROP EXTENSION in every database that has it",
        PROCESS,
        wording="documented",
    ),
    Check(
        "pg_repack",
        DATABASE,
        "SELECT extname::text FROM pg_catalog.pg_extension WHERE extname = 'pg_repack'",
        "The database has the extension pg_repack installed. Drop it, and create it again after the upgrade.",
        "DROP EXTENSION pg_repack; it holds no data",
        RDS_TOOL,
        targets=(14, 0),
    ),
    Check(
        "ext_update_first",
        DATABASE,
        "SELECT e.name::text FROM pg_catalog.pg_available_extensions e"
        " WHERE e.name = ANY (%(update_first)s) AND e.installed_version <> e.default_version ORDER BY 1",
        "The upgrade skips a major version. Update the following extensions first: {found}.",
        "ALTER EXTENSION … UPDATE, or drop it",
        PROCESS,
        skipping_only=True,
    ),
    Check(
        "rdkit",
        DATABASE,
        queries.OLD_RDKIT,
        "The extension rdkit is too old for version 17.",
        "upgrade to a minor with a later rdkit first: 14.14, 15.9 or 16.5",
        PROCESS,
        sources=(0, 16),
        targets=(17, 17),
    ),
    Check(
        "event_triggers",
        DATABASE,
        queries.EVENT_TRIGGERS,
        "The database has event triggers: {found}. Delete them before the upgrade.",
        "DROP EVENT TRIGGER, and create it again after the upgrade",
        _EVENT_TRIGGERS,
    ),
    Check(
        "event_triggers_of_extensions",
        DATABASE,
        queries.EVENT_TRIGGERS_OF_EXTENSIONS,
        "The database has event triggers that belong to extensions: {found}.",
        "nothing; if the upgrade is refused for them, drop the extension and create it again afterwards",
        _EVENT_TRIGGERS,
        certainty="guessed",
        blocks=False,
    ),
    Check(
        "system_views",
        DATABASE,
        queries.VIEWS_ON_COLUMNS,
        "The database has views or materialized views that depend on columns of system views that the target"
        " no longer has: {found}. Drop the views.",
        "DROP VIEW, and create it again after the upgrade with the columns of the new version",
        PROCESS,
        certainty="derived",
    ),
)

#: Column of a system view -> the first major without it, in the databases of PostgreSQL itself.
GONE_COLUMNS = {
    "pg_stat_ssl.compression": 14,
    "pg_database.datlastsysoid": 15,
    "element_types.domain_default": 16,
    "pg_collation.colliculocale": 17,
    "pg_database.daticulocale": 17,
    "pg_stat_bgwriter.buffers_backend": 17,
    "pg_stat_bgwriter.buffers_backend_fsync": 17,
    "pg_stat_bgwriter.buffers_checkpoint": 17,
    "pg_stat_bgwriter.checkpoint_sync_time": 17,
    "pg_stat_bgwriter.checkpoint_write_time": 17,
    "pg_stat_bgwriter.checkpoints_req": 17,
    "pg_stat_bgwriter.checkpoints_timed": 17,
    "pg_stat_progress_vacuum.max_dead_tuples": 17,
    "pg_stat_progress_vacuum.num_dead_tuples": 17,
    "pg_attribute.attcacheoff": 18,
    "pg_backend_memory_contexts.parent": 18,
    "pg_stat_io.op_bytes": 18,
    "pg_stat_wal.wal_sync": 18,
    "pg_stat_wal.wal_sync_time": 18,
    "pg_stat_wal.wal_write": 18,
    "pg_stat_wal.wal_write_time": 18,
}

#: Extensions that AWS asks to update before a major is skipped.
UPDATE_FIRST = (
    "address_standardizer",
    "address_standardizer_data_us",
    "postgis",
    "postgis_raster",
    "postgis_tiger_geocoder",
    "postgis_topology",
)
