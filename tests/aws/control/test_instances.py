"""Instances through boto3: started, described, changed, rebooted, copied, ended; what is refused."""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from botocore.exceptions import ClientError

from rdscheck.aws.control.clients import client
from rdscheck.aws.control.plane import ControlPlane
from tests.aws.control.conftest import LOGIN, create, wait

ROLE = "arn:aws:iam::123456789012:role/rds-s3"


@pytest.fixture(scope="module")
def instance(rds: Any, major: str) -> str:
    create(rds, "lab", major, DBName="labdb", Tags=[{"Key": "team", "Value": "dba"}], MultiAZ=False)
    return "lab"


def described(rds: Any, identifier: str = "lab") -> dict[str, Any]:
    found: dict[str, Any] = rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
    return found


def code(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    response: Any = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def test_it_is_described_and_listens_where_it_says(rds: Any, instance: str, major: str) -> None:
    found = described(rds, instance)
    assert found["DBInstanceStatus"] == "available"
    assert found["EngineVersion"].startswith(f"{major}.")
    assert found["DBInstanceArn"] == "arn:aws:rds:us-east-1:123456789012:db:lab"
    assert found["DbiResourceId"].startswith("db-")
    assert len(found["DbiResourceId"]) == 29
    assert found["DBParameterGroups"] == [
        {"DBParameterGroupName": f"default.postgres{major}", "ParameterApplyStatus": "in-sync"}
    ]
    assert found["TagList"] == [{"Key": "team", "Value": "dba"}]
    where = found["Endpoint"]
    with psycopg.connect(
        host=where["Address"],
        port=where["Port"],
        dbname="labdb",
        user=LOGIN["MasterUsername"],
        password=LOGIN["MasterUserPassword"],
    ) as conn:
        assert conn.execute("SELECT current_user, current_database()").fetchone() == ("postgres", "labdb")


def test_it_is_found_by_name_arn_resource_id_and_filters(rds: Any, instance: str) -> None:
    found = described(rds, instance)
    for name in ("LAB", found["DBInstanceArn"], found["DbiResourceId"]):
        assert described(rds, name)["DBInstanceIdentifier"] == "lab"
    for name, value, count in (
        ("db-instance-id", "lab", 1),
        ("db-instance-id", "other", 0),
        ("engine", "postgres", 1),
        ("engine", "mysql", 0),
        ("dbi-resource-id", found["DbiResourceId"], 1),
    ):
        rows = rds.describe_db_instances(Filters=[{"Name": name, "Values": [value]}])["DBInstances"]
        assert sum(row["DBInstanceIdentifier"] == "lab" for row in rows) == count
    with pytest.raises(ClientError, match="Unrecognized filter name"):
        rds.describe_db_instances(Filters=[{"Name": "colour", "Values": ["red"]}])


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"DBInstanceIdentifier": "lab"}, ("DBInstanceAlreadyExists", 400)),
        ({"DBInstanceIdentifier": "1ab"}, ("InvalidParameterValue", 400)),
        ({"EngineVersion": "99.9"}, ("InvalidParameterCombination", 400)),
        ({"EngineVersion": "seventeen"}, ("InvalidParameterCombination", 400)),
        ({"Engine": "mysql"}, ("InvalidParameterValue", 400)),
        ({"MasterUserPassword": "short"}, ("InvalidParameterValue", 400)),
        ({"MasterUserPassword": "with a blank"}, ("InvalidParameterValue", 400)),
        ({"MasterUsername": "admin"}, ("InvalidParameterValue", 400)),
        ({"DBParameterGroupName": "nobody"}, ("DBParameterGroupNotFound", 404)),
        ({"DBClusterIdentifier": "nobody"}, ("DBClusterNotFoundFault", 404)),
        ({"Engine": "aurora-postgresql"}, ("InvalidParameterCombination", 400)),
        ({"DBName": "1st"}, ("InvalidParameterValue", 400)),
    ],
    ids=str,
)
def test_what_cannot_be_created_is_refused(
    rds: Any, instance: str, major: str, changed: dict[str, str], told: tuple[str, int]
) -> None:
    given = {"DBInstanceIdentifier": "new", "Engine": "postgres", "EngineVersion": major, **LOGIN}
    with pytest.raises(ClientError) as caught:
        rds.create_db_instance(DBInstanceClass="db.t3.micro", **{**given, **changed})
    assert code(caught) == told
    with pytest.raises(ClientError, match="DBInstance new not found"):
        described(rds, "new")


def test_the_password_is_really_changed(rds: Any, plane: ControlPlane, instance: str) -> None:
    server = plane.instance(instance)
    rds.modify_db_instance(DBInstanceIdentifier=instance, MasterUserPassword="another-one")
    try:
        server.connect(password="another-one").close()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            server.connect(password=LOGIN["MasterUserPassword"])
        with pytest.raises(ClientError, match="shorter than 8 characters"):
            rds.modify_db_instance(DBInstanceIdentifier=instance, MasterUserPassword="short")
    finally:
        rds.modify_db_instance(DBInstanceIdentifier=instance, MasterUserPassword=LOGIN["MasterUserPassword"])


def test_what_waits_for_the_window_is_pending_until_it_is_applied(rds: Any, instance: str) -> None:
    rds.modify_db_instance(
        DBInstanceIdentifier=instance, DBInstanceClass="db.m5.large", DeletionProtection=True
    )
    found = described(rds)
    assert found["PendingModifiedValues"] == {"DBInstanceClass": "db.m5.large"}
    assert (found["DBInstanceClass"], found["DeletionProtection"]) == ("db.t3.micro", True)
    with pytest.raises(ClientError, match="please disable deletion protection"):
        rds.delete_db_instance(DBInstanceIdentifier=instance, SkipFinalSnapshot=True)
    rds.modify_db_instance(DBInstanceIdentifier=instance, ApplyImmediately=True, DeletionProtection=False)
    found = described(rds)
    assert found["PendingModifiedValues"] == {}
    assert (found["DBInstanceClass"], found["DeletionProtection"]) == ("db.m5.large", False)


def test_who_is_busy_cannot_be_worked_on(rds: Any, plane: ControlPlane, instance: str) -> None:
    database = plane.state.databases[instance]
    with database.lock:  # a reboot begins, and cannot go on
        assert (
            rds.reboot_db_instance(DBInstanceIdentifier=instance)["DBInstance"]["DBInstanceStatus"]
            == "rebooting"
        )
        for act, arguments in (
            (rds.reboot_db_instance, {}),
            (rds.modify_db_instance, {"DeletionProtection": False}),
            (rds.create_db_snapshot, {"DBSnapshotIdentifier": "busy"}),
            (rds.add_role_to_db_instance, {"RoleArn": ROLE, "FeatureName": "s3Export"}),
        ):
            with pytest.raises(ClientError, match="not in available state") as caught:
                act(DBInstanceIdentifier=instance, **arguments)
            assert code(caught) == ("InvalidDBInstanceState", 400)
    wait(rds, instance)
    assert described(rds)["DBInstanceStatus"] == "available"


def test_a_waiter_is_answered_when_there_is_something_to_tell(
    rds: Any, plane: ControlPlane, instance: str
) -> None:
    """With the waiter's own half minute between two questions this would take longer than the test may."""
    rds.reboot_db_instance(DBInstanceIdentifier=instance)
    rds.get_waiter("db_instance_available").wait(
        DBInstanceIdentifier=instance, WaiterConfig={"Delay": 1, "MaxAttempts": 1}
    )


def trust(service: str) -> str:
    one = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [one]})


@pytest.fixture(scope="module")
def role(plane: ControlPlane) -> str:
    """Make a role that RDS may assume and that may export to one bucket."""
    iam = client(plane.url, "iam")
    iam.create_role(RoleName="rds-s3", AssumeRolePolicyDocument=trust("rds.amazonaws.com"))
    may = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    iam.put_role_policy(RoleName="rds-s3", PolicyName="access", PolicyDocument=policy)
    return ROLE


@pytest.fixture
def roles(rds: Any, instance: str) -> Iterator[None]:
    yield
    for one in described(rds)["AssociatedRoles"]:
        rds.remove_role_from_db_instance(
            DBInstanceIdentifier=instance, RoleArn=one["RoleArn"], FeatureName=one["FeatureName"]
        )


@pytest.mark.usefixtures("role", "roles")
def test_roles_are_associated_for_a_feature(rds: Any, plane: ControlPlane, instance: str) -> None:
    rds.add_role_to_db_instance(DBInstanceIdentifier=instance, RoleArn=ROLE, FeatureName="s3Export")
    expected = [{"RoleArn": ROLE, "FeatureName": "s3Export", "Status": "ACTIVE"}]
    assert described(rds)["AssociatedRoles"] == expected
    with plane.instance(instance).admin() as conn:
        row = conn.execute("SELECT pg_read_file('rdscheck/aws/default.conf')").fetchone()
    assert row is not None
    assert f"role s3Export {ROLE} ASIA" in row[0]
    assert "allow s3Export s3:PutObject arn:aws:s3:::b/*" in row[0]
    rds.remove_role_from_db_instance(DBInstanceIdentifier=instance, RoleArn=ROLE, FeatureName="s3Export")
    assert described(rds)["AssociatedRoles"] == []
    with plane.instance(instance).admin() as conn:
        row = conn.execute("SELECT pg_read_file('rdscheck/aws/default.conf')").fetchone()
    assert row is not None
    assert "role " not in row[0]


@pytest.mark.usefixtures("role", "roles")
def test_policies_decide_what_a_role_may_do(rds: Any, plane: ControlPlane, instance: str) -> None:
    rds.add_role_to_db_instance(DBInstanceIdentifier=instance, RoleArn=ROLE, FeatureName="s3Export")
    iam = client(plane.url, "iam")

    def told() -> str:
        with plane.instance(instance).admin() as conn:
            row = conn.execute("SELECT pg_read_file('rdscheck/aws/default.conf')").fetchone()
        assert row is not None
        return str(row[0])

    denied = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [denied]})
    iam.put_role_policy(RoleName="rds-s3", PolicyName="no", PolicyDocument=text)
    assert "deny s3Export s3:PutObject *" in told()
    iam.delete_role_policy(RoleName="rds-s3", PolicyName="no")
    assert "deny" not in told()
    iam.update_assume_role_policy(RoleName="rds-s3", PolicyDocument=trust("ec2.amazonaws.com"))
    assert described(rds)["AssociatedRoles"][0]["Status"] == "INVALID"
    assert "role " not in told()
    iam.update_assume_role_policy(RoleName="rds-s3", PolicyDocument=trust("rds.amazonaws.com"))
    assert described(rds)["AssociatedRoles"][0]["Status"] == "ACTIVE"


@pytest.mark.usefixtures("roles")
def test_a_role_that_is_not_there_is_invalid(rds: Any, instance: str) -> None:
    rds.add_role_to_db_instance(DBInstanceIdentifier=instance, RoleArn=f"{ROLE}-none", FeatureName="Lambda")
    assert described(rds)["AssociatedRoles"][0]["Status"] == "INVALID"


@pytest.mark.usefixtures("roles")
@pytest.mark.parametrize(
    ("arn", "feature", "told"),
    [
        (ROLE, "S3_EXPORT", "InvalidParameterValue"),
        (ROLE, "s3export", "InvalidParameterValue"),
        ("my-role", "s3Export", "InvalidParameterValue"),
        (ROLE, "s3Import", "DBInstanceRoleAlreadyExists"),
        (f"{ROLE}-2", "Lambda", "DBInstanceRoleAlreadyExists"),
    ],
)
def test_roles_that_cannot_be_associated(rds: Any, instance: str, arn: str, feature: str, told: str) -> None:
    rds.add_role_to_db_instance(DBInstanceIdentifier=instance, RoleArn=ROLE, FeatureName="Lambda")
    with pytest.raises(ClientError) as caught:
        rds.add_role_to_db_instance(DBInstanceIdentifier=instance, RoleArn=arn, FeatureName=feature)
    assert code(caught) == (told, 400)
    with pytest.raises(ClientError) as caught:
        rds.remove_role_from_db_instance(DBInstanceIdentifier=instance, RoleArn=ROLE, FeatureName="s3Export")
    assert code(caught) == ("DBInstanceRoleNotFound", 404)
    assert len(described(rds)["AssociatedRoles"]) == 1


def test_a_snapshot_has_the_data_of_its_moment(rds: Any, plane: ControlPlane, instance: str) -> None:
    with plane.instance(instance).connect("labdb") as conn:
        conn.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS id")
    rds.create_db_snapshot(DBSnapshotIdentifier="before", DBInstanceIdentifier=instance)
    rds.get_waiter("db_snapshot_available").wait(
        DBSnapshotIdentifier="before", WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    with plane.instance(instance).connect("labdb") as conn:
        conn.execute("TRUNCATE kept")
    rds.restore_db_instance_from_db_snapshot(DBSnapshotIdentifier="before", DBInstanceIdentifier="copy")
    wait(rds, "copy")
    with plane.instance("copy").connect("labdb") as conn:
        assert conn.execute("SELECT count(*), sum(id) FROM kept").fetchone() == (1000, 500500)
    for wrong, told in (
        ({"DBSnapshotIdentifier": "before", "DBInstanceIdentifier": "copy"}, "DBInstanceAlreadyExists"),
        ({"DBSnapshotIdentifier": "never", "DBInstanceIdentifier": "copy2"}, "DBSnapshotNotFound"),
    ):
        with pytest.raises(ClientError) as caught:
            rds.restore_db_instance_from_db_snapshot(**wrong)
        assert code(caught)[0] == told
    with pytest.raises(ClientError) as caught:
        rds.create_db_snapshot(DBSnapshotIdentifier="before", DBInstanceIdentifier=instance)
    assert code(caught)[0] == "DBSnapshotAlreadyExists"
    directory = plane.state.snapshots["before"].copy
    assert directory is not None
    rds.delete_db_snapshot(DBSnapshotIdentifier="before")
    assert not directory.directory.exists()
    with pytest.raises(ClientError, match="DBSnapshot not found"):
        rds.describe_db_snapshots(DBSnapshotIdentifier="before")


def test_an_instance_ends_with_a_last_snapshot_or_without(rds: Any, plane: ControlPlane, major: str) -> None:
    create(rds, "short-lived", major)
    server = plane.instance("short-lived")
    with pytest.raises(ClientError, match="FinalDBSnapshotIdentifier is required"):
        rds.delete_db_instance(DBInstanceIdentifier="short-lived")
    with pytest.raises(ClientError, match="both"):
        rds.delete_db_instance(
            DBInstanceIdentifier="short-lived", SkipFinalSnapshot=True, FinalDBSnapshotIdentifier="last"
        )
    rds.delete_db_instance(DBInstanceIdentifier="short-lived", FinalDBSnapshotIdentifier="last")
    rds.get_waiter("db_instance_deleted").wait(
        DBInstanceIdentifier="short-lived", WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    assert rds.describe_db_snapshots()["DBSnapshots"][0]["DBSnapshotIdentifier"] == "last"
    with pytest.raises(psycopg.OperationalError):
        server.connect()
    assert plane.pool.run.read(server.record) is None


def test_the_log_is_listed_and_downloaded_in_portions(rds: Any, plane: ControlPlane, instance: str) -> None:
    with plane.instance(instance).connect() as conn:
        for number in range(5):
            with pytest.raises(psycopg.errors.DivisionByZero):
                conn.execute(f"SELECT {number}/0")
    found = rds.describe_db_log_files(DBInstanceIdentifier=instance)["DescribeDBLogFiles"]
    name = found[-1]["LogFileName"]
    assert name.startswith("error/postgresql.log.20")
    whole = ""
    marker, more = "0", True
    while more:
        part = rds.download_db_log_file_portion(
            DBInstanceIdentifier=instance, LogFileName=name, Marker=marker, NumberOfLines=3
        )
        assert part["LogFileData"].count("\n") <= 3
        whole += part["LogFileData"]
        marker, more = part["Marker"], part["AdditionalDataPending"]
    assert whole.count("ERROR:  division by zero") >= 5
    last = rds.download_db_log_file_portion(DBInstanceIdentifier=instance, LogFileName=name, NumberOfLines=1)
    assert last["LogFileData"].endswith("STATEMENT:  SELECT 4/0\n")
    with pytest.raises(ClientError) as caught:
        rds.download_db_log_file_portion(DBInstanceIdentifier=instance, LogFileName="error/nothing")
    assert code(caught) == ("DBLogFileNotFoundFault", 404)


def test_versions_come_from_the_catalog(rds: Any) -> None:
    found = rds.describe_db_engine_versions(Engine="postgres", EngineVersion="15.4")["DBEngineVersions"]
    assert len(found) == 1
    assert found[0]["DBParameterGroupFamily"] == "postgres15"
    assert found[0]["SupportedFeatureNames"] == ["Lambda", "s3Export", "s3Import"]
    aims = {one["EngineVersion"]: one["IsMajorVersionUpgrade"] for one in found[0]["ValidUpgradeTarget"]}
    assert (aims["15.5"], aims["16.1"]) == (False, True)
    assert "14.10" not in aims
    pages = rds.get_paginator("describe_db_engine_versions").paginate(PaginationConfig={"PageSize": 20})
    versions = [(one["Engine"], one["EngineVersion"]) for page in pages for one in page["DBEngineVersions"]]
    assert len(versions) == len(set(versions)) > 100
    assert {engine for engine, _ in versions} == {"postgres", "aurora-postgresql"}


def test_tags_events_and_maintenance(rds: Any, instance: str) -> None:
    arn = described(rds)["DBInstanceArn"]
    rds.add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "stage", "Value": "test"}])
    assert {"Key": "stage", "Value": "test"} in rds.list_tags_for_resource(ResourceName=arn)["TagList"]
    rds.remove_tags_from_resource(ResourceName=arn, TagKeys=["stage", "nothing"])
    assert rds.list_tags_for_resource(ResourceName=arn)["TagList"] == [{"Key": "team", "Value": "dba"}]
    with pytest.raises(ClientError, match="not found"):
        rds.list_tags_for_resource(ResourceName=arn + "2")
    assert rds.describe_pending_maintenance_actions()["PendingMaintenanceActions"] == []
    events = rds.describe_events(SourceType="db-instance", SourceIdentifier=instance)["Events"]
    assert events[0]["Message"] == "DB instance created"
    with pytest.raises(ClientError, match="SourceType must be supplied"):
        rds.describe_events(SourceIdentifier=instance)


@pytest.mark.usefixtures("role")
def test_a_cluster_has_groups_roles_and_one_instance(rds: Any, plane: ControlPlane, major: str) -> None:
    name, family = "aurora", f"aurora-postgresql{major}"
    rds.create_db_cluster_parameter_group(
        DBClusterParameterGroupName="shared", DBParameterGroupFamily=family, Description="x"
    )
    asked = [{"ParameterName": "work_mem", "ParameterValue": "8192", "ApplyMethod": "immediate"}]
    rds.modify_db_cluster_parameter_group(DBClusterParameterGroupName="shared", Parameters=asked)
    rds.create_db_cluster(
        DBClusterIdentifier=name,
        Engine="aurora-postgresql",
        EngineVersion=major,
        DBClusterParameterGroupName="shared",
        **LOGIN,
    )
    instance = {"DBInstanceClass": "db.r6g.large", "Engine": "aurora-postgresql", "DBClusterIdentifier": name}
    rds.create_db_instance(DBInstanceIdentifier="writer", **instance)
    wait(rds, "writer")
    with plane.instance("writer").connect(password=LOGIN["MasterUserPassword"]) as conn:
        assert conn.execute("SHOW work_mem").fetchone() == ("8MB",)
    with pytest.raises(ClientError, match="no readers"):
        rds.create_db_instance(DBInstanceIdentifier="reader", **instance)
    with pytest.raises(ClientError, match="feature-name parameter must be provided"):
        rds.add_role_to_db_cluster(DBClusterIdentifier=name, RoleArn=ROLE)
    rds.add_role_to_db_cluster(DBClusterIdentifier=name, RoleArn=ROLE, FeatureName="Lambda")
    found = rds.describe_db_clusters(DBClusterIdentifier=name)["DBClusters"][0]
    assert found["AssociatedRoles"] == [{"RoleArn": ROLE, "FeatureName": "Lambda", "Status": "ACTIVE"}]
    assert found["DBClusterMembers"][0]["DBInstanceIdentifier"] == "writer"
    assert found["Port"] == plane.instance("writer").info.port
    with plane.instance("writer").admin() as conn:
        row = conn.execute("SELECT pg_read_file('rdscheck/aws/default.conf')").fetchone()
    assert row is not None
    assert "role Lambda" in row[0]
    rds.modify_db_cluster_parameter_group(
        DBClusterParameterGroupName="shared", Parameters=[{**asked[0], "ParameterValue": "16384"}]
    )
    with plane.instance("writer").connect(password=LOGIN["MasterUserPassword"]) as conn:
        assert conn.execute("SHOW work_mem").fetchone() == ("16MB",)
    rds.reboot_db_cluster(DBClusterIdentifier=name)
    wait(rds, "writer")
    with pytest.raises(ClientError, match="still contains DB instances"):
        rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)
    rds.delete_db_instance(DBInstanceIdentifier="writer", SkipFinalSnapshot=True)
    rds.get_waiter("db_instance_deleted").wait(DBInstanceIdentifier="writer")
    rds.delete_db_cluster(DBClusterIdentifier=name, SkipFinalSnapshot=True)
    with pytest.raises(ClientError) as caught:
        rds.describe_db_clusters(DBClusterIdentifier=name)
    assert code(caught) == ("DBClusterNotFoundFault", 404)
