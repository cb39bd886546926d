"""Actions on Aurora clusters. The server of a cluster is community PostgreSQL under Aurora's names."""

from typing import Any

from rdscheck.aws.control.describing import apply_status, echo, shown_roles, tag_list
from rdscheck.aws.control.faults import bad_combination, bad_value, fault, limit
from rdscheck.aws.control.groups import for_version
from rdscheck.aws.control.instances import (
    check_available,
    check_identifier,
    check_login,
    check_password,
    engine_version,
    restart,
)
from rdscheck.aws.control.registry import Answer, Call, action, filters, page
from rdscheck.aws.control.state import AURORA, INCOMPATIBLE, Cluster, Database
from rdscheck.sandbox.validation import PENDING


def find(call: Call, identifier: str) -> Cluster:
    """Return a cluster by name or ARN; raises ``Fault`` when there is none."""
    name = identifier.rpartition(":")[2].lower()
    found = call.plane.state.clusters.get(name)
    if found is None:
        # As other emulators have it, which compare with AWS: https://github.com/floci-io/floci/pull/1740
        raise fault("DBClusterNotFoundFault", f"DBCluster {name} not found.")
    return found


def members(call: Call, cluster: Cluster) -> list[Database]:
    """Return the instances of a cluster: its writer, once it was made."""
    return [one for one in call.plane.state.databases.values() if one.cluster == cluster.identifier]


def _shown(call: Call, cluster: Cluster) -> dict[str, Any]:
    writers = members(call, cluster)
    server = writers[0].server if writers else None
    address = server.info.host if server else f"{cluster.identifier}.cluster.local"
    return {
        "AllocatedStorage": 1,
        "BackupRetentionPeriod": 1,
        "StorageEncrypted": False,
        "MultiAZ": False,
        "EngineMode": "provisioned",
        **cluster.echo,
        "DBClusterIdentifier": cluster.identifier,
        "DBClusterArn": cluster.arn,
        "DbClusterResourceId": cluster.resource,
        "Status": cluster.status,
        "Engine": AURORA,
        "EngineVersion": cluster.version,
        "DBClusterParameterGroup": cluster.group,
        "DatabaseName": cluster.name or None,
        "MasterUsername": cluster.master,
        "Endpoint": address,
        "ReaderEndpoint": address,
        "Port": server.info.port if server else 5432,
        "ClusterCreateTime": cluster.created,
        "IAMDatabaseAuthenticationEnabled": cluster.iam,
        "AssociatedRoles": shown_roles(cluster.roles),
        "TagList": tag_list(call, cluster.arn),
        "DBClusterMembers": [
            {
                "DBInstanceIdentifier": one.identifier,
                "IsClusterWriter": True,
                "DBClusterParameterGroupStatus": apply_status(one),
                "PromotionTier": 1,
            }
            for one in writers
        ],
    }


@action("CreateDBCluster")
def create(call: Call) -> Answer:
    """Make a cluster; its server starts with its first instance."""
    asked, state = call.arguments, call.plane.state
    if asked["Engine"] != AURORA:
        raise limit(f"clusters are of engine {AURORA} here, not of {asked['Engine']!r}")
    name = check_identifier(asked["DBClusterIdentifier"], "DBClusterIdentifier")
    version = engine_version(AURORA, asked.get("EngineVersion"))
    master, password = check_login(call)
    with state.changed:
        if name in state.clusters:
            raise fault("DBClusterAlreadyExistsFault", "DB Cluster already exists")  # guess
        group = for_version(call, asked.get("DBClusterParameterGroupName"), AURORA, version, cluster=True)
        cluster = Cluster(
            identifier=name,
            version=version,
            group=group.name,
            master=master,
            password=password,
            arn=call.arn("cluster", name),
            region=call.region,
            name=asked.get("DatabaseName", ""),
            iam=asked.get("EnableIAMDatabaseAuthentication", False),
            echo=echo(asked, "DBCluster"),
        )
        state.clusters[name] = cluster
        state.tags[cluster.arn] = {one["Key"]: one.get("Value", "") for one in asked.get("Tags", [])}
        return {"DBCluster": _shown(call, cluster)}


@action("DescribeDBClusters")
def describe(call: Call) -> Answer:
    """List clusters."""
    asked, state = call.arguments, call.plane.state
    wanted = filters(asked, ("db-cluster-id", "db-cluster-resource-id", "engine"))
    with state.changed:
        rows = list(state.clusters.values())
        if "DBClusterIdentifier" in asked:
            rows = [find(call, asked["DBClusterIdentifier"])]
        rows = [
            one
            for one in rows
            if {one.identifier, one.arn} & wanted.get("db-cluster-id", {one.identifier})
            and one.resource in wanted.get("db-cluster-resource-id", {one.resource})
            and AURORA in wanted.get("engine", {AURORA})
        ]
        found, marker = page(rows, asked, lambda one: one.identifier)
        return {"DBClusters": [_shown(call, one) for one in found], "Marker": marker}


@action("ModifyDBCluster")
def modify(call: Call) -> Answer:
    """Change a cluster: its group, which waits for a reboot, its password, log-ins by IAM."""
    asked, state = call.arguments, call.plane.state
    if "EngineVersion" in asked:
        raise limit("clusters are not upgraded here; instances of engine postgres are")
    if asked.get("NewDBClusterIdentifier"):
        raise limit("a cluster keeps its name here")
    if (password := asked.get("MasterUserPassword")) is not None:
        check_password(password)
    with state.changed:
        cluster = find(call, asked["DBClusterIdentifier"])
        name = asked.get("DBClusterParameterGroupName")
        group = for_version(call, name or cluster.group, AURORA, cluster.version, cluster=True)
        for one in members(call, cluster):
            check_available(one, INCOMPATIBLE)
        cluster.echo |= echo(asked, "DBCluster")
        cluster.iam = asked.get("EnableIAMDatabaseAuthentication", cluster.iam)
        cluster.password = password or cluster.password
        moved = group.name != cluster.group
        cluster.group = group.name
    for one in members(call, cluster):
        with one.lock:
            if one.server is None:
                continue
            if password is not None:
                one.password = password
                one.server.set_master_password(password)
            if one.iam != cluster.iam:
                one.iam = cluster.iam
                call.plane.rights.write_login(one)
            if moved:
                _attach(call, one)
    with state.changed:
        return {"DBCluster": _shown(call, cluster)}


def _attach(call: Call, database: Database) -> None:
    from rdscheck.aws.control.groups import values_of  # noqa: PLC0415

    server = database.server
    assert server is not None
    values = values_of(call, database)
    server.modify({**dict.fromkeys(server.group.keys() - values.keys()), **values}, PENDING)
    database.group_changed = True


@action("RebootDBCluster")
def reboot(call: Call) -> Answer:
    """Reboot the instances of a cluster."""
    with call.plane.state.changed:
        cluster = find(call, call.arguments["DBClusterIdentifier"])
        chosen = members(call, cluster)
        if not chosen:
            raise fault(
                "InvalidDBClusterStateFault", f"Cluster {cluster.identifier} has no instance."
            )  # guess
        for one in chosen:
            check_available(one, INCOMPATIBLE)
        for one in chosen:
            restart(call, one)
        return {"DBCluster": _shown(call, cluster)}


@action("DeleteDBCluster")
def delete(call: Call) -> Answer:
    """Remove a cluster that has no instance any more."""
    asked, state = call.arguments, call.plane.state
    with state.changed:
        cluster = find(call, asked["DBClusterIdentifier"])
        if members(call, cluster):
            # Seen in https://github.com/aws-controllers-k8s/community/issues/1151
            raise fault(
                "InvalidDBClusterStateFault",
                "Cluster cannot be deleted, it still contains DB instances in non-deleting state.",
            )
        if cluster.echo.get("DeletionProtection"):
            raise bad_combination(
                "Cannot delete protected Cluster, please disable deletion protection and try again."
            )
        if not asked.get("SkipFinalSnapshot"):
            if "FinalDBSnapshotIdentifier" in asked:
                raise limit("there are no snapshots of clusters here: SkipFinalSnapshot")
            raise bad_value("FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.")
        del state.clusters[cluster.identifier]
        state.tags.pop(cluster.arn, None)
        return {"DBCluster": {**_shown(call, cluster), "Status": "deleting"}}
