"""Actions that associate roles with instances and clusters for a feature."""

import re

from rdscheck.aws.control.faults import bad_value, fault
from rdscheck.aws.control.registry import Answer, Call, action
from rdscheck.aws.control.state import AVAILABLE, Cluster, Database
from rdscheck.errors import InvalidFeatureName
from rdscheck.sandbox.access import check_feature

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]{1,576}", re.ASCII)


def _checked(call: Call) -> tuple[str, str]:
    arn = call.arguments["RoleArn"]
    if not _ROLE.fullmatch(arn):
        raise bad_value(f"The role ARN {arn!r} is not valid.")  # guess
    if "FeatureName" not in call.arguments:
        # https://github.com/terraform-aws-modules/terraform-aws-rds-aurora/issues/129
        raise bad_value(
            "The feature-name parameter must be provided with the current operation for the Aurora"
            " (PostgreSQL) engine."
        )
    feature = call.arguments["FeatureName"]
    try:
        check_feature(feature)
    except InvalidFeatureName as error:
        raise bad_value(str(error)) from error  # guess: what RDS says is not known
    return arn, feature


def _database(call: Call) -> Database:
    from rdscheck.aws.control.instances import find  # noqa: PLC0415  they need each other

    return find(call, call.arguments["DBInstanceIdentifier"])


def _cluster(call: Call) -> Cluster:
    name = call.arguments["DBClusterIdentifier"]
    found = call.plane.state.clusters.get(name.lower())
    if found is None:
        raise fault("DBClusterNotFoundFault", f"DBCluster {name} not found.")
    return found


def _servers(call: Call, owner: Database | Cluster) -> list[Database]:
    if isinstance(owner, Database):
        return [owner]
    return [one for one in call.plane.state.databases.values() if one.cluster == owner.identifier]


def _add(call: Call, owner: Database | Cluster, kind: str) -> Answer:
    arn, feature = _checked(call)
    # Asks IAM, which is another request to this very endpoint: nothing may be held meanwhile.
    role = call.plane.rights.role(arn, feature, owner.arn)
    with call.plane.state.changed:
        if owner.status != AVAILABLE:
            raise fault(f"Invalid{kind}StateFault", f"{owner.identifier} is not in available state.")
        if any(arn == one.arn or feature == one.feature for one in owner.roles):
            raise fault(
                f"{kind}RoleAlreadyExistsFault",
                "The specified RoleArn or FeatureName value is already specified for the"
                f" {'DB instance' if kind == 'DBInstance' else 'DB cluster'}.",
            )
        owner.roles.append(role)
    _tell(call, owner)
    return {}


def _remove(call: Call, owner: Database | Cluster, kind: str) -> Answer:
    arn, feature = call.arguments["RoleArn"], call.arguments.get("FeatureName")
    with call.plane.state.changed:
        left = [one for one in owner.roles if not (one.arn == arn and feature in {None, one.feature})]
        if len(left) == len(owner.roles):
            what = "DB instance" if kind == "DBInstance" else "DB cluster"
            raise fault(
                f"{kind}RoleNotFoundFault",
                f"The specified RoleArn value doesn't match the specified feature for the {what}.",
            )
        owner.roles = left
    _tell(call, owner)
    return {}


def _tell(call: Call, owner: Database | Cluster) -> None:
    for database in _servers(call, owner):
        if database.server is not None:
            call.plane.rights.write(database)


@action("AddRoleToDBInstance")
def add_to_instance(call: Call) -> Answer:
    """Associate a role with an instance."""
    return _add(call, _database(call), "DBInstance")


@action("RemoveRoleFromDBInstance")
def remove_from_instance(call: Call) -> Answer:
    """Take a role away from an instance."""
    return _remove(call, _database(call), "DBInstance")


@action("AddRoleToDBCluster")
def add_to_cluster(call: Call) -> Answer:
    """Associate a role with a cluster."""
    return _add(call, _cluster(call), "DBCluster")


@action("RemoveRoleFromDBCluster")
def remove_from_cluster(call: Call) -> Answer:
    """Take a role away from a cluster."""
    return _remove(call, _cluster(call), "DBCluster")
