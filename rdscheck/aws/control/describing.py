"""Instances as the API shows them."""

from typing import Any

from rdscheck.aws.control.model import service
from rdscheck.aws.control.registry import Arguments, Call
from rdscheck.aws.control.state import BACKING_UP, INCOMPATIBLE, PASSING, Database, Role
from rdscheck.sandbox.validation import PENDING

#: Plain values of a request that an answer shows again and that change nothing in a sandbox.
_ECHOED = ("string", "integer", "boolean")
_OURS = frozenset(
    {
        *(
            "DBInstanceIdentifier",
            "Engine",
            "EngineVersion",
            "MasterUsername",
            "DBName",
            "DBClusterIdentifier",
        ),
        *("DBInstanceStatus", "DbInstancePort", "DBInstanceArn", "DbiResourceId", "DBSystemId", "Status"),
        *("DBClusterParameterGroup", "DatabaseName", "Port", "Endpoint", "ReaderEndpoint", "DBClusterArn"),
        *("DBSnapshotIdentifier", "SnapshotType", "DBSnapshotArn", "PercentProgress"),
    }
)

#: What an instance shows where nobody asked for anything else.
_USUAL: dict[str, Any] = {
    "AllocatedStorage": 20,
    "AutoMinorVersionUpgrade": True,
    "BackupRetentionPeriod": 1,
    "CopyTagsToSnapshot": False,
    "DeletionProtection": False,
    "LicenseModel": "postgresql-license",
    "MultiAZ": False,
    "PubliclyAccessible": False,
    "StorageEncrypted": False,
    "StorageType": "gp2",
}


def echo(arguments: Arguments, shape: str) -> dict[str, Any]:
    """Return the arguments that an answer of a shape shows as they were given."""
    members = service().shape_for(shape).members
    return {
        name: value
        for name, value in arguments.items()
        if name in members and name not in _OURS and members[name].type_name in _ECHOED
    }


def tag_list(call: Call, arn: str) -> list[dict[str, str]]:
    """Return the tags of a resource."""
    return [{"Key": key, "Value": value} for key, value in sorted(call.plane.state.tags.get(arn, {}).items())]


def shown_roles(roles: list[Role]) -> list[dict[str, str]]:
    """Return associated roles; INVALID is one that cannot be assumed."""
    return [
        {
            "RoleArn": one.arn,
            "FeatureName": one.feature,
            "Status": "ACTIVE" if one.association is not None else "INVALID",
        }
        for one in roles
    ]


def apply_status(database: Database) -> str:
    """Return whether an instance has what its group says, in AWS's words."""
    if database.server is None:
        return "in-sync"
    status = database.server.parameter_status
    if status == INCOMPATIBLE:
        return "failed-to-apply"
    return PENDING if database.group_changed else status


def instance(call: Call, database: Database) -> dict[str, Any]:
    """Return an instance as describe-db-instances shows it."""
    server = database.server
    pending = dict(database.pending)
    if "MasterUserPassword" in pending:
        pending["MasterUserPassword"] = "****"
    found: dict[str, Any] = {
        **_USUAL,
        "AvailabilityZone": f"{database.region}a",
        **database.echo,
        "DBInstanceIdentifier": database.identifier,
        "DBInstanceStatus": database.status,
        "Engine": database.engine,
        "EngineVersion": database.version,
        "MasterUsername": database.master,
        "DBName": database.name or None,
        "InstanceCreateTime": database.created if server is not None else None,
        "DBParameterGroups": [
            {"DBParameterGroupName": database.group, "ParameterApplyStatus": apply_status(database)}
        ],
        "PendingModifiedValues": pending,
        "DBClusterIdentifier": database.cluster or None,
        "DBInstanceArn": database.arn,
        "DbiResourceId": database.resource,
        "IAMDatabaseAuthenticationEnabled": database.iam,
        "AssociatedRoles": shown_roles(database.roles),
        "DbInstancePort": 0,
        "TagList": tag_list(call, database.arn),
    }
    # As on RDS there is no endpoint before there is a server.
    if server is not None:
        found["Endpoint"] = {"Address": server.info.host, "Port": server.info.port}
    return found


def settled(database: Database) -> bool:
    """Tell whether an instance stays as it is; one that is backed up is there all the time."""
    return database.status not in PASSING - {BACKING_UP}
