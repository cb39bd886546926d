"""Roles of a DB instance through the API: what IAM says counts at once, and in every database."""

import json
from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import Basis, claim, documentation_finding, refused, rests_on, scenario

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
_EXPORT = f"{_GUIDE}/postgresql-s3-export-access-bucket.html"
_ROLE = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstanceRole.html"

pytestmark = scenario(
    "iam/instance",
    title="Add roles to a DB instance and change their policies",
    docs=_EXPORT,
    document="RDS for PostgreSQL: export to S3 with a stored procedure",
    since=13,
    needs=("aws_s3", "rdsutils"),
    basis=Basis.EMULATED,
)

NAME = "my-db-instance"
FAILED = "could not upload to Amazon S3"
DENIED = "Amazon S3 client returned 'Access Denied'."
NO_ROLE = "credentials stored with the database cluster can't be accessed"


class Lab:
    """An instance, a role for its exports, and what tests do with them."""

    def __init__(self, aws: Any, s3: Any) -> None:
        self.aws, self.s3 = aws, s3
        self.rds, self.iam = aws.client("rds"), aws.client("iam")
        self.server = aws.create(NAME)
        arn = aws.describe(NAME)["DBInstanceArn"]
        self.trust("rds.amazonaws.com", {"StringEquals": {"aws:SourceArn": arn}}, new=True)
        self.allow("s3:PutObject", f"arn:aws:s3:::{s3.bucket}/*")
        self.role = {
            "DBInstanceIdentifier": NAME,
            "RoleArn": "arn:aws:iam::123456789012:role/rds-s3-export-role",
            "FeatureName": "s3Export",
        }

    def trust(self, service: str, condition: dict[str, Any], *, new: bool = False) -> None:
        """Say in the trust policy who may assume the role."""
        statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        text = policy({**statement, "Condition": condition})
        if new:
            self.iam.create_role(RoleName="rds-s3-export-role", AssumeRolePolicyDocument=text)
        else:
            self.iam.update_assume_role_policy(RoleName="rds-s3-export-role", PolicyDocument=text)

    def allow(self, action: str, resource: str) -> None:
        """Write the role's inline policy."""
        text = policy({"Effect": "Allow", "Action": action, "Resource": resource})
        self.iam.put_role_policy(RoleName="rds-s3-export-role", PolicyName="export", PolicyDocument=text)

    def status(self) -> list[str]:
        """Return the status of the instance's roles."""
        return [one["Status"] for one in self.aws.describe(NAME)["AssociatedRoles"]]

    def export(self, session: Any, key: str = "out.csv") -> None:
        """Export a row."""
        query = "SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', %s, %s, %s)"
        session.execute(query, [self.s3.bucket, key, self.s3.region])


def policy(statement: dict[str, Any]) -> str:
    """Write a policy document of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def lab(rds_aws: Any, rds_s3: Any) -> Lab:
    """Start an instance that has no role yet."""
    return Lab(rds_aws, rds_s3)


@claim(source=_EXPORT, certainty="derived")
@rests_on("export-no-role-text", "export-s3-errors", "iam-at-once")
def test_policies_count_at_once(lab: Any, step: Any) -> None:
    """An instance exports while it has the role and the role's policy allows it, from call to call."""
    with lab.server.recorded() as session:
        session.execute("CREATE EXTENSION aws_s3 CASCADE")
        with step("1. No role"), refused(pg.SystemError, NO_ROLE):
            lab.export(session)
        with step("2. Add the role"):
            lab.rds.add_role_to_db_instance(**lab.role)
            lab.export(session)
        with step("3. Its policy allows reading only"), refused(pg.SystemError, FAILED, detail=DENIED):
            lab.allow("s3:GetObject", "*")
            lab.export(session, "denied.csv")
        with step("4. The role is removed"), refused(pg.SystemError, NO_ROLE):
            lab.allow("s3:PutObject", "*")
            lab.rds.remove_role_from_db_instance(**lab.role)
            lab.export(session, "removed.csv")
    assert lab.s3.keys() == ["out.csv"]


@claim(source=_ROLE, certainty="documented")
@rests_on("iam-role-invalid")
def test_status(lab: Any, step: Any) -> None:
    """The status of a role is ACTIVE while RDS can assume it for this instance, and INVALID while not."""
    lab.rds.add_role_to_db_instance(**lab.role)
    assert lab.status() == ["ACTIVE"]
    with lab.server.recorded() as session:
        session.execute("CREATE EXTENSION aws_s3 CASCADE")
        with step("1. The trust policy names another instance"), refused(pg.SystemError, NO_ROLE):
            other = {"StringEquals": {"aws:SourceArn": "arn:aws:rds:us-east-1:123456789012:db:other"}}
            lab.trust("rds.amazonaws.com", other)
            assert lab.status() == ["INVALID"]
            lab.export(session)
        with step("2. It names all of the account's"):
            lab.trust("rds.amazonaws.com", {"StringEquals": {"aws:SourceAccount": "123456789012"}})
            assert lab.status() == ["ACTIVE"]
            lab.export(session)


@claim(source=_EXPORT, certainty="derived")
@rests_on("export-s3-errors")
def test_bucket_policy_through_the_endpoint(lab: Any, step: Any) -> None:
    """A bucket's policy that is put through the same endpoint counts at once."""
    lab.rds.add_role_to_db_instance(**lab.role)
    bucket, s3 = lab.s3.bucket, lab.aws.client("s3")
    closed = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": f"arn:aws:s3:::{bucket}/*"}
    with lab.server.recorded() as session:
        session.execute("CREATE EXTENSION aws_s3 CASCADE")
        with step("1. The bucket's policy denies"), refused(pg.SystemError, FAILED, detail=DENIED):
            s3.put_bucket_policy(Bucket=bucket, Policy=policy(closed))
            lab.export(session)
        with step("2. It is deleted"):
            s3.delete_bucket_policy(Bucket=bucket)
            lab.export(session)
    assert lab.s3.keys() == ["out.csv"]


@claim(source=_EXPORT, certainty="documented")
def test_role_serves_every_database(lab: Any, step: Any) -> None:
    """A role added to an instance serves each of its databases, also one created later."""
    lab.rds.add_role_to_db_instance(**lab.role)
    with lab.server.recorded() as session:
        session.execute("CREATE DATABASE later")
    for number, dbname in enumerate(("postgres", "later"), 1):
        with step(f"{number}. Export from {dbname}"), lab.server.recorded(dbname) as session:
            session.execute("CREATE EXTENSION aws_s3 CASCADE")
            lab.export(session, f"{dbname}.csv")
    assert lab.s3.keys() == ["later.csv", "postgres.csv"]


@claim(
    source=f"{_GUIDE}/PostgreSQL-Lambda.html",
    certainty="documented",
    needs=("aws_lambda",),
)
@rests_on("lambda-no-role-text")
def test_functions(lab: Any, rds_lambda: Any, step: Any) -> None:
    """A role added for Lambda lets an instance call the function its policy names, until it is removed."""
    arn = rds_lambda.arn("my-function")
    rds_lambda.deploy("my-function", "def lambda_handler(event, context):\n    return 'done'\n")
    lab.allow("lambda:InvokeFunction", arn)
    role = {**lab.role, "FeatureName": "Lambda"}
    with lab.server.recorded() as session:
        session.execute("CREATE EXTENSION aws_lambda CASCADE")
        session.execute("SET aws_lambda.request_timeout_ms = 30000")
        call = "SELECT payload FROM aws_lambda.invoke(%s, '{}'::json)"
        with step("1. Add the role and call"):
            lab.rds.add_role_to_db_instance(**role)
            assert session.execute(call, [arn]).fetchone() == ("done",)
        with step("2. Remove it and call"), refused(pg.SystemError, NO_ROLE):
            lab.rds.remove_role_from_db_instance(**role)
            session.execute(call, [arn])
    assert len(rds_lambda.calls("my-function")) == 1


@claim(source=_EXPORT, certainty="observed")
@documentation_finding("export-guide-trust-policy")
def test_trust_policy_as_printed(rds_aws: Any, printed: str, step: Any) -> None:
    """IAM refuses the trust policy that the guide for exports printed in 2023, and takes it with quotes."""
    iam = rds_aws.client("iam")
    with (
        step("1. aws iam create-role with the text as printed"),
        pytest.raises(iam.exceptions.MalformedPolicyDocumentException, match="invalid Json"),
    ):
        iam.create_role(RoleName="rds-s3-export-role", AssumeRolePolicyDocument=printed)
    with step("2. With quotes around account and ARN"):
        wrong = "arn:aws:rds:us-east-1:111122223333db:dbname"
        text = printed.replace(wrong, f'"{wrong}"').replace("111122223333,", '"111122223333",')
        iam.create_role(RoleName="rds-s3-export-role", AssumeRolePolicyDocument=text)
