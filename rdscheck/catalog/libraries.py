"""Which libraries ``shared_preload_libraries`` may name on RDS, per major."""

from collections.abc import Mapping
from dataclasses import dataclass

from rdscheck.catalog.store import shipped


@dataclass(frozen=True)
class PreloadLibrary:
    """A library RDS loads.

    ``min_version`` is the first engine version that takes it, empty where it is all of them.
    ``certainty`` is documented, observed, derived, or begins with "fixed" for rdsutils, which is
    always loaded and no value a user gives.
    """

    name: str
    min_version: str
    certainty: str
    source: str


def preload_libraries(major: int, engine: str = "rds") -> Mapping[str, PreloadLibrary]:
    """Return the libraries of a major by name, rdsutils among them; empty where none are known."""
    return {
        row["library"]: PreloadLibrary(row["library"], row["min_version"], row["certainty"], row["source"])
        for row in shipped("preload_libraries")
        if row["engine"] == engine and row["pg_major"] == str(major)
    }
