"""Parameters of RDS's parameter groups: defaults, when they apply, whether they can be changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rdscheck.catalog.numbering import covers, order_key
from rdscheck.catalog.store import Row, overlay, refreshed, shipped
from rdscheck.errors import RdscheckError


@dataclass(frozen=True)
class Parameter:
    """One parameter as a parameter group of RDS has it.

    ``default`` is empty where it is not known and may be a formula of the instance class.
    ``allowed`` is as AWS prints it: alternatives between bars, ranges, or words.
    """

    name: str
    default: str
    apply_type: str  # static, dynamic, empty where not known
    modifiable: str  # yes, no, unknown
    allowed: str
    note: str
    source: str


def parameters(engine_version: str, engine: str = "rds") -> Mapping[str, Parameter]:
    """Return the parameters known of an engine version such as ``15.4`` or a major, by name, sorted.

    A parameter of which no page says since when it exists is in every version, and its note
    says so. From an account of the user's, the defaults of the version's family take the place of ours.
    Raises ``RdscheckError`` for a text that is no version.
    """
    return _parameters(overlay(), engine_version, engine)


@cache
def _parameters(root: Path | None, engine_version: str, engine: str) -> Mapping[str, Parameter]:
    family = str(order_key(engine_version)[0])
    own = [
        row
        for row in refreshed(root, "parameters")
        if row["engine"] == engine and covers(row["pg_versions"], family)
    ]
    rows = own or [
        row
        for row in shipped("parameters")
        if row["engine"] in {engine, "both"} and covers(row["pg_versions"], engine_version)
    ]
    found: dict[str, Parameter] = {}
    for row in rows:
        if row["name"] in found:
            raise RdscheckError(f"the catalog has {row['name']} twice for {engine} {engine_version}")
        found[row["name"]] = _parameter(row)
    return dict(sorted(found.items()))


def _parameter(row: Row) -> Parameter:
    note = row["note"]
    if not row["pg_versions"]:
        note = "; ".join(filter(None, (note, "since which version is not documented")))
    return Parameter(
        name=row["name"],
        default=row["default"],
        apply_type=row["apply_type"],
        modifiable=row["modifiable"],
        allowed=row["allowed_values"],
        note=note,
        source=row["source"],
    )
