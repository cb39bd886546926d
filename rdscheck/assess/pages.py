"""Addresses of the pages that several rules rest on, and the day they were read."""

from rdscheck.upgrade import checks

READ = "2026-10-01"

USER_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
_AURORA = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide"
_NOTES = "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes"
MANUAL = "https://www.postgresql.org/docs/current"

_FEATURES = f"{USER_GUIDE}/PostgreSQL.Concepts.General.FeatureSupport"
TASKS = f"{USER_GUIDE}/Appendix.PostgreSQL.CommonDBATasks"

UPGRADE = checks.PROCESS
PG_UPGRADE_CHECKS = checks.PG_UPGRADE
AURORA_UPGRADE = f"{_AURORA}/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.html"
UPGRADE_SCRIPT = (
    "https://github.com/awslabs/rds-support-tools/tree/main/postgres/diag/"
    "pg-major-version-upgrade-precheck-tool"
)
BLUE_GREEN = f"{USER_GUIDE}/blue-green-deployments-considerations.html"
PARAMETERS = f"{TASKS}.Parameters.html"
AURORA_PARAMETERS = f"{_AURORA}/AuroraPostgreSQL.Reference.ParameterGroups.html"
RELEASES = f"{_NOTES}/postgresql-versions.html"
AURORA_RELEASES = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraPostgreSQLReleaseNotes/AuroraPostgreSQL.Updates.html"
)
COLLATIONS = f"{USER_GUIDE}/PostgreSQL-Collations.html"
AUTHENTICATION = f"{USER_GUIDE}/database-authentication.html"
TLS = f"{USER_GUIDE}/PostgreSQL.Concepts.General.SSL.html"
CRON = f"{USER_GUIDE}/PostgreSQL_pg_cron.html"
PARTMAN = f"{USER_GUIDE}/PostgreSQL_Partitions.html"
DNS = f"{USER_GUIDE}/Appendix.PostgreSQL.CommonDBATasks.CustomDNS.html"
FOREIGN_DATA = f"{USER_GUIDE}/Appendix.PostgreSQL.CommonDBATasks.Extensions.foreign-data-wrappers.html"
PASSWORDS = f"{USER_GUIDE}/PostgreSQL_Password_Encryption_configuration.html"
CREATE_INSTANCE = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html"
LOGGING = f"{USER_GUIDE}/USER_LogAccess.Concepts.PostgreSQL.overview.parameter-groups.html"
BABELFISH = f"{_AURORA}/babelfish-architecture.html"

PG_LIBPQ = f"{MANUAL}/libpq-connect.html"
PG_POSTGRES_FDW = f"{MANUAL}/postgres-fdw.html"
PG_TYPES = f"{MANUAL}/datatype-oid.html"
PG_SNAPSHOTS = f"{MANUAL}/functions-info.html"
PG_COLLATION = f"{MANUAL}/collation.html"
PG_CREATE_DATABASE = f"{MANUAL}/sql-createdatabase.html"
PG_MULTIBYTE = f"{MANUAL}/multibyte.html"
PG_SETTINGS = f"{MANUAL}/view-pg-settings.html"
PG_PARAMETERS = f"{MANUAL}/config-setting.html"
PG_LOGICAL_UPGRADE = f"{MANUAL}/logical-replication-upgrade.html"
PG_UPGRADE = f"{MANUAL}/pgupgrade.html"
PG_DUMP = f"{MANUAL}/app-pgdump.html"
ROLES = f"{TASKS}.Roles.rds_superuser.html"
ORAFCE = f"{TASKS}.orafce.html"
PGAUDIT = f"{TASKS}.pgaudit.html"
IAM_ACCOUNTS = f"{USER_GUIDE}/UsingWithRDS.IAMDBAuth.DBAccounts.html"
IMPORTING = f"{USER_GUIDE}/PostgreSQL.Procedural.Importing.html"
COPYING = f"{USER_GUIDE}/PostgreSQL.Procedural.Importing.Copy.html"
LOG_FDW = f"{USER_GUIDE}/CHAP_PostgreSQL.Extensions.log_fdw.html"
CASTS = f"{USER_GUIDE}/PostgreSQL.CustomCasts.html"
TABLESPACES = f"{_FEATURES}.Tablespaces.html"
LOGICAL = f"{_FEATURES}.LogicalReplication.html"
EVENT_TRIGGERS = f"{_FEATURES}.EventTriggers.html"
EXTENSIONS = f"{_FEATURES}.Extensions.html"
BACKUPS = f"{USER_GUIDE}/USER_WorkingWithAutomatedBackups.html"
LARGE_OBJECTS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/PostgreSQL_large_objects_lo_extension.html"
)
AURORA_EXTENSION_LIST = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraPostgreSQLReleaseNotes/AuroraPostgreSQL.Extensions.html"
EXTENSION_LIST = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html"
)
ALWAYS_NOSUPERUSER = "https://github.com/ansible-collections/community.postgresql/issues/96"
READ_REPLICAS = f"{USER_GUIDE}/USER_PostgreSQL.Replication.ReadReplicas.html"


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
    return f"{MANUAL}/{name}.html" + (f"#{part}" if part else "")
