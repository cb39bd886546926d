"""Where a database is to go: one engine version of RDS or Aurora, and how it gets there."""

import re
from dataclasses import dataclass
from enum import StrEnum

from rdscheck.catalog.extensions import Offer, offered
from rdscheck.catalog.libraries import PreloadLibrary, preload_libraries
from rdscheck.catalog.parameters import Parameter, parameters
from rdscheck.catalog.versions import emulated, read_version
from rdscheck.errors import UsageError

RDS, AURORA = "rds", "aurora"
_SERVICES = {RDS: "RDS for PostgreSQL", AURORA: "Aurora PostgreSQL"}
_HINT = "for example rds-17, rds-17.5 or aurora-16"


class Move(StrEnum):
    """How a database gets to its target."""

    RESTORE = "restore"  # a dump is restored, or rows are copied, into a new instance
    UPGRADE = "upgrade"  # an instance of RDS or Aurora is upgraded in place


@dataclass(frozen=True)
class Target:
    """An engine version of the service, with what the catalog knows of it."""

    engine: str  # rds or aurora
    version: str  # "17.11": the newest of the major where only that was asked for
    major: int
    exact: bool  # a minor was asked for

    def __str__(self) -> str:
        """Return the form users type: ``rds-17.11``."""
        return f"{self.engine}-{self.version}"

    @property
    def name(self) -> str:
        """Return what reports call it."""
        return f"{_SERVICES[self.engine]} {self.version}"

    @property
    def line(self) -> str:
        """Return engine and major, whatever the minor: ``rds-17``."""
        return f"{self.engine}-{self.major}"

    @property
    def extensions(self) -> Offer:
        """Return its list of extensions by name."""
        return offered(self.version, self.engine)

    @property
    def libraries(self) -> dict[str, PreloadLibrary]:
        """Return what it takes in ``shared_preload_libraries``, by name; empty where nothing is known."""
        return dict(preload_libraries(self.major, self.engine))

    @property
    def parameters(self) -> dict[str, Parameter]:
        """Return what is known of its parameters, by name."""
        return dict(parameters(self.version, self.engine))


def read_target(text: str) -> Target:
    """Return the target a text names; raises ``UsageError`` with what is known near it."""
    rebuild = re.sub(r"-r(?=\d)", "-R", text.strip().lower())
    match = re.fullmatch(r"(rds|aurora)-(\d[\w.\-]*)", rebuild)
    if match is None:
        raise UsageError(f"unknown target {text!r}", hint=_HINT)
    engine, wanted = match.groups()
    version = read_version(wanted)
    row = emulated(version, engine)
    return Target(engine=engine, version=row.version, major=version.major, exact=bool(version.minor))
