"""Addresses of the pages that several rules rest on, and the day they were read."""

READ = "2026-10-01"

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
_AURORA = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide"
_NOTES = "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes"
_POSTGRES = "https://www.postgresql.org/docs/current"

_FEATURES = f"{_GUIDE}/PostgreSQL.Concepts.General.FeatureSupport"
_TASKS = f"{_GUIDE}/Appendix.PostgreSQL.CommonDBATasks"

UPGRADE = f"{_GUIDE}/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.Process.html"
AURORA_UPGRADE = f"{_AURORA}/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.html"
UPGRADE_SCRIPT = (
    "https://github.com/awslabs/rds-support-tools/tree/main/postgres/diag/"
    "pg-major-version-upgrade-precheck-tool"
)
PG_UPGRADE_CHECKS = "https://github.com/postgres/postgres/blob/REL_18_STABLE/src/bin/pg_upgrade/check.c"
BLUE_GREEN = f"{_GUIDE}/blue-green-deployments-considerations.html"
PARAMETERS = f"{_GUIDE}/Appendix.PostgreSQL.CommonDBATasks.Parameters.html"
AURORA_PARAMETERS = f"{_AURORA}/AuroraPostgreSQL.Reference.ParameterGroups.html"
RELEASES = f"{_NOTES}/postgresql-versions.html"
AURORA_RELEASES = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraPostgreSQLReleaseNotes/AuroraPostgreSQL.Updates.html"
)
COLLATIONS = f"{_GUIDE}/PostgreSQL-Collations.html"
AUTHENTICATION = f"{_GUIDE}/database-authentication.html"
TLS = f"{_GUIDE}/PostgreSQL.Concepts.General.SSL.html"
CRON = f"{_GUIDE}/PostgreSQL_pg_cron.html"
PARTMAN = f"{_GUIDE}/PostgreSQL_Partitions.html"
DNS = f"{_GUIDE}/Appendix.PostgreSQL.CommonDBATasks.CustomDNS.html"
FOREIGN_DATA = f"{_GUIDE}/Appendix.PostgreSQL.CommonDBATasks.Extensions.foreign-data-wrappers.html"
PASSWORDS = f"{_GUIDE}/PostgreSQL_Password_Encryption_configuration.html"
CREATE_INSTANCE = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html"
LOGGING = f"{_GUIDE}/USER_LogAccess.Concepts.PostgreSQL.overview.parameter-groups.html"
BABELFISH = f"{_AURORA}/babelfish-architecture.html"

PG_LIBPQ = f"{_POSTGRES}/libpq-connect.html"
PG_POSTGRES_FDW = f"{_POSTGRES}/postgres-fdw.html"
PG_TYPES = f"{_POSTGRES}/datatype-oid.html"
PG_SNAPSHOTS = f"{_POSTGRES}/functions-info.html"
PG_COLLATION = f"{_POSTGRES}/collation.html"
PG_CREATE_DATABASE = f"{_POSTGRES}/sql-createdatabase.html"
PG_MULTIBYTE = f"{_POSTGRES}/multibyte.html"
PG_SETTINGS = f"{_POSTGRES}/view-pg-settings.html"
PG_PARAMETERS = f"{_POSTGRES}/config-setting.html"
PG_LOGICAL_UPGRADE = f"{_POSTGRES}/logical-replication-upgrade.html"
PG_UPGRADE = f"{_POSTGRES}/pgupgrade.html"
PG_DUMP = f"{_POSTGRES}/app-pgdump.html"
ROLES = f"{_TASKS}.Roles.rds_superuser.html"
ORAFCE = f"{_TASKS}.orafce.html"
PGAUDIT = f"{_TASKS}.pgaudit.html"
IAM_ACCOUNTS = f"{_GUIDE}/UsingWithRDS.IAMDBAuth.DBAccounts.html"
IMPORTING = f"{_GUIDE}/PostgreSQL.Procedural.Importing.html"
COPYING = f"{_GUIDE}/PostgreSQL.Procedural.Importing.Copy.html"
LOG_FDW = f"{_GUIDE}/CHAP_PostgreSQL.Extensions.log_fdw.html"
CASTS = f"{_GUIDE}/PostgreSQL.CustomCasts.html"
TABLESPACES = f"{_FEATURES}.Tablespaces.html"
LOGICAL = f"{_FEATURES}.LogicalReplication.html"
EVENT_TRIGGERS = f"{_FEATURES}.EventTriggers.html"
EXTENSIONS = f"{_FEATURES}.Extensions.html"
BACKUPS = f"{_GUIDE}/USER_WorkingWithAutomatedBackups.html"
LARGE_OBJECTS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/PostgreSQL_large_objects_lo_extension.html"
)
EXTENSION_LIST = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html"
)
ALWAYS_NOSUPERUSER = "https://github.com/ansible-collections/community.postgresql/issues/96"
READ_REPLICAS = f"{_GUIDE}/USER_PostgreSQL.Replication.ReadReplicas.html"


def release(major: str) -> str:
    """Return the address of the release notes of a major, as ``15`` or ``9.6``."""
    return (
        f"https://www.postgresql.org/docs/release/{major}.0/"
        if "." not in major
        else (f"https://www.postgresql.org/docs/release/{major}/")
    )


def postgresql(page: str) -> str:
    """Return the address of a page of PostgreSQL's manual, for example of ``sql-createcast``."""
    name, _, part = page.partition("#")
    return f"https://www.postgresql.org/docs/current/{name}.html" + (f"#{part}" if part else "")
