"""Snapshots through the API: the data of a moment, and new instances from it."""

from typing import Any

from rdscheck import Basis, claim, rests_on, scenario

API = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference"
GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
RESTORE = f"{GUIDE}/USER_RestoreFromSnapshot.html"
pytestmark = scenario(
    "aws/snapshots",
    title="Take snapshots and restore instances from them, through the API",
    docs=f"{GUIDE}/USER_CreateSnapshot.html",
    since=13,
    needs=("rdsutils",),
    basis=Basis.EMULATED,
)
INSTANCE = {"DBInstanceIdentifier": "your-db-instance"}
SNAPSHOT = {"DBSnapshotIdentifier": "your-snapshot"}


def snap(lab: Any) -> None:
    """Take a snapshot and wait for it."""
    lab.rds.create_db_snapshot(**INSTANCE, **SNAPSHOT)
    lab.rds.get_waiter("db_snapshot_available").wait(**SNAPSHOT, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def restore(lab: Any, name: str = "restored", **arguments: Any) -> Any:
    """Restore an instance, wait for it and return its server."""
    lab.rds.restore_db_instance_from_db_snapshot(**SNAPSHOT, DBInstanceIdentifier=name, **arguments)
    lab.aws.wait(name)
    return lab.aws.instance(name)


@claim(source=RESTORE, certainty="documented")
def test_a_restored_instance_has_the_data_of_that_moment(lab: Any, step: Any) -> None:
    """A restored instance has the tables, users and extensions of that moment; the source works on."""
    with lab.start().recorded() as master:
        with step("1. Data, a role, an extension"):
            master.execute("CREATE TABLE item AS SELECT generate_series(1, 1000) AS id")
            master.execute("CREATE ROLE app LOGIN PASSWORD 'app-password'")
            master.execute("GRANT SELECT ON item TO app")
            master.execute("CREATE EXTENSION pg_trgm")
        with step("2. Snapshot, while a session works on"):
            snap(lab)
            master.execute("TRUNCATE item")
        with step("3. Restore"):
            copy = restore(lab)
        assert master.execute("SELECT count(*) FROM item").fetchone() == (0,)
    with copy.recorded(user="app", password="app-password") as app:
        assert app.execute("SELECT count(*), sum(id) FROM item").fetchone() == (1000, 500500)
        assert app.execute("SELECT 'a' % 'a'").fetchone() == (True,)


@claim(source=RESTORE, certainty="documented")
def test_a_restored_instance_has_its_own_group_and_no_roles(lab: Any) -> None:
    """A restored instance has the default group unless one is named, and none of the source's roles."""
    lab.group(("work_mem", "8192", "immediate"))
    lab.start()
    role = "arn:aws:iam::123456789012:role/rds-s3"
    lab.rds.add_role_to_db_instance(**INSTANCE, RoleArn=role, FeatureName="s3Export")
    snap(lab)
    group = {"DBParameterGroupName": "custom-param-group-name"}
    for name, arguments, shown in (("plain", {}, "4MB"), ("grouped", group, "8MB")):
        with restore(lab, name, **arguments).recorded() as master:
            assert master.execute("SHOW work_mem").fetchone() == (shown,)
        assert lab.aws.describe(name)["AssociatedRoles"] == []
    assert lab.aws.describe("plain")["DBParameterGroups"][0]["DBParameterGroupName"] == (
        f"default.postgres{lab.major}"
    )


@claim(source=f"{API}/API_CreateDBSnapshot.html", certainty="documented")
@rests_on("control-plane-error-texts")
def test_names_are_given_once_and_have_to_be_there(lab: Any, refused_by_api: Any) -> None:
    """Names that are taken are refused for snapshots and restored instances, and so are unknown snapshots."""
    lab.start()
    snap(lab)
    refused_by_api("DBSnapshotAlreadyExists", lab.rds.create_db_snapshot, **INSTANCE, **SNAPSHOT)
    restoring = lab.rds.restore_db_instance_from_db_snapshot
    refused_by_api("DBInstanceAlreadyExists", restoring, **INSTANCE, **SNAPSHOT)
    other = {"DBSnapshotIdentifier": "other"}
    refused_by_api("DBSnapshotNotFound", restoring, 404, DBInstanceIdentifier="new", **other)
    refused_by_api("DBSnapshotNotFound", lab.rds.describe_db_snapshots, 404, **other)
    lab.rds.delete_db_snapshot(**SNAPSHOT)
    refused_by_api("DBSnapshotNotFound", restoring, 404, DBInstanceIdentifier="new", **SNAPSHOT)


@claim(source=f"{API}/API_DeleteDBInstance.html", certainty="documented")
def test_the_last_snapshot_outlives_its_instance(lab: Any) -> None:
    """An instance deleted with FinalDBSnapshotIdentifier can be restored from it, under its own name."""
    with lab.start().recorded() as master:
        master.execute("CREATE TABLE kept AS SELECT 1 AS id")
    lab.rds.delete_db_instance(**INSTANCE, FinalDBSnapshotIdentifier="your-snapshot")
    lab.aws.wait("your-db-instance", "db_instance_deleted")
    with restore(lab, "your-db-instance").recorded() as master:
        assert master.execute("SELECT id FROM kept").fetchone() == (1,)


@claim(source=RESTORE, certainty="guessed")
@rests_on("snapshot-slots")
def test_slots_are_not_restored(lab: Any) -> None:
    """A logical replication slot of the source is not in the restored instance."""
    lab.group(("rds.logical_replication", "1", "pending-reboot"))
    with lab.start().recorded() as master:
        master.execute("SELECT pg_create_logical_replication_slot('mine', 'test_decoding')")
        snap(lab)
        assert master.execute("SELECT count(*) FROM pg_replication_slots").fetchone() == (1,)
    with restore(lab, DBParameterGroupName="custom-param-group-name").recorded() as master:
        assert master.execute("SELECT count(*) FROM pg_replication_slots").fetchone() == (0,)
