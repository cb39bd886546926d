"""Shared by the scenarios of IAM: documents of policies, roles made of them, exports and imports."""

import json
from collections.abc import Callable
from typing import Any

import pytest

#: One statement of a policy, as IAM writes it.
Statement = dict[str, Any]


def _statement(effect: str, actions: Any, resources: Any, more: Statement) -> Statement:
    return {"Effect": effect, "Action": actions, "Resource": resources, **more}


class Account:
    """What the tests do in the account, in one line each."""

    def __init__(self, rds_roles: Any, rds_s3: Any) -> None:
        self.rds, self.s3 = rds_roles, rds_s3
        self.objects = f"arn:aws:s3:::{rds_s3.bucket}/*"
        self.bucket = f"arn:aws:s3:::{rds_s3.bucket}"

    @staticmethod
    def document(*statements: Statement) -> str:
        """Write a policy document."""
        return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})

    @staticmethod
    def allow(actions: str | list[str], resources: str | list[str], **more: Any) -> Statement:
        """Write a statement that allows actions on resources; ``more`` are other elements of it."""
        return _statement("Allow", actions, resources, more)

    @staticmethod
    def deny(actions: str | list[str], resources: str | list[str], **more: Any) -> Statement:
        """Write a statement that denies actions on resources; ``more`` are other elements of it."""
        return _statement("Deny", actions, resources, more)

    @classmethod
    def trust(cls, service: str = "rds.amazonaws.com", **conditions: Any) -> str:
        """Write a trust policy for a service."""
        one: Statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        return cls.document({**one, "Condition": conditions} if conditions else one)

    def role(self, *statements: Statement, name: str = "rds-s3-role", **options: Any) -> str:
        """Create a role with an inline policy of these statements, trusted by RDS; return its ARN."""
        options.setdefault("AssumeRolePolicyDocument", self.trust())
        arn: str = self.rds.iam.create_role(RoleName=name, **options)["Role"]["Arn"]
        if statements:
            self.inline(*statements, role=name)
        return arn

    def managed(self, name: str, *statements: Statement) -> str:
        """Create a managed policy and return its ARN."""
        made = self.rds.iam.create_policy(PolicyName=name, PolicyDocument=self.document(*statements))
        arn: str = made["Policy"]["Arn"]
        return arn

    def inline(self, *statements: Statement, role: str = "rds-s3-role") -> None:
        """Write or replace the role's inline policy."""
        self.rds.iam.put_role_policy(
            RoleName=role, PolicyName="access", PolicyDocument=self.document(*statements)
        )

    def exporter(self, *statements: Statement, **options: Any) -> str:
        """Create a role as ``role`` does and associate it for exports."""
        arn = self.role(*statements, **options)
        self.rds.add_role(arn, "s3Export")
        return arn

    def importer(self, *statements: Statement, **options: Any) -> str:
        """Create a role as ``role`` does and associate it for imports."""
        arn = self.role(*statements, **options)
        self.rds.add_role(arn, "s3Import")
        return arn

    def bucket_policy(self, *statements: Statement) -> None:
        """Write or replace the bucket's policy."""
        self.s3.client.put_bucket_policy(Bucket=self.s3.bucket, Policy=self.document(*statements))


_PRINTED = """{
     "Version": "2012-10-17",
     "Statement": [
       {
         "Effect": "Allow",
         "Principal": {
            "Service": "rds.amazonaws.com"
          },
         "Action": "sts:AssumeRole",
         "Condition": {
             "StringEquals": {
                "aws:SourceAccount": 111122223333,
                "aws:SourceArn": arn:aws:rds:us-east-1:111122223333db:dbname
                }
             }
       }
     ]
   }"""


@pytest.fixture
def printed() -> str:
    """Give the trust policy of the guide for exports as its edition of 2023 prints it."""
    return _PRINTED


@pytest.fixture
def account(rds_roles: Any, rds_s3: Any) -> Account:
    """Give an empty account."""
    return Account(rds_roles, rds_s3)


@pytest.fixture
def aws_s3(rds: Any) -> Any:
    """Give the master user's connection to a database that has the extension."""
    rds.execute("CREATE EXTENSION aws_s3 CASCADE")
    return rds


@pytest.fixture
def export(aws_s3: Any, rds_s3: Any) -> Callable[..., tuple[int, int, int]]:
    """Export a row to a key of the bucket and return rows, files and bytes."""

    def call(key: str = "out.csv", bucket: str = "", region: str = "") -> tuple[int, int, int]:
        place = [bucket or rds_s3.bucket, key, region or rds_s3.region]
        query = "SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', %s, %s, %s)"
        rows, files, size = aws_s3.execute(query, place).fetchone()
        return rows, files, size

    return call


@pytest.fixture
def import_(aws_s3: Any, rds_s3: Any) -> Callable[..., str]:
    """Import a key of the bucket, by default one that holds a row, into a table and return the answer."""
    aws_s3.execute("CREATE TABLE t (a int)")
    rds_s3.put("in.csv", "1\n")

    def call(key: str = "in.csv") -> str:
        query = "SELECT aws_s3.table_import_from_s3('t', '', '(format csv)', %s, %s, %s)"
        return str(aws_s3.execute(query, [rds_s3.bucket, key, rds_s3.region]).fetchone()[0])

    return call


@pytest.fixture
def nothing_there(rds_s3: Any) -> Callable[[], None]:
    """Check that no export left anything in the bucket, nor an upload in flight."""

    def check() -> None:
        assert set(rds_s3.keys()) <= {"in.csv"}
        assert rds_s3.uploads() == []

    return check
