"""Addresses the rules about extensions and languages cite."""

USER_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
TASKS = f"{USER_GUIDE}/Appendix.PostgreSQL.CommonDBATasks"
RDS_LIST = "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html"
RDS_NOTES = "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-versions.html"
AURORA_LIST = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraPostgreSQLReleaseNotes/AuroraPostgreSQL.Extensions.html"
SUPPORTED = f"{USER_GUIDE}/PostgreSQL.Concepts.General.FeatureSupport.Extensions.html"
PARAMETERS = f"{TASKS}.Parameters.html"
UPGRADE = f"{USER_GUIDE}/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.Process.html"
EXTENSION_UPGRADE = f"{USER_GUIDE}/USER_UpgradeDBInstance.PostgreSQL.ExtensionUpgrades.html"
AURORA_UPGRADE = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.html"
TLE = f"{USER_GUIDE}/PostgreSQL_trusted_language_extension.html"
SUPERUSER = f"{TASKS}.Roles.rds_superuser.html"
MANUAL = "https://www.postgresql.org/docs/current"

#: When these pages were read, where a rule does not say otherwise.
READ = "2026-10-01"
