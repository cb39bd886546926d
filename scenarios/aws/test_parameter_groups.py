"""Parameter groups through the API: made, changed, in force at once or after a reboot, refused."""

from typing import Any

import pytest

from rdscheck import Basis, claim, rests_on, scenario

GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
DOCS = f"{GUIDE}/USER_WorkingWithParamGroups.html"
API = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference"
MODIFY = f"{API}/API_ModifyDBParameterGroup.html"
TERRAFORM = "https://github.com/hashicorp/terraform-provider-aws/issues"
pytestmark = scenario(
    "aws/parameter-groups",
    title="Change what a server does by its parameter group, through the API",
    docs=DOCS,
    since=13,
    needs=("rdsutils",),
    basis=Basis.EMULATED,
)
GROUP = {"DBParameterGroupName": "custom-param-group-name"}
INSTANCE = {"DBInstanceIdentifier": "your-db-instance"}
documented = claim(source=DOCS, certainty="documented")


@documented
def test_static_parameters_wait_for_a_reboot(lab: Any, step: Any) -> None:
    """A static parameter is pending-reboot until the instance is rebooted, and in force afterwards."""
    lab.group(("max_locks_per_transaction", "128", "pending-reboot"))
    lab.start()
    with step("1. Change the group"):
        lab.group(("max_locks_per_transaction", "256", "pending-reboot"))
        assert lab.status() == ("available", "pending-reboot")
        assert lab.show("max_locks_per_transaction") == "128"
    with step("2. Reboot"):
        lab.reboot()
        assert lab.status() == ("available", "in-sync")
        assert lab.show("max_locks_per_transaction") == "256"


@claim(source=MODIFY, certainty="observed")
def test_static_parameters_at_once_are_refused(lab: Any, refused_by_api: Any) -> None:
    """ApplyMethod immediate is refused for a static parameter, and nothing of the request is done."""
    lab.group()
    asked = [
        {"ParameterName": "work_mem", "ParameterValue": "8192", "ApplyMethod": "immediate"},
        {"ParameterName": "shared_buffers", "ParameterValue": "1000", "ApplyMethod": "immediate"},
    ]
    told = refused_by_api(
        "InvalidParameterCombination", lab.rds.modify_db_parameter_group, **GROUP, Parameters=asked
    )
    assert told == "cannot use immediate apply method for static parameter"
    assert lab.rds.describe_db_parameters(**GROUP, Source="user")["Parameters"] == []


@documented
def test_dynamic_parameters_come_at_once(lab: Any) -> None:
    """A dynamic parameter of a group in use is in force at once, also for sessions that run."""
    lab.group(("work_mem", "8192", "immediate"))
    with lab.start().recorded() as master:
        assert master.execute("SHOW work_mem").fetchone() == ("8MB",)
        lab.group(("work_mem", "16384", "immediate"))
        assert lab.status() == ("available", "in-sync")
        assert lab.show("work_mem") == "16MB"
        assert master.execute("SHOW work_mem").fetchone() == ("16MB",)


@documented
def test_an_attached_group_waits_for_a_reboot(lab: Any) -> None:
    """What an instance's new group says, dynamic parameters included, comes into force by a reboot."""
    lab.start()
    lab.group(("work_mem", "8192", "immediate"))
    lab.rds.modify_db_instance(**INSTANCE, **GROUP, ApplyImmediately=True)
    assert lab.status() == ("available", "pending-reboot")
    assert lab.show("work_mem") == "4MB"
    lab.reboot()
    assert lab.status() == ("available", "in-sync")
    assert lab.show("work_mem") == "8MB"


@documented
def test_reset_goes_back_to_the_defaults(lab: Any) -> None:
    """ResetAllParameters takes dynamic parameters back at once, static ones at the next reboot."""
    lab.group(("work_mem", "8192", "immediate"), ("max_locks_per_transaction", "128", "pending-reboot"))
    lab.start()
    lab.rds.reset_db_parameter_group(**GROUP, ResetAllParameters=True)
    assert lab.show("work_mem") == "4MB"
    assert lab.show("max_locks_per_transaction") == "128"
    assert lab.status() == ("available", "pending-reboot")
    lab.reboot()
    assert lab.show("max_locks_per_transaction") == "64"


@documented
def test_default_groups_cannot_be_changed(lab: Any, refused_by_api: Any) -> None:
    """An instance has its family's default group, which nobody can modify, reset or delete."""
    lab.start()
    name = f"default.postgres{lab.major}"
    group = {"DBParameterGroupName": name}
    assert lab.aws.describe("your-db-instance")["DBParameterGroups"][0]["DBParameterGroupName"] == name
    asked = [{"ParameterName": "work_mem", "ParameterValue": "8192", "ApplyMethod": "immediate"}]
    for act, arguments in (
        (lab.rds.modify_db_parameter_group, {"Parameters": asked}),
        (lab.rds.reset_db_parameter_group, {"ResetAllParameters": True}),
    ):
        told = refused_by_api("InvalidParameterValue", act, **group, **arguments)
        assert told == "Cannot modify a default parameter group."
    told = refused_by_api("InvalidDBParameterGroupState", lab.rds.delete_db_parameter_group, **group)
    assert told == f"Default DBParameterGroup cannot be deleted: {name}"


@claim(source=f"{TERRAFORM}/6448", certainty="observed")
def test_a_group_in_use_cannot_be_deleted(lab: Any, refused_by_api: Any) -> None:
    """A group is deleted once no instance has it any more, not before."""
    lab.group()
    lab.start()
    told = refused_by_api("InvalidDBParameterGroupState", lab.rds.delete_db_parameter_group, **GROUP)
    assert "still members of this parameter group custom-param-group-name" in told
    lab.rds.modify_db_instance(**INSTANCE, DBParameterGroupName=f"default.postgres{lab.major}")
    lab.rds.delete_db_parameter_group(**GROUP)
    refused_by_api("DBParameterGroupNotFound", lab.rds.describe_db_parameter_groups, 404, **GROUP)


@claim(source="https://github.com/mattermost/mattermost-load-test-ng/pull/707", certainty="observed")
def test_a_group_of_another_family_is_refused(lab: Any, refused_by_api: Any) -> None:
    """An instance takes a group of its own family only."""
    lab.start()
    other = "15" if lab.major != "15" else "17"
    told = refused_by_api(
        "InvalidParameterCombination",
        lab.rds.modify_db_instance,
        **INSTANCE,
        DBParameterGroupName=f"default.postgres{other}",
    )
    assert told.endswith(f"Use a parameter group with DBParameterGroupFamily postgres{lab.major}.")
    assert lab.status() == ("available", "in-sync")


@documented
def test_a_group_that_stops_the_server_can_be_repaired(lab: Any) -> None:
    """A value it cannot start with makes an instance incompatible-parameters; another one mends it."""
    lab.group()
    lab.start()
    lab.group(("shared_buffers", "1073741823", "pending-reboot"))
    lab.rds.reboot_db_instance(**INSTANCE)
    lab.aws.settle("your-db-instance")
    assert lab.status()[0] == "incompatible-parameters"
    lab.group(("shared_buffers", "2000", "pending-reboot"))
    lab.reboot()
    assert lab.status() == ("available", "in-sync")
    assert lab.show("shared_buffers") == "16000kB"


@claim(source=MODIFY, certainty="guessed")
@rests_on("control-plane-error-texts")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("no_such_parameter", "1"),
        ("work_mem", "63"),
        ("log_statement", "some"),
        ("rds.extensions", "pgaudit"),
    ],
)
def test_wrong_names_and_values_are_refused(lab: Any, refused_by_api: Any, name: str, value: str) -> None:
    """A parameter the family has not, a value it does not allow, and one that nobody may set are refused."""
    lab.group()
    asked = [{"ParameterName": name, "ParameterValue": value, "ApplyMethod": "immediate"}]
    told = refused_by_api(
        "InvalidParameterValue", lab.rds.modify_db_parameter_group, **GROUP, Parameters=asked
    )
    assert name in told


@claim(source=f"{API}/API_DescribeDBParameters.html", certainty="documented")
def test_all_parameters_are_listed_with_their_source(lab: Any) -> None:
    """A group lists every parameter of its family, by 100 a page, and by their source where asked for."""
    lab.group(("work_mem", "8192", "immediate"))
    pages = list(lab.rds.get_paginator("describe_db_parameters").paginate(**GROUP))
    found = {row["ParameterName"]: row for page in pages for row in page["Parameters"]}
    assert len(pages) > 2
    assert found["work_mem"]["ApplyType"] == "dynamic"
    assert found["shared_buffers"]["ApplyType"] == "static"
    assert found["rds.extensions"]["IsModifiable"] is False
    user = lab.rds.describe_db_parameters(**GROUP, Source="user")["Parameters"]
    assert [(row["ParameterName"], row["ParameterValue"]) for row in user] == [("work_mem", "8192")]
    defaults = lab.rds.describe_engine_default_parameters(DBParameterGroupFamily=f"postgres{lab.major}")
    assert defaults["EngineDefaults"]["Parameters"][0]["ParameterName"] == min(found)


@claim(
    source="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_WorkingWithDBClusterParamGroups.html",
    certainty="documented",
)
@rests_on("control-plane-aurora")
def test_groups_of_a_cluster_reach_its_instance(lab: Any) -> None:
    """rds.logical_replication of a cluster's group turns logical decoding on after a reboot of its writer."""
    group = {"DBClusterParameterGroupName": "cluster-group"}
    family = f"aurora-postgresql{lab.major}"
    lab.rds.create_db_cluster_parameter_group(**group, DBParameterGroupFamily=family, Description="x")
    lab.aws.cluster("your-cluster", **group)
    lab.aws.create("your-db-instance", DBClusterIdentifier="your-cluster")
    assert lab.show("wal_level") == "replica"
    asked = [
        {"ParameterName": "rds.logical_replication", "ParameterValue": "1", "ApplyMethod": "pending-reboot"}
    ]
    lab.rds.modify_db_cluster_parameter_group(**group, Parameters=asked)
    assert lab.show("wal_level") == "replica"
    lab.reboot()
    assert lab.show("wal_level") == "logical"
