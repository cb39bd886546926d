"""Actions about things as such: tags, events, pending maintenance."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from rdscheck.aws.control.describing import tag_list
from rdscheck.aws.control.faults import bad_combination, bad_value, fault
from rdscheck.aws.control.registry import Answer, Call, action, filters, page
from rdscheck.aws.control.state import now

_KINDS = (
    "blue-green-deployment",
    "custom-engine-version",
    "db-cluster",
    "db-cluster-snapshot",
    "db-instance",
    "db-parameter-group",
    "db-proxy",
    "db-security-group",
    "db-shard-group",
    "db-snapshot",
    "zero-etl",
)
_HOUR = 60
_LONGEST = 20_160  # minutes: fourteen days


def _tagged(call: Call) -> str:
    """Return the ARN of a request once there is something of that ARN."""
    arn = str(call.arguments["ResourceName"])
    state = call.plane.state
    tables: tuple[tuple[str, Mapping[str, Any], str], ...] = (
        ("db", state.databases, "DBInstanceNotFoundFault"),
        ("cluster", state.clusters, "DBClusterNotFoundFault"),
        ("snapshot", state.snapshots, "DBSnapshotNotFoundFault"),
        ("pg", state.groups, "DBParameterGroupNotFoundFault"),
        ("cluster-pg", state.cluster_groups, "DBParameterGroupNotFoundFault"),
    )
    for kind, table, shape in tables:
        parts = arn.split(":", 6)
        if len(parts) == 7 and parts[5] == kind:
            found = table.get(parts[6])
            if found is None or found.arn != arn:
                raise fault(shape, f"{parts[6]} not found.")
            return arn
    raise bad_value(f"Invalid resource name: {arn[:200]}")


@action("ListTagsForResource")
def list_tags(call: Call) -> Answer:
    """List the tags of a resource."""
    with call.plane.state.changed:
        return {"TagList": tag_list(call, _tagged(call))}


@action("AddTagsToResource")
def add_tags(call: Call) -> Answer:
    """Add tags, or give those that are there another value."""
    with call.plane.state.changed:
        tags = call.plane.state.tags.setdefault(_tagged(call), {})
        for one in call.arguments["Tags"]:
            if one.get("Key", "").startswith(("aws:", "rds:")) or not one.get("Key"):
                raise bad_value(f"Invalid tag key: {one.get('Key')}")
            tags[one["Key"]] = one.get("Value", "")
    return {}


@action("RemoveTagsFromResource")
def remove_tags(call: Call) -> Answer:
    """Take tags away; those that are not there are none to complain about."""
    with call.plane.state.changed:
        tags = call.plane.state.tags.get(_tagged(call), {})
        for key in call.arguments["TagKeys"]:
            tags.pop(key, None)
    return {}


@action("DescribeEvents")
def describe_events(call: Call) -> Answer:
    """List what happened in the last hour, or in the time asked for."""
    asked = call.arguments
    filters(asked, ())
    kind = asked.get("SourceType")
    if kind is not None and kind not in _KINDS:
        raise bad_value(f"Invalid source type: {kind}")
    if "SourceIdentifier" in asked and kind is None:
        raise bad_combination("SourceType must be supplied with SourceIdentifier.")
    first, last = _span(call)
    name = asked.get("SourceIdentifier", "").lower()
    categories = set(asked.get("EventCategories", []))
    with call.plane.state.changed:
        found = [
            (number, one)
            for number, one in enumerate(call.plane.state.events)
            if first <= one.date <= last
            and kind in {None, one.kind}
            and name in {"", one.source}
            and (not categories or categories & set(one.categories))
        ]
    shown, marker = page(found, asked, lambda pair: f"{pair[0]:09}")
    rows = [
        {
            "SourceIdentifier": one.source,
            "SourceType": one.kind,
            "Message": one.message,
            "EventCategories": list(one.categories),
            "Date": one.date,
            "SourceArn": one.arn,
        }
        for _, one in shown
    ]
    return {"Events": rows, "Marker": marker}


def _span(call: Call) -> tuple[datetime, datetime]:
    asked = call.arguments
    last = asked.get("EndTime") or now()
    minutes = asked.get("Duration", _HOUR)
    if not 0 < minutes <= _LONGEST:
        raise bad_value(f"Duration must be between 1 and {_LONGEST} minutes.")
    return asked.get("StartTime") or last - timedelta(minutes=minutes), last


@action("DescribePendingMaintenanceActions")
def describe_maintenance(call: Call) -> Answer:
    """List pending maintenance: a sandbox has none, what was deferred is in PendingModifiedValues."""
    filters(call.arguments, ("db-cluster-id", "db-instance-id"))
    return {"PendingMaintenanceActions": []}
