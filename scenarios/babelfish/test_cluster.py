"""Give a cluster access to Lambda by the AWS CLI, as the page on Babelfish types it."""

import json
from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import Basis, claim, refused, rests_on, scenario

pytestmark = scenario(
    "babelfish/cluster",
    title="Set up access of a cluster to Lambda",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/babelfish-postgres-aws-extensions.html",
    document="Using Aurora PostgreSQL extensions with Babelfish",
    since=13,
    needs=("rdsutils",),
    basis=Basis.EMULATED,
)

ROLES = "https://docs.aws.amazon.com/cli/latest/reference/rds/add-role-to-db-cluster.html"

#: The document's policies; the function's ARN is put in.
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "AllowAccessToExampleFunction", "Effect": "Allow", "Action": "lambda:InvokeFunction"}
    ],
}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "rds.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}

#: The document's commands; account, policies and feature are put in.
CREATE_POLICY = "aws iam create-policy  --policy-name rds-lambda-policy --policy-document '{policy}'"
CREATE_ROLE = "aws iam create-role  --role-name rds-lambda-role --assume-role-policy-document '{trust}'"
ATTACH = (
    "aws iam attach-role-policy --policy-arn arn:aws:iam::{account}:policy/rds-lambda-policy"
    " --role-name rds-lambda-role --region aws-region"
)
ADD_ROLE = (
    "aws rds add-role-to-db-cluster --db-cluster-identifier my-cluster-name {feature}"
    " --role-arn arn:aws:iam::{account}:role/rds-lambda-role --region aws-region"
)

#: The account that answers here; the document's is 444455556666.
ACCOUNT = "123456789012"


class Typist:
    """Types the document's commands for a cluster and its instance."""

    def __init__(self, aws: Any) -> None:
        aws.require()
        aws.cluster("my-cluster-name")
        self.aws = aws

    def policy(self, resource: str) -> None:
        """Type step 1 for a function."""
        policy = {**POLICY, "Statement": [{**POLICY["Statement"][0], "Resource": resource}]}  # type: ignore[dict-item]
        self.aws.shell(CREATE_POLICY.format(policy=json.dumps(policy)))

    def role(self) -> None:
        """Type steps 2 and 3."""
        self.aws.shell(CREATE_ROLE.format(trust=json.dumps(TRUST)))
        self.aws.shell(ATTACH.format(account=ACCOUNT))

    def add(self, feature: str = "--feature-name Lambda", **options: Any) -> Any:
        """Type step 4."""
        return self.aws.shell(ADD_ROLE.format(account=ACCOUNT, feature=feature), **options)

    def make_role(self) -> None:
        """Create role and policy by boto3, where it is not the commands that count: each takes a second."""
        iam = self.aws.client("iam")
        iam.create_role(RoleName="rds-lambda-role", AssumeRolePolicyDocument=json.dumps(TRUST))
        policy = {**POLICY, "Statement": [{**POLICY["Statement"][0], "Resource": "*"}]}  # type: ignore[dict-item]
        iam.create_policy(PolicyName="rds-lambda-policy", PolicyDocument=json.dumps(policy))

    def features(self) -> list[str]:
        """Return the features that have a role."""
        (found,) = self.aws.client("rds").describe_db_clusters(DBClusterIdentifier="my-cluster-name")[
            "DBClusters"
        ]
        return [one["FeatureName"] for one in found["AssociatedRoles"]]


@pytest.fixture
def typist(rds_aws: Any) -> Typist:
    """Give who types; skipped where there is no AWS CLI."""
    return Typist(rds_aws)


@claim(certainty="documented", needs=("aws_lambda",))
def test_procedure(typist: Typist, rds_lambda: Any, step: Any) -> None:
    """The four commands let the cluster's instance call a function, which it could not before."""
    rds_lambda.deploy("my-function", "def lambda_handler(event, context):\n    return event\n")
    arn = rds_lambda.arn("my-function")
    server = typist.aws.create("my-instance", DBClusterIdentifier="my-cluster-name")
    with step("1. Create the policy"):
        typist.policy(arn)
    with step("2. and 3. Create the role and attach the policy"):
        typist.role()
    call = "SELECT payload FROM aws_lambda.invoke(%s, '\"hello\"'::json)"
    with server.recorded() as master:
        master.execute("CREATE EXTENSION aws_lambda CASCADE")
        with step("Nothing is associated yet"), refused(pg.SystemError):
            master.execute(call, [arn])
        assert rds_lambda.calls("my-function") == []
        with step("4. Attach the role to the cluster"):
            typist.add()
            assert typist.features() == ["Lambda"]
        with step("Invoke the function"):
            assert master.execute(call, [arn]).fetchone() == ("hello",)


@claim(source=ROLES, certainty="observed")
@rests_on("feature-name-refusal")
def test_feature_is_needed(typist: Typist, step: Any) -> None:
    """A role for a cluster is refused without a feature name, and under one that only looks like Lambda's."""
    typist.make_role()
    for feature in ("", "--feature-name lambda", "--feature-name LAMBDA_INVOKE"):
        with step(f"{feature or 'without --feature-name'}: refused"):
            done = typist.add(feature, check=False)
            assert done.status != 0
            assert "(InvalidParameterValue) when calling the AddRoleToDBCluster operation" in done.errors
            assert typist.features() == []
    with step("--feature-name Lambda"):
        typist.add()
        assert typist.features() == ["Lambda"]


@claim(
    source="https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html",
    certainty="documented",
)
def test_account_is_ones_own(typist: Typist, step: Any) -> None:
    """A policy's ARN has the account it was made in: with the document's 444455556666 none is found."""
    typist.make_role()
    with step("As printed"):
        done = typist.aws.shell(ATTACH.format(account="444455556666"), check=False)
        assert done.status != 0
        assert "(NoSuchEntity) when calling the AttachRolePolicy operation" in done.errors
    with step("With one's own account"):
        typist.aws.shell(ATTACH.format(account=ACCOUNT))
