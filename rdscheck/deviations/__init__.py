"""Known differences, by key: sandbox against RDS, backend against backend, document against both.

A scenario or test names a key; a key nobody knows is an error when it is
collected, and a difference that goes away fails the build.
"""

from rdscheck.deviations import (
    aws_lambda,
    aws_s3,
    backends,
    documents,
    extensions,
    iam,
    pglogical,
    profile,
    upgrade,
)
from rdscheck.errors import RdscheckError
from rdscheck.model import Deviation, DocumentationFinding

DEVIATIONS: dict[str, Deviation] = {
    one.key: one
    for one in (
        *aws_lambda.DEVIATIONS,
        *aws_s3.DEVIATIONS,
        *backends.DEVIATIONS,
        *extensions.DEVIATIONS,
        *iam.DEVIATIONS,
        *pglogical.DEVIATIONS,
        *profile.DEVIATIONS,
        *upgrade.DEVIATIONS,
    )
}

DOCUMENTATION_FINDINGS: dict[str, DocumentationFinding] = {
    one.key: one for one in (*aws_lambda.FINDINGS, *documents.FINDINGS, *pglogical.FINDINGS)
}


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
