"""Shared by the scenarios of the API: a group, an instance that has it, and what the API answers."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

GROUP = "custom-param-group-name"
INSTANCE = "your-db-instance"


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Lab:
    """An instance with a parameter group of its own, through boto3."""

    def __init__(self, aws: Any, version: str) -> None:
        self.aws, self.rds = aws, aws.client("rds")
        self.major = version.partition(".")[0]

    def _has(self, name: str) -> bool:
        found = self.rds.describe_db_parameter_groups()["DBParameterGroups"]
        return name in {one["DBParameterGroupName"] for one in found}

    def group(self, *changes: tuple[str, str, str], name: str = GROUP) -> None:
        """Change a group, which is made when it is not there: name, value and method of each parameter."""
        if not self._has(name):
            family = f"postgres{self.major}"
            self.rds.create_db_parameter_group(
                DBParameterGroupName=name, DBParameterGroupFamily=family, Description="scenario"
            )
        if changes:
            asked = [
                {"ParameterName": parameter, "ParameterValue": value, "ApplyMethod": method}
                for parameter, value, method in changes
            ]
            self.rds.modify_db_parameter_group(DBParameterGroupName=name, Parameters=asked)

    def start(self, **arguments: Any) -> Any:
        """Create the instance, with the group where there is one; returns its server."""
        if self._has(GROUP):
            arguments.setdefault("DBParameterGroupName", GROUP)
        return self.aws.create(INSTANCE, **arguments)

    def role(self, name: str) -> None:
        """Create a role that RDS may assume and that may do everything with S3."""
        iam = self.aws.client("iam")
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "rds.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(statement))
        allowed = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
        iam.put_role_policy(RoleName=name, PolicyName="s3", PolicyDocument=_policy(allowed))

    def reboot(self) -> None:
        """Reboot the instance and wait for it."""
        self.rds.reboot_db_instance(DBInstanceIdentifier=INSTANCE)
        self.aws.wait(INSTANCE)

    def status(self) -> tuple[str, str]:
        """Return the status of the instance and of its group."""
        found = self.aws.describe(INSTANCE)
        return found["DBInstanceStatus"], found["DBParameterGroups"][0]["ParameterApplyStatus"]

    def show(self, parameter: str) -> str:
        """Return what a new session of the master user is shown."""
        with self.aws.instance(INSTANCE).recorded() as master:
            return str(master.execute(f"SHOW {parameter}").fetchone()[0])


@pytest.fixture
def lab(rds_aws: Any, rds_version: str) -> Lab:
    """Give what the scenarios do through the API."""
    return Lab(rds_aws, rds_version)


@pytest.fixture
def refused_by_api() -> Callable[..., str]:
    """Give what calls the API, expects an error code, and returns its text."""

    def check(code: str, act: Callable[..., Any], status: int = 400, **arguments: Any) -> str:
        with pytest.raises(ClientError) as caught:
            act(**arguments)
        response: Any = caught.value.response
        assert response["Error"]["Code"] == code, response["Error"]
        assert response["ResponseMetadata"]["HTTPStatusCode"] == status
        return str(response["Error"]["Message"])

    return check
