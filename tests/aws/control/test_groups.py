"""Parameter groups through boto3: made, listed, changed, in force, refused."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from rdscheck.aws.control.plane import ControlPlane
from tests.aws.control.conftest import create, wait

NAME = {"DBParameterGroupName": "custom-param-group-name"}


def make(rds: Any, family: str, name: str = "custom-param-group-name") -> None:
    rds.create_db_parameter_group(DBParameterGroupName=name, DBParameterGroupFamily=family, Description="x")


def change(rds: Any, *changes: tuple[str, str, str], name: str = "custom-param-group-name") -> None:
    asked = [
        {"ParameterName": known, "ParameterValue": value, "ApplyMethod": method}
        for known, value, method in changes
    ]
    rds.modify_db_parameter_group(DBParameterGroupName=name, Parameters=asked)


def parameters(rds: Any, **arguments: str) -> dict[str, dict[str, Any]]:
    pages = rds.get_paginator("describe_db_parameters").paginate(**{**NAME, **arguments})
    return {row["ParameterName"]: row for page in pages for row in page["Parameters"]}


def status(rds: Any, identifier: str) -> tuple[str, str]:
    found = rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"][0]
    return found["DBInstanceStatus"], found["DBParameterGroups"][0]["ParameterApplyStatus"]


def show(plane: ControlPlane, name: str) -> str:
    with plane.instance("groups").connect() as conn:
        row = conn.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


@pytest.fixture(scope="module")
def instance(rds: Any, major: str) -> str:
    create(rds, "groups", major)
    return "groups"


@pytest.mark.usefixtures("state")
def test_a_group_is_made_listed_and_removed(rds: Any, major: str) -> None:
    make(rds, f"postgres{major}")
    found = rds.describe_db_parameter_groups(**NAME)["DBParameterGroups"][0]
    assert found["DBParameterGroupFamily"] == f"postgres{major}"
    assert found["DBParameterGroupArn"] == "arn:aws:rds:us-east-1:123456789012:pg:custom-param-group-name"
    rds.delete_db_parameter_group(**NAME)
    with pytest.raises(ClientError, match="DBParameterGroup not found: custom-param-group-name") as caught:
        rds.describe_db_parameter_groups(**NAME)
    assert caught.value.response["Error"]["Code"] == "DBParameterGroupNotFound"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_each_family_has_a_default_group(rds: Any, major: str) -> None:
    names = {one["DBParameterGroupName"] for one in rds.describe_db_parameter_groups()["DBParameterGroups"]}
    assert {f"default.postgres{major}", f"default.aurora-postgresql{major}"} <= names
    found = rds.describe_db_cluster_parameter_groups()["DBClusterParameterGroups"]
    assert {one["DBParameterGroupFamily"].rstrip("0123456789") for one in found} == {"aurora-postgresql"}


@pytest.mark.usefixtures("state")
def test_parameters_are_described_with_all_there_is_to_know(rds: Any, major: str) -> None:
    make(rds, f"postgres{major}")
    change(rds, ("work_mem", "8192", "immediate"), ("rds.logical_replication", "1", "pending-reboot"))
    found = parameters(rds)
    assert len(found) > 250
    memory = found["work_mem"]
    assert (memory["ParameterValue"], memory["Source"], memory["ApplyMethod"]) == (
        "8192",
        "user",
        "immediate",
    )
    assert (memory["ApplyType"], memory["DataType"], memory["AllowedValues"]) == (
        ("dynamic", "integer", "64-2147483647")
    )
    assert found["rds.logical_replication"]["ApplyType"] == "static"
    assert found["rds.extensions"]["IsModifiable"] is False
    assert found["fsync"]["IsModifiable"] in {True, False}
    assert "archive_command" not in found or found["archive_command"]["IsModifiable"] is False
    assert parameters(rds, Source="user").keys() == {"work_mem", "rds.logical_replication"}
    engine = rds.describe_engine_default_parameters(DBParameterGroupFamily=f"postgres{major}")[
        "EngineDefaults"
    ]
    assert engine["DBParameterGroupFamily"] == f"postgres{major}"
    assert all("ApplyMethod" not in row for row in engine["Parameters"])


@pytest.mark.usefixtures("state")
def test_reset_takes_one_back_or_all(rds: Any, major: str) -> None:
    make(rds, f"postgres{major}")
    change(rds, ("work_mem", "8192", "immediate"), ("max_connections", "50", "pending-reboot"))
    one = [{"ParameterName": "work_mem", "ApplyMethod": "immediate"}]
    rds.reset_db_parameter_group(**NAME, Parameters=one, ResetAllParameters=False)
    assert parameters(rds, Source="user").keys() == {"max_connections"}
    rds.reset_db_parameter_group(**NAME, ResetAllParameters=True)
    assert parameters(rds, Source="user") == {}


REFUSED = [
    (("no_such_parameter", "1", "immediate"), "InvalidParameterValue", "Could not find parameter with name"),
    (
        ("shared_buffers", "1000", "immediate"),
        "InvalidParameterCombination",
        "cannot use immediate apply method for static parameter",
    ),
    (("work_mem", "63", "immediate"), "InvalidParameterValue", "allowed values are: 64-2147483647"),
    (("rds.extensions", "x", "immediate"), "InvalidParameterValue", "cannot be modified"),
    (("work_mem", "8192", "soon"), "InvalidParameterValue", "Invalid apply method"),
    (("shared_preload_libraries", "timescaledb", "pending-reboot"), "InvalidParameterValue", "does not load"),
    (("shared_preload_libraries", "pg_similarity", "pending-reboot"), "InvalidParameterValue", "rdscheck: "),
    (("work_mem", "{DBInstanceClassMemory/4}", "immediate"), "InvalidParameterValue", "rdscheck: "),
]


@pytest.mark.usefixtures("state")
@pytest.mark.parametrize(("asked", "code", "told"), REFUSED, ids=lambda one: one[0] if one else "")
def test_what_rds_refuses_is_refused_and_nothing_changes(
    rds: Any, major: str, asked: tuple[str, str, str], code: str, told: str
) -> None:
    make(rds, f"postgres{major}")
    with pytest.raises(ClientError) as caught:
        change(rds, ("log_statement", "ddl", "immediate"), asked)
    assert caught.value.response["Error"]["Code"] == code
    assert told in caught.value.response["Error"]["Message"]
    assert parameters(rds, Source="user") == {}


@pytest.mark.usefixtures("state")
def test_names_and_families_are_checked(rds: Any, major: str) -> None:
    make(rds, f"postgres{major}")
    for name, family, code in (
        ("custom-param-group-name", f"postgres{major}", "DBParameterGroupAlreadyExists"),
        ("CUSTOM-param-group-name", f"postgres{major}", "DBParameterGroupAlreadyExists"),
        ("other", "postgres8", "InvalidParameterValue"),
        ("1st", f"postgres{major}", "InvalidParameterValue"),
        ("a--b", f"postgres{major}", "InvalidParameterValue"),
    ):
        with pytest.raises(ClientError) as caught:
            make(rds, family, name)
        assert caught.value.response["Error"]["Code"] == code


def test_default_groups_are_nobodys_to_change(rds: Any, major: str) -> None:
    name = f"default.postgres{major}"
    with pytest.raises(ClientError, match=r"Cannot modify a default parameter group\."):
        change(rds, ("work_mem", "8192", "immediate"), name=name)
    with pytest.raises(ClientError, match=r"Cannot modify a default parameter group\."):
        rds.reset_db_parameter_group(DBParameterGroupName=name, ResetAllParameters=True)
    with pytest.raises(ClientError, match="Default DBParameterGroup cannot be deleted"):
        rds.delete_db_parameter_group(DBParameterGroupName=name)


def test_a_group_changes_its_server(rds: Any, plane: ControlPlane, instance: str, major: str) -> None:
    make(rds, f"postgres{major}")
    change(rds, ("work_mem", "8192", "immediate"))
    rds.modify_db_instance(DBInstanceIdentifier=instance, DBParameterGroupName="custom-param-group-name")
    # Also what is dynamic waits, when a group has just been attached.
    assert status(rds, instance) == ("available", "pending-reboot")
    assert show(plane, "work_mem") == "4MB"
    rds.reboot_db_instance(DBInstanceIdentifier=instance)
    wait(rds, instance)
    assert status(rds, instance) == ("available", "in-sync")
    assert show(plane, "work_mem") == "8MB"
    # From then on it comes into force at once, unless it is asked to wait.
    change(rds, ("work_mem", "16384", "immediate"), ("maintenance_work_mem", "65000", "pending-reboot"))
    assert show(plane, "work_mem") == "16MB"
    assert status(rds, instance) == ("available", "pending-reboot")
    with pytest.raises(ClientError, match="still members of this parameter group"):
        rds.delete_db_parameter_group(**NAME)
    rds.reset_db_parameter_group(**NAME, ResetAllParameters=True)
    assert show(plane, "work_mem") == "4MB"
    rds.modify_db_instance(DBInstanceIdentifier=instance, DBParameterGroupName=f"default.postgres{major}")
    rds.delete_db_parameter_group(**NAME)


def test_a_group_that_stops_the_server_is_repaired(
    rds: Any, plane: ControlPlane, instance: str, major: str
) -> None:
    make(rds, f"postgres{major}", "too-much")
    change(rds, ("shared_buffers", "1073741823", "pending-reboot"), name="too-much")
    rds.modify_db_instance(DBInstanceIdentifier=instance, DBParameterGroupName="too-much")
    rds.reboot_db_instance(DBInstanceIdentifier=instance)
    with plane.state.changed:
        plane.state.changed.wait_for(lambda: plane.state.databases[instance].status != "rebooting", 60)
    assert status(rds, instance) == ("incompatible-parameters", "failed-to-apply")
    assert parameters(rds, DBParameterGroupName="too-much", Source="user").keys() == {"shared_buffers"}
    change(rds, ("shared_buffers", "1000", "pending-reboot"), name="too-much")
    rds.reboot_db_instance(DBInstanceIdentifier=instance)
    wait(rds, instance)
    assert status(rds, instance) == ("available", "in-sync")
    assert show(plane, "shared_buffers") == "8000kB"
    assert any(
        "shared_buffers" in one["Message"] or "memory" in one["Message"]
        for one in rds.describe_events(SourceType="db-instance", EventCategories=["failure"])["Events"]
    )


def test_a_group_of_another_family_is_refused(rds: Any, instance: str, major: str) -> None:
    other = "13" if major != "13" else "15"
    with pytest.raises(
        ClientError, match=f"Use a parameter group with DBParameterGroupFamily postgres{major}"
    ):
        rds.modify_db_instance(DBInstanceIdentifier=instance, DBParameterGroupName=f"default.postgres{other}")
