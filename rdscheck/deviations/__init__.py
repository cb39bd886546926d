"""Known differences, by key: sandbox against RDS, backend against backend, document against both.

A scenario or test names a key; a key nobody knows is an error when it is
collected, and a difference that goes away fails the build.
"""

from rdscheck.deviations import (
    aws_lambda,
    aws_s3,
    babelfish,
    backends,
    control,
    documents,
    duckdb,
    extensions,
    iam,
    login,
    pglogical,
    pgstream,
    profile,
    upgrade,
)
from rdscheck.deviations.recognising import RECOGNISED, Recognised
from rdscheck.errors import RdscheckError
from rdscheck.model import Deviation, DocumentationFinding

#: Each holds its DEVIATIONS, its documentation FINDINGS, or both.
_SUBJECTS = (
    aws_lambda,
    aws_s3,
    babelfish,
    backends,
    control,
    documents,
    duckdb,
    extensions,
    iam,
    login,
    pglogical,
    pgstream,
    profile,
    upgrade,
)

DEVIATIONS: dict[str, Deviation] = {
    one.key: one for subject in _SUBJECTS for one in getattr(subject, "DEVIATIONS", ())
}

DOCUMENTATION_FINDINGS: dict[str, DocumentationFinding] = {
    one.key: one for subject in _SUBJECTS for one in getattr(subject, "FINDINGS", ())
}


__all__ = [
    "DEVIATIONS",
    "DOCUMENTATION_FINDINGS",
    "RECOGNISED",
    "Recognised",
    "UnknownKey",
    "deviation",
    "documentation_finding",
]


class UnknownKey(RdscheckError):
    """A scenario names a deviation or documentation finding that has no entry here."""


def deviation(key: str) -> Deviation:
    """Return the deviation of that key or raise ``UnknownKey``."""
    try:
        return DEVIATIONS[key]
    except KeyError:
        raise UnknownKey(f"no deviation has the key {key!r}", hint="add it to rdscheck/deviations") from None


def documentation_finding(key: str) -> DocumentationFinding:
    """Return the documentation finding of that key or raise ``UnknownKey``."""
    try:
        return DOCUMENTATION_FINDINGS[key]
    except KeyError:
        raise UnknownKey(
            f"no documentation finding has the key {key!r}", hint="add it to rdscheck/deviations"
        ) from None
