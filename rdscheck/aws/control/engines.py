"""Actions that list what the engines offer: versions, upgrade targets, classes."""

from functools import cache
from typing import Any

from rdscheck.aws.control.faults import bad_value
from rdscheck.aws.control.registry import Answer, Call, action, filters, page
from rdscheck.aws.control.state import AURORA, ENGINES, RDS
from rdscheck.catalog.numbering import order_key
from rdscheck.catalog.versions import SANDBOX_MAJORS, EngineVersion, engine_versions
from rdscheck.upgrade.targets import targets

_NAMES = {
    RDS: ("rds", "postgres", "PostgreSQL"),
    AURORA: ("aurora", "aurora-postgresql", "Aurora PostgreSQL"),
}

#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/postgresql-s3-export.html and its neighbours tell
#: to look for them here; which versions lack which of them is not in the catalog.
_FEATURES = ("Lambda", "s3Export", "s3Import")

#: A class that every engine has, so that clients which look for one find it.
_CLASSES = ("db.t3.micro", "db.t3.medium", "db.r6g.large")


def _minors(engine: str) -> list[EngineVersion]:
    kind = _NAMES[engine][0]
    return [
        row
        for row in engine_versions()
        if row.engine == kind and row.version != row.major and int(row.major) in SANDBOX_MAJORS
    ]


@cache
def _targets(engine: str, version: str) -> tuple[str, ...]:
    later = [row.version for row in _minors(engine) if _follows(row.version, version)]
    return (*sorted(later, key=order_key), *(targets(version) if engine == RDS else ()))


def _follows(later: str, version: str) -> bool:
    one, other = order_key(later), order_key(version)
    return one[0] == other[0] and one > other


def _row(engine: str, row: EngineVersion) -> dict[str, Any]:
    _, prefix, title = _NAMES[engine]
    aimed = [
        {
            "Engine": engine,
            "EngineVersion": target,
            "Description": f"{title} {target}",
            "AutoUpgrade": False,
            "IsMajorVersionUpgrade": order_key(target)[0] != int(row.major),
        }
        for target in _targets(engine, row.version)
    ]
    return {
        "Engine": engine,
        "MajorEngineVersion": row.major,
        "EngineVersion": row.version,
        "DBParameterGroupFamily": f"{prefix}{row.major}",
        "DBEngineDescription": title,
        "DBEngineVersionDescription": f"{title} {row.version}",
        "ValidUpgradeTarget": aimed,
        "ExportableLogTypes": ["postgresql", "upgrade"],
        "SupportsLogExportsToCloudwatchLogs": True,
        "SupportsReadReplica": True,
        "SupportedFeatureNames": list(_FEATURES),
        "Status": "available",
    }


@action("DescribeDBEngineVersions")
def describe_versions(call: Call) -> Answer:
    """List engine versions, from the catalog."""
    asked = call.arguments
    wanted = filters(asked, ("db-parameter-group-family", "engine", "engine-version", "status"))
    engines = [asked["Engine"]] if "Engine" in asked else list(ENGINES)
    found = [
        _row(engine, row)
        for engine in engines
        if engine in ENGINES
        for row in _minors(engine)
        if _asked_for(asked.get("EngineVersion"), row)
    ]
    if family := asked.get("DBParameterGroupFamily"):
        found = [row for row in found if row["DBParameterGroupFamily"] == family]
    for name, member in (
        ("engine", "Engine"),
        ("engine-version", "EngineVersion"),
        ("db-parameter-group-family", "DBParameterGroupFamily"),
        ("status", "Status"),
    ):
        if name in wanted:
            found = [row for row in found if row[member] in wanted[name]]
    if asked.get("DefaultOnly"):
        found = _newest(found)
    shown, marker = page(found, asked, _order)
    return {"DBEngineVersions": shown, "Marker": marker}


def _asked_for(version: str | None, row: EngineVersion) -> bool:
    return version is None or version in {row.major, row.version}


def _newest(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    newest: dict[str, dict[str, Any]] = {}
    for row in found:
        known = newest.get(row["Engine"])
        if known is None or order_key(row["EngineVersion"]) > order_key(known["EngineVersion"]):
            newest[row["Engine"]] = row
    return list(newest.values())


def _order(row: dict[str, Any]) -> str:
    """Return what sorts versions as numbers, as text."""
    return str(row["Engine"]) + "".join(f"{part:>10}" for part in order_key(row["EngineVersion"]))


@action("DescribeOrderableDBInstanceOptions")
def describe_options(call: Call) -> Answer:
    """List instance classes: a few names, as any of them means the same here."""
    asked = call.arguments
    engine = asked["Engine"]
    if engine not in ENGINES:
        raise bad_value(f"Invalid DB engine: {engine}")
    rows = [
        {
            "Engine": engine,
            "EngineVersion": row.version,
            "DBInstanceClass": one,
            "LicenseModel": "postgresql-license",
            "AvailabilityZones": [{"Name": f"{call.region}a"}],
            "MultiAZCapable": False,
            "ReadReplicaCapable": False,
            "Vpc": True,
            "StorageType": "gp2",
            "SupportsIAMDatabaseAuthentication": True,
        }
        for row in _minors(engine)
        if _asked_for(asked.get("EngineVersion"), row)
        for one in _CLASSES
        if asked.get("DBInstanceClass") in {None, one}
    ]
    shown, marker = page(rows, asked, lambda row: _order(row) + str(row["DBInstanceClass"]))
    return {"OrderableDBInstanceOptions": shown, "Marker": marker}
