"""Known differences, by key: sandbox against RDS, backend against backend, document against both.

One table each. A scenario names a key; a key nobody knows is an error when
scenarios are collected, and a difference that goes away fails the build.
"""

from rdscheck.errors import RdscheckError
from rdscheck.model import Deviation, DocumentationFinding

_EXPORT_GUIDE = "RDS for PostgreSQL: export to S3 with a stored procedure"
_EXPORT_DOCS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/postgresql-s3-export.html"
_EXPORT_REFERENCE = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/postgresql-s3-export-functions.html"
)

DEVIATIONS: dict[str, Deviation] = {}

DOCUMENTATION_FINDINGS: dict[str, DocumentationFinding] = {}


class UnknownKey(RdscheckError):
    """A scenario names a deviation or documentation finding that has no entry here."""


def deviation(key: str) -> Deviation:
    """Return the deviation of that key or raise ``UnknownKey``."""
    try:
        return DEVIATIONS[key]
    except KeyError:
        raise UnknownKey(
            f"no deviation has the key {key!r}", hint="add it to rdscheck/deviations.py"
        ) from None


def documentation_finding(key: str) -> DocumentationFinding:
    """Return the documentation finding of that key or raise ``UnknownKey``."""
    try:
        return DOCUMENTATION_FINDINGS[key]
    except KeyError:
        raise UnknownKey(
            f"no documentation finding has the key {key!r}", hint="add it to rdscheck/deviations.py"
        ) from None
