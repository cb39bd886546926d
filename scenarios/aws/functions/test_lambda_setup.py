"""The guide's commands, typed as they stand there: policy, role, association, function, first call."""

import json
from collections.abc import Iterator
from secrets import token_hex
from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import Basis, claim, refused, rests_on, scenario

DOCS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL-Lambda.html"
pytestmark = scenario(
    "aws/lambda-setup",
    title="Invoke a Lambda function: the commands of the guide",
    docs=DOCS,
    since=13,
    needs=("aws_lambda",),
    basis=Basis.EMULATED,
)

INSTANCE = "my-instance"
ROLE = "arn:aws:iam::123456789012:role/rds-lambda-role"
SOURCE = (
    r"import json\ndef lambda_handler(event, context):\n"
    r"    return {'statusCode': 200, 'body': json.dumps('Hello from Lambda!')}\n"
)
TRUST = {"Effect": "Allow", "Principal": {"Service": "rds.amazonaws.com"}, "Action": "sts:AssumeRole"}
CALL = (
    "SELECT * from aws_lambda.invoke(aws_commons.create_lambda_function_arn(%s, 'us-east-1'),"
    """ '{"body": "Hello from Postgres!"}'::json )"""
)


def policy(statement: dict[str, Any]) -> str:
    """Return a policy document as one word of a shell."""
    return f"'{json.dumps({'Version': '2012-10-17', 'Statement': [statement]})}'"


@pytest.fixture
def function(rds_aws: Any, rds: Any) -> Iterator[str]:
    """Create a function by the command line; return its name."""
    rds_aws.require()
    name = f"my-function-{token_hex(4)}"
    rds.recorder.mask(name, "my-function")
    rds_aws.shell(f'printf "{SOURCE}" >lambda_function.py')
    rds_aws.shell("python3 -m zipfile -c function.zip lambda_function.py")
    rds_aws.aws(
        f"lambda create-function --function-name {name} --runtime python3.13 --zip-file fileb://function.zip"
        " --handler lambda_function.lambda_handler --role arn:aws:iam::123456789012:role/lambda-role"
    )
    yield name
    rds_aws.client("lambda").delete_function(FunctionName=name)


@claim(source=DOCS, certainty="documented")
@rests_on("lambda-no-role-text")
def test_commands_of_the_guide(rds_aws: Any, function: str, step: Any) -> None:
    """Policy, role and association by the aws program let the instance invoke; without a role it may not."""
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function}"
    allow = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": arn}
    instance = rds_aws.create(INSTANCE)
    to_instance = f"--db-instance-identifier {INSTANCE} --feature-name Lambda --role-arn {ROLE}"
    with instance.recorded() as master:
        master.execute("CREATE EXTENSION IF NOT EXISTS aws_lambda CASCADE")
        with (
            step("Before step 2: no role"),
            refused(pg.SystemError, "credentials stored with the database cluster can't be accessed"),
        ):
            master.execute(CALL, [function])
        with step("2. Create the policy and the role, join them, add the role to the instance"):
            rds_aws.aws(
                f"iam create-policy --policy-name rds-lambda-policy --policy-document {policy(allow)}"
            )
            rds_aws.aws(
                f"iam create-role --role-name rds-lambda-role --assume-role-policy-document {policy(TRUST)}"
            )
            rds_aws.aws(
                "iam attach-role-policy --policy-arn arn:aws:iam::123456789012:policy/rds-lambda-policy"
                " --role-name rds-lambda-role --region us-east-1"
            )
            rds_aws.aws(f"rds add-role-to-db-instance {to_instance}")
        with step("5. Invoke the function"):
            row = master.execute(CALL, [function]).fetchone()
            assert row == (200, {"statusCode": 200, "body": '"Hello from Lambda!"'}, "$LATEST", None)
        with step("The role is taken away again"):
            rds_aws.aws(f"rds remove-role-from-db-instance {to_instance}")
            with refused(pg.SystemError, "credentials stored", hint='feature-name "Lambda"'):
                master.execute(CALL, [function])


@claim(source="https://docs.aws.amazon.com/cli/latest/reference/lambda/invoke.html", certainty="documented")
def test_function_by_the_command_line(rds_aws: Any, function: str, step: Any) -> None:
    """The aws program invokes the function too: the answer is in the file, the status on the screen."""
    with step("aws lambda invoke"):
        told = rds_aws.aws(f"lambda invoke --function-name {function} --payload '{{}}' out.json", show=True)
        assert json.loads(told.output) == {"StatusCode": 200, "ExecutedVersion": "$LATEST"}
        answer = rds_aws.shell("cat out.json", show=True).output
        assert json.loads(answer)["body"] == '"Hello from Lambda!"'
    with step("One that does not exist"):
        failed = rds_aws.aws("lambda invoke --function-name no-function out.json", check=False)
        assert failed.status != 0
        assert "ResourceNotFoundException" in failed.errors


@claim(source=DOCS, certainty="documented")
@rests_on("lambda-refusal-text")
def test_policies_decide(rds_aws: Any, function: str, step: Any) -> None:
    """What the role's policy says in IAM is felt by the next call: other functions and actions are denied."""
    iam, denied = rds_aws.client("iam"), "is not authorized to perform: lambda:InvokeFunction on resource: "
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function}"

    def allow(action: str, resource: str) -> None:
        document = json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}],
            }
        )
        iam.put_role_policy(RoleName="rds-lambda-role", PolicyName="invoke", PolicyDocument=document)

    trust = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    iam.create_role(RoleName="rds-lambda-role", AssumeRolePolicyDocument=trust)
    instance = rds_aws.create(INSTANCE)
    rds_aws.client("rds").add_role_to_db_instance(
        DBInstanceIdentifier=INSTANCE, RoleArn=ROLE, FeatureName="Lambda"
    )
    with instance.recorded() as master:
        master.execute("CREATE EXTENSION aws_lambda CASCADE")
        with step("1. A role without any policy"), refused(pg.SystemError, detail=denied + arn):
            master.execute(CALL, [function])
        with step("2. The policy of the guide: this function, and no other"):
            allow("lambda:InvokeFunction", arn)
            assert master.execute(CALL, [function]).fetchone()[0] == 200
            with refused(
                pg.SystemError, detail=f"{denied}arn:aws:lambda:us-east-1:123456789012:function:other"
            ):
                master.execute(CALL, ["other"])
        with step("3. Another action"):
            allow("lambda:GetFunction", arn)
            with refused(pg.SystemError, detail=denied + arn):
                master.execute(CALL, [function])
