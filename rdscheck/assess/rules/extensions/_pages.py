"""Addresses the rules about extensions and languages cite, under the names they use."""

from rdscheck.assess.pages import AURORA_EXTENSION_LIST as AURORA_LIST
from rdscheck.assess.pages import AURORA_UPGRADE, MANUAL, PARAMETERS, READ, TASKS, UPGRADE, USER_GUIDE
from rdscheck.assess.pages import EXTENSION_LIST as RDS_LIST
from rdscheck.assess.pages import EXTENSIONS as SUPPORTED
from rdscheck.assess.pages import RELEASES as RDS_NOTES
from rdscheck.assess.pages import ROLES as SUPERUSER

EXTENSION_UPGRADE = f"{USER_GUIDE}/USER_UpgradeDBInstance.PostgreSQL.ExtensionUpgrades.html"
TLE = f"{USER_GUIDE}/PostgreSQL_trusted_language_extension.html"

__all__ = [
    "AURORA_LIST",
    "AURORA_UPGRADE",
    "EXTENSION_UPGRADE",
    "MANUAL",
    "PARAMETERS",
    "RDS_LIST",
    "RDS_NOTES",
    "READ",
    "SUPERUSER",
    "SUPPORTED",
    "TASKS",
    "TLE",
    "UPGRADE",
    "USER_GUIDE",
]
