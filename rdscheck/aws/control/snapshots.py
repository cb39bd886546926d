"""Actions on snapshots: taken, described, removed, and new instances from them."""

import shutil
from collections.abc import Callable
from typing import Any

from rdscheck.aws.control.describing import echo, instance, tag_list
from rdscheck.aws.control.faults import bad_value, fault, limit
from rdscheck.aws.control.groups import for_version
from rdscheck.aws.control.instances import begin, check_available, check_identifier, check_offer, find
from rdscheck.aws.control.registry import Answer, Call, action, filters, page
from rdscheck.aws.control.state import AVAILABLE, BACKING_UP, CREATING, FAILED, Database, Event, Snapshot, now
from rdscheck.sandbox.snapshots import take

_PATIENCE = 25.0


def find_snapshot(call: Call, identifier: str) -> Snapshot:
    """Return a snapshot by name or ARN; raises ``Fault`` when there is none."""
    name = identifier.rpartition(":")[2].lower()
    found = call.plane.state.snapshots.get(name)
    if found is None:
        raise fault("DBSnapshotNotFoundFault", f"DBSnapshot not found: {name}")  # guess
    return found


def _shown(call: Call, snapshot: Snapshot) -> dict[str, Any]:
    done = snapshot.status == AVAILABLE
    return {
        **snapshot.echo,
        "DBSnapshotIdentifier": snapshot.identifier,
        "DBInstanceIdentifier": snapshot.instance,
        "DBSnapshotArn": snapshot.arn,
        "SnapshotCreateTime": snapshot.created if done else None,
        "Engine": snapshot.engine,
        "EngineVersion": snapshot.version,
        "MasterUsername": snapshot.master,
        "Status": snapshot.status,
        "SnapshotType": snapshot.kind,
        "PercentProgress": 100 if done else 0,
        "DbiResourceId": snapshot.resource,
        "Encrypted": False,
        "IAMDatabaseAuthenticationEnabled": False,
        "TagList": tag_list(call, snapshot.arn),
    }


def prepare(call: Call, database: Database, identifier: str) -> tuple[Snapshot, Callable[[], None]]:
    """Return a snapshot that is being made, and what makes it. Raises ``Fault``; the state is held."""
    state = call.plane.state
    name = check_identifier(identifier, "DBSnapshotIdentifier")
    if name in state.snapshots:
        # Seen in https://github.com/cloud-custodian/cloud-custodian/issues/309
        raise fault(
            "DBSnapshotAlreadyExistsFault",
            f"Cannot create the snapshot because a snapshot with the identifier {name} already exists.",
        )
    snapshot = Snapshot(
        identifier=name,
        instance=database.identifier,
        arn=call.arn("snapshot", name),
        engine=database.engine,
        version=database.version,
        group=database.group,
        master=database.master,
        password=database.password,
        name=database.name,
        resource=database.resource,
        echo={"AllocatedStorage": 20, **echo(database.echo, "DBSnapshot")},
    )
    state.snapshots[name] = snapshot

    def work() -> None:
        server = database.server
        assert server is not None
        directory = call.plane.pool.run.path / f"snapshot-{name}-{snapshot.token}"
        try:
            copy = take(server, check_offer(call, snapshot.version), directory)
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            state.set_status(snapshot, FAILED)
            raise
        with state.changed:
            snapshot.copy, snapshot.created = copy, now()
            state.events.append(
                Event(name, "db-snapshot", snapshot.arn, "Manual snapshot created", ("creation",))
            )
        state.set_status(snapshot, AVAILABLE)

    return snapshot, work


@action("CreateDBSnapshot")
def create(call: Call) -> Answer:
    """Copy an instance's data while it goes on working."""
    asked, state = call.arguments, call.plane.state
    with state.changed:
        database = find(call, asked["DBInstanceIdentifier"])
        check_available(database)
        snapshot, work = prepare(call, database, asked["DBSnapshotIdentifier"])
        state.tags[snapshot.arn] = {one["Key"]: one.get("Value", "") for one in asked.get("Tags", [])}
        call.plane.background(database, BACKING_UP, work)
        return {"DBSnapshot": _shown(call, snapshot)}


@action("DescribeDBSnapshots")
def describe(call: Call) -> Answer:
    """List snapshots; to a waiter it answers once they are made."""
    asked, state = call.arguments, call.plane.state
    wanted = filters(
        asked, ("db-instance-id", "db-snapshot-id", "dbi-resource-id", "engine", "snapshot-type")
    )

    def chosen() -> list[Snapshot]:
        return [
            one
            for one in state.snapshots.values()
            if asked.get("DBSnapshotIdentifier", one.identifier).rpartition(":")[2].lower() == one.identifier
            and asked.get("DBInstanceIdentifier", one.instance).lower() == one.instance
            and asked.get("SnapshotType", one.kind) == one.kind
            and one.instance in wanted.get("db-instance-id", {one.instance})
            and one.identifier in wanted.get("db-snapshot-id", {one.identifier})
            and one.resource in wanted.get("dbi-resource-id", {one.resource})
            and one.engine in wanted.get("engine", {one.engine})
            and one.kind in wanted.get("snapshot-type", {one.kind})
        ]

    with state.changed:
        if call.waiting:
            state.changed.wait_for(lambda: all(one.status != CREATING for one in chosen()), _PATIENCE)
        if "DBSnapshotIdentifier" in asked:
            find_snapshot(call, asked["DBSnapshotIdentifier"])
        found, marker = page(chosen(), asked, lambda one: one.identifier)
        return {"DBSnapshots": [_shown(call, one) for one in found], "Marker": marker}


@action("DeleteDBSnapshot")
def delete(call: Call) -> Answer:
    """Remove a snapshot and its copy."""
    state = call.plane.state
    with state.changed:
        snapshot = find_snapshot(call, call.arguments["DBSnapshotIdentifier"])
        if snapshot.status == CREATING:
            raise fault(
                "InvalidDBSnapshotStateFault", f"Snapshot {snapshot.identifier} is not in available state."
            )
        del state.snapshots[snapshot.identifier]
        state.tags.pop(snapshot.arn, None)
        shown = {**_shown(call, snapshot), "Status": "deleted"}
    snapshot.remove()
    return {"DBSnapshot": shown}


@action("RestoreDBInstanceFromDBSnapshot")
def restore(call: Call) -> Answer:
    """Start a new instance on the data of a snapshot, with a group of its own and no roles."""
    asked, state = call.arguments, call.plane.state
    if "DBSnapshotIdentifier" not in asked:
        raise bad_value("Either DBSnapshotIdentifier or DBClusterSnapshotIdentifier must be specified.")
    name = check_identifier(asked["DBInstanceIdentifier"], "DBInstanceIdentifier")
    with state.changed:
        snapshot = find_snapshot(call, asked["DBSnapshotIdentifier"])
        copy = snapshot.copy
        if snapshot.status != AVAILABLE or copy is None:
            raise fault(
                "InvalidDBSnapshotStateFault", f"Snapshot {snapshot.identifier} is not in available state."
            )
        if asked.get("Engine", snapshot.engine) != snapshot.engine:
            raise limit("a snapshot is restored by the engine it was taken of")
        if name in state.databases:
            raise fault("DBInstanceAlreadyExistsFault", "DB instance already exists")
        group = for_version(call, asked.get("DBParameterGroupName"), snapshot.engine, snapshot.version)
        database = Database(
            identifier=name,
            engine=snapshot.engine,
            version=snapshot.version,
            group=group.name,
            master=snapshot.master,
            password=snapshot.password,
            arn=call.arn("db", name),
            region=call.region,
            name=snapshot.name,
            iam=asked.get("EnableIAMDatabaseAuthentication", False),
            echo=echo(asked, "DBInstance") | echo(snapshot.echo, "DBInstance"),
        )
        state.databases[name] = database
        state.tags[database.arn] = {one["Key"]: one.get("Value", "") for one in asked.get("Tags", [])}

    def work() -> None:
        begin(call, database, call.plane.pool.restored(call.plane.kind, copy), fresh=False)
        call.plane.tell(database, f"Restored from snapshot {snapshot.identifier}", "restoration")

    call.plane.background(database, CREATING, work)
    with state.changed:
        return {"DBInstance": instance(call, database)}
