"""rdscheck: does it work on Amazon RDS for PostgreSQL? Find out before production does.

What scenarios and other projects' tests may import stands here; everything else is internal. Each name is
loaded when it is first asked for: a program that needs one of them does not wait for all.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rdscheck.babelfish.naming import flattened, physical_index, physical_user, quote
    from rdscheck.babelfish.parsing import physical_name
    from rdscheck.catalog.extensions import listed, not_delegable, offered
    from rdscheck.catalog.libraries import preload_libraries
    from rdscheck.claims.marking import claims_of
    from rdscheck.decorators import claim, deviation, documentation_finding, rests_on, scenario
    from rdscheck.errors import InvalidFeatureName, RdscheckError
    from rdscheck.model import Basis, Status
    from rdscheck.refusal import refused
    from rdscheck.sandbox.database import Database
    from rdscheck.sandbox.refusals import IncompatibleParameters, LibraryMissing, ParameterRefused
    from rdscheck.sandbox.server import unique_name
    from rdscheck.sandbox.upgrading import UpgradeBlocked, UpgradeFailed
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

_FROM = {
    "rdscheck.babelfish.naming": "flattened physical_index physical_user quote",
    "rdscheck.babelfish.parsing": "physical_name",
    "rdscheck.catalog.extensions": "listed not_delegable offered",
    "rdscheck.catalog.libraries": "preload_libraries",
    "rdscheck.claims.marking": "claims_of",
    "rdscheck.errors": "InvalidFeatureName RdscheckError",
    "rdscheck.model": "Basis Status",
    "rdscheck.refusal": "refused",
    "rdscheck.sandbox.database": "Database",
    "rdscheck.sandbox.refusals": "IncompatibleParameters LibraryMissing ParameterRefused",
    "rdscheck.sandbox.server": "unique_name",
    "rdscheck.sandbox.upgrading": "UpgradeBlocked UpgradeFailed",
    "rdscheck.decorators": "claim deviation documentation_finding rests_on scenario",
    "rdscheck.upgrade.targets": "TargetRefused",
}
_MODULES = {name: module for module, names in _FROM.items() for name in names.split()}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
