"""Addresses of the pages that several rules rest on, and the day they were read."""

READ = "2026-10-01"

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
_FEATURES = f"{_GUIDE}/PostgreSQL.Concepts.General.FeatureSupport"
_TASKS = f"{_GUIDE}/Appendix.PostgreSQL.CommonDBATasks"

ROLES = f"{_TASKS}.Roles.rds_superuser.html"
PARAMETERS = f"{_TASKS}.Parameters.html"
ORAFCE = f"{_TASKS}.orafce.html"
PGAUDIT = f"{_TASKS}.pgaudit.html"
IAM_ACCOUNTS = f"{_GUIDE}/UsingWithRDS.IAMDBAuth.DBAccounts.html"
AUTHENTICATION = f"{_GUIDE}/database-authentication.html"
IMPORTING = f"{_GUIDE}/PostgreSQL.Procedural.Importing.html"
COPYING = f"{_GUIDE}/PostgreSQL.Procedural.Importing.Copy.html"
LOG_FDW = f"{_GUIDE}/CHAP_PostgreSQL.Extensions.log_fdw.html"
CASTS = f"{_GUIDE}/PostgreSQL.CustomCasts.html"
TABLESPACES = f"{_FEATURES}.Tablespaces.html"
LOGICAL = f"{_FEATURES}.LogicalReplication.html"
EVENT_TRIGGERS = f"{_FEATURES}.EventTriggers.html"
EXTENSIONS = f"{_FEATURES}.Extensions.html"
UPGRADE = f"{_GUIDE}/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.Process.html"
BLUE_GREEN = f"{_GUIDE}/blue-green-deployments-considerations.html"
BACKUPS = f"{_GUIDE}/USER_WorkingWithAutomatedBackups.html"
READ_REPLICAS = f"{_GUIDE}/USER_PostgreSQL.Replication.ReadReplicas.html"
LARGE_OBJECTS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/PostgreSQL_large_objects_lo_extension.html"
)
EXTENSION_LIST = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html"
)
ALWAYS_NOSUPERUSER = "https://github.com/ansible-collections/community.postgresql/issues/96"


def postgresql(page: str) -> str:
    """Return the address of a page of PostgreSQL's manual, for example of ``sql-createcast``."""
    name, _, part = page.partition("#")
    return f"https://www.postgresql.org/docs/current/{name}.html" + (f"#{part}" if part else "")
