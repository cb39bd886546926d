"""Instances through the API: created, found, changed, upgraded, given roles, deleted."""

from typing import Any

import psycopg
import pytest

from rdscheck import Basis, claim, documentation_finding, rests_on, scenario

API = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference"
GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
CREATE, CHANGE = f"{API}/API_CreateDBInstance.html", f"{API}/API_ModifyDBInstance.html"
ADD_ROLE = f"{API}/API_AddRoleToDBInstance.html"
BUCKET = f"{GUIDE}/postgresql-s3-export-access-bucket.html"
MAJOR = f"{GUIDE}/USER_UpgradeDBInstance.PostgreSQL.MajorVersion.html"
pytestmark = scenario(
    "aws/instances",
    title="Create, change, upgrade and delete instances, and associate roles, through the API",
    docs=f"{GUIDE}/USER_CreateDBInstance.html",
    since=13,
    needs=("rdsutils",),
    basis=Basis.EMULATED,
)
NAME = "your-db-instance"
INSTANCE = {"DBInstanceIdentifier": NAME}
ROLE = "arn:aws:iam::123456789012:role/YOUR_RDS_S3_EXPORT_ROLE"
LOGIN = {"MasterUsername": "postgres", "MasterUserPassword": "a-password-of-the-lab"}


@claim(source=CREATE, certainty="documented")
def test_an_instance_is_created_and_answers(lab: Any, step: Any) -> None:
    """A created instance becomes available, with the database and master user that were asked for."""
    with step("1. Create it"):
        server = lab.start(DBName="labdb", Tags=[{"Key": "team", "Value": "dba"}])
    found = lab.aws.describe(NAME)
    assert (found["DBInstanceStatus"], found["MasterUsername"]) == ("available", "postgres")
    assert (found["DBName"], found["TagList"]) == ("labdb", [{"Key": "team", "Value": "dba"}])
    with step("2. Log in where it says"):
        endpoint = found["Endpoint"]
        assert (endpoint["Address"], endpoint["Port"]) == (server.info.host, server.info.port)
        with server.recorded("labdb", password=LOGIN["MasterUserPassword"]) as master:
            row = master.execute(
                "SELECT current_user, current_database(), rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            assert row == ("postgres", "labdb", False)


@claim(source=CREATE, certainty="documented")
@rests_on("control-plane-error-texts")
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"DBInstanceIdentifier": "1st"}, "InvalidParameterValue"),
        ({"DBInstanceIdentifier": "two--hyphens"}, "InvalidParameterValue"),
        ({"EngineVersion": "8.4"}, "InvalidParameterCombination"),
        ({"MasterUserPassword": "short"}, "InvalidParameterValue"),
        ({"MasterUserPassword": "with/slash"}, "InvalidParameterValue"),
        ({"DBParameterGroupName": "nobodys"}, "DBParameterGroupNotFound"),
    ],
    ids=["name-digit", "name-hyphens", "version", "password-short", "password-slash", "group"],
)
def test_wrong_input_creates_nothing(
    lab: Any, refused_by_api: Any, changed: dict[str, str], code: str
) -> None:
    """A name, version, password or group that RDS does not take is refused, and nothing is made."""
    given = {**INSTANCE, "Engine": "postgres", "EngineVersion": lab.major, **LOGIN, **changed}
    status = 404 if code.endswith("NotFound") else 400
    refused_by_api(code, lab.rds.create_db_instance, status, DBInstanceClass="db.t3.micro", **given)
    assert lab.rds.describe_db_instances()["DBInstances"] == []


@claim(source=CREATE, certainty="documented")
def test_a_name_is_given_once(lab: Any, refused_by_api: Any) -> None:
    """A second instance of the same name, in whatever case, is refused; one nobody has is not found."""
    lab.start()
    refused_by_api(
        "DBInstanceAlreadyExists",
        lab.rds.create_db_instance,
        DBInstanceIdentifier=NAME.upper(),
        Engine="postgres",
        EngineVersion=lab.major,
        DBInstanceClass="db.t3.micro",
        **LOGIN,
    )
    told = refused_by_api(
        "DBInstanceNotFound", lab.rds.describe_db_instances, 404, DBInstanceIdentifier="other"
    )
    assert told == "DBInstance other not found."


@claim(source=CHANGE, certainty="documented")
def test_the_password_changes_without_a_reboot(lab: Any) -> None:
    """The next log-in needs the new master password and refuses the old one; sessions that run go on."""
    server = lab.start()
    with server.recorded() as running:
        lab.rds.modify_db_instance(**INSTANCE, MasterUserPassword="another-password")
        assert running.execute("SELECT 1").fetchone() == (1,)
    server.connect(password="another-password").close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        server.connect(password=LOGIN["MasterUserPassword"])


@claim(source=f"{GUIDE}/USER_ModifyInstance.ApplyImmediately.html", certainty="documented")
@rests_on("control-plane-maintenance-window")
def test_what_is_not_applied_immediately_is_pending(lab: Any) -> None:
    """A change of class waits in PendingModifiedValues until a change is applied immediately."""
    lab.start()
    lab.rds.modify_db_instance(**INSTANCE, DBInstanceClass="db.m6g.large")
    found = lab.aws.describe(NAME)
    assert found["DBInstanceClass"] == "db.t3.micro"
    assert found["PendingModifiedValues"] == {"DBInstanceClass": "db.m6g.large"}
    lab.rds.modify_db_instance(**INSTANCE, ApplyImmediately=True)
    found = lab.aws.describe(NAME)
    assert (found["DBInstanceClass"], found["PendingModifiedValues"]) == ("db.m6g.large", {})


@claim(source=BUCKET, certainty="documented")
def test_a_role_is_associated_for_a_feature(lab: Any) -> None:
    """add-role-to-db-instance with s3Export shows the role as ACTIVE; removed it is gone."""
    lab.start()
    lab.role("YOUR_RDS_S3_EXPORT_ROLE")
    lab.rds.add_role_to_db_instance(**INSTANCE, RoleArn=ROLE, FeatureName="s3Export")
    expected = {"RoleArn": ROLE, "FeatureName": "s3Export", "Status": "ACTIVE"}
    assert lab.aws.describe(NAME)["AssociatedRoles"] == [expected]
    lab.rds.remove_role_from_db_instance(**INSTANCE, RoleArn=ROLE, FeatureName="s3Export")
    assert lab.aws.describe(NAME)["AssociatedRoles"] == []


@claim(source=BUCKET, certainty="derived")
@documentation_finding("export-guide-feature-name")
@rests_on("feature-name-refusal")
def test_other_feature_names_are_refused(lab: Any, refused_by_api: Any) -> None:
    """A role cannot be associated for S3_EXPORT, as a guide has it, nor for s3Export in another case."""
    lab.start()
    for feature in ("S3_EXPORT", "s3export", "S3Export"):
        asked = {**INSTANCE, "RoleArn": ROLE, "FeatureName": feature}
        told = refused_by_api("InvalidParameterValue", lab.rds.add_role_to_db_instance, **asked)
        assert feature in told
    assert lab.aws.describe(NAME)["AssociatedRoles"] == []


@claim(source=ADD_ROLE, certainty="documented")
def test_a_feature_has_one_role_and_a_role_one_feature(lab: Any, refused_by_api: Any) -> None:
    """A second role for a feature is refused, and a second feature for a role: each needs its own."""
    lab.start()
    lab.rds.add_role_to_db_instance(**INSTANCE, RoleArn=ROLE, FeatureName="s3Export")
    for arn, feature in ((f"{ROLE}_2", "s3Export"), (ROLE, "s3Import")):
        refused_by_api(
            "DBInstanceRoleAlreadyExists",
            lab.rds.add_role_to_db_instance,
            **INSTANCE,
            RoleArn=arn,
            FeatureName=feature,
        )
    lab.rds.add_role_to_db_instance(**INSTANCE, RoleArn=f"{ROLE}_2", FeatureName="s3Import")
    assert len(lab.aws.describe(NAME)["AssociatedRoles"]) == 2
    refused_by_api(
        "DBInstanceRoleNotFound",
        lab.rds.remove_role_from_db_instance,
        404,
        **INSTANCE,
        RoleArn=ROLE,
        FeatureName="s3Import",
    )


@claim(
    source="https://github.com/terraform-aws-modules/terraform-aws-rds-aurora/issues/129",
    certainty="observed",
)
def test_a_cluster_needs_the_feature_named(lab: Any, refused_by_api: Any) -> None:
    """A role for a cluster of Aurora PostgreSQL needs a feature name; without one it is refused."""
    lab.aws.cluster("your-cluster")
    cluster = {"DBClusterIdentifier": "your-cluster"}
    told = refused_by_api("InvalidParameterValue", lab.rds.add_role_to_db_cluster, **cluster, RoleArn=ROLE)
    assert told.startswith(
        "The feature-name parameter must be provided with the current operation for the Aurora"
    )
    lab.rds.add_role_to_db_cluster(**cluster, RoleArn=ROLE, FeatureName="Lambda")
    found = lab.rds.describe_db_clusters(**cluster)["DBClusters"][0]["AssociatedRoles"]
    assert [(one["RoleArn"], one["FeatureName"]) for one in found] == [(ROLE, "Lambda")]


@claim(source=f"{GUIDE}/UsingWithRDS.IAMDBAuth.Enabling.html", certainty="documented", needs=("tls", "pam"))
def test_iam_log_ins_go_on_and_off(lab: Any) -> None:
    """A token opens while IAM authentication is on for the instance, and neither before nor after."""
    server = lab.start()
    with server.recorded() as master:
        master.execute("CREATE USER jane_doe")
        master.execute("GRANT rds_iam TO jane_doe")
    where = lab.aws.describe(NAME)["Endpoint"]
    token = lab.rds.generate_db_auth_token(where["Address"], where["Port"], "jane_doe")
    login = {"user": "jane_doe", "password": token, "sslmode": "require"}
    for enabled in (False, True, False):
        lab.rds.modify_db_instance(**INSTANCE, EnableIAMDatabaseAuthentication=enabled)
        assert lab.aws.describe(NAME)["IAMDatabaseAuthenticationEnabled"] is enabled
        if enabled:
            server.connect(**login).close()
            continue
        with pytest.raises(psycopg.OperationalError, match="PAM authentication failed"):
            server.connect(**login)


@claim(source=f"{API}/API_DescribeDBEngineVersions.html", certainty="documented")
def test_versions_tell_where_they_may_be_upgraded_to(lab: Any) -> None:
    """An engine version lists its upgrade targets, minors and majors, and the features it has roles for."""
    found = lab.rds.describe_db_engine_versions(Engine="postgres", EngineVersion="15.4")["DBEngineVersions"]
    assert [(one["EngineVersion"], one["DBParameterGroupFamily"]) for one in found] == [
        ("15.4", "postgres15")
    ]
    targets = {one["EngineVersion"]: one["IsMajorVersionUpgrade"] for one in found[0]["ValidUpgradeTarget"]}
    assert (targets["15.5"], targets["16.1"], "14.11" in targets) == (False, True, False)
    assert {"s3Export", "s3Import", "Lambda"} <= set(found[0]["SupportedFeatureNames"])


# Upgrades take long; what they do on other versions is in upgrade/*.
@claim(source=MAJOR, certainty="documented", since=17, until=17, needs=("upgrade",))
def test_a_major_upgrade_has_to_be_allowed(lab: Any, refused_by_api: Any, step: Any) -> None:
    """A major upgrade needs AllowMajorVersionUpgrade; with it the data, address and password stay."""
    server = lab.start()
    target = "18"
    with server.recorded() as master:
        master.execute("CREATE TABLE kept AS SELECT 1 AS id")
    with step("1. Not allowed"):
        told = refused_by_api(
            "InvalidParameterCombination",
            lab.rds.modify_db_instance,
            **INSTANCE,
            EngineVersion=target,
            ApplyImmediately=True,
        )
        assert told.startswith("The AllowMajorVersionUpgrade flag must be present")
    with step("2. Allowed"):
        lab.rds.modify_db_instance(
            **INSTANCE, EngineVersion=target, AllowMajorVersionUpgrade=True, ApplyImmediately=True
        )
        lab.aws.wait(NAME)
    found = lab.aws.describe(NAME)
    assert found["EngineVersion"].partition(".")[0] == target
    assert found["DBParameterGroups"][0]["DBParameterGroupName"] == f"default.postgres{target}"
    assert found["Endpoint"]["Port"] == server.info.port
    with server.recorded(password=LOGIN["MasterUserPassword"]) as master:
        assert master.execute("SELECT id FROM kept").fetchone() == (1,)
        assert master.info.server_version // 10000 == int(target)


@claim(source=f"{API}/API_DeleteDBInstance.html", certainty="documented")
@rests_on("control-plane-error-texts")
def test_deleting_needs_a_word_about_the_last_snapshot(lab: Any, refused_by_api: Any) -> None:
    """An instance is deleted without a last snapshot only when asked to, and never while it is protected."""
    server = lab.start(DeletionProtection=True)
    refused_by_api("InvalidParameterCombination", lab.rds.delete_db_instance, **INSTANCE)
    told = refused_by_api(
        "InvalidParameterCombination", lab.rds.delete_db_instance, **INSTANCE, SkipFinalSnapshot=True
    )
    assert told == "Cannot delete protected DB Instance, please disable deletion protection and try again."
    lab.rds.modify_db_instance(**INSTANCE, DeletionProtection=False)
    lab.rds.delete_db_instance(**INSTANCE, SkipFinalSnapshot=True)
    lab.aws.wait(NAME, "db_instance_deleted")
    refused_by_api("DBInstanceNotFound", lab.rds.describe_db_instances, 404, **INSTANCE)
    with pytest.raises(psycopg.OperationalError):
        server.connect()
