"""rdscheck: does it work on Amazon RDS for PostgreSQL? Find out before production does.

What scenarios and other projects' tests may import stands here; everything else is internal.
"""

from rdscheck.babelfish.naming import flattened, physical_index, physical_user, quote
from rdscheck.babelfish.parsing import physical_name
from rdscheck.catalog.extensions import listed, not_delegable, offered
from rdscheck.catalog.libraries import preload_libraries
from rdscheck.claims.marking import claims_of
from rdscheck.errors import InvalidFeatureName, RdscheckError
from rdscheck.model import Basis, Status
from rdscheck.refusal import refused
from rdscheck.sandbox.database import Database
from rdscheck.sandbox.refusals import IncompatibleParameters, LibraryMissing, ParameterRefused
from rdscheck.sandbox.server import unique_name
from rdscheck.sandbox.upgrading import UpgradeBlocked, UpgradeFailed
from rdscheck.scenario import claim, deviation, documentation_finding, rests_on, scenario
from rdscheck.upgrade.targets import TargetRefused

__version__ = "0.1.0"

__all__ = [
    "Basis",
    "Database",
    "IncompatibleParameters",
    "InvalidFeatureName",
    "LibraryMissing",
    "ParameterRefused",
    "RdscheckError",
    "Status",
    "TargetRefused",
    "UpgradeBlocked",
    "UpgradeFailed",
    "claim",
    "claims_of",
    "deviation",
    "documentation_finding",
    "flattened",
    "listed",
    "not_delegable",
    "offered",
    "physical_index",
    "physical_name",
    "physical_user",
    "preload_libraries",
    "quote",
    "refused",
    "rests_on",
    "scenario",
    "unique_name",
]
