"""Who may invoke Lambda functions, decided by the policies of a role in IAM."""

from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import Basis, claim, refused, rests_on, scenario

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL-Lambda.html"
_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide"

pytestmark = scenario(
    "iam/functions",
    title="Let roles and policies in IAM decide on calls of Lambda",
    docs=_GUIDE,
    since=13,
    needs=("aws_lambda",),
    basis=Basis.EMULATED,
)

FAILED = "invoke API failed"
DENIED = "is not authorized to perform: lambda:InvokeFunction"
NO_ROLE = "credentials stored with the database cluster can't be accessed"
SOURCE = "def lambda_handler(event, context):\n    return 'done'\n"


@pytest.fixture
def invoke(rds: Any, rds_lambda: Any) -> Any:
    """Call the function of the guide from the database and return what it answers."""
    rds_lambda.deploy("my-function", SOURCE)
    rds.execute("CREATE EXTENSION aws_lambda CASCADE")
    # A cold start on a busy machine must not look like a function that hangs.
    rds.execute("SET aws_lambda.request_timeout_ms = 30000")
    call = "SELECT payload FROM aws_lambda.invoke(%s, '{}'::json)"
    return lambda: rds.execute(call, [rds_lambda.arn("my-function")]).fetchone()[0]


@pytest.fixture
def role(rds_lambda: Any, rds_db: Any, account: Any) -> Any:
    """Create the guide's role with a policy of these statements, and add it to the instance."""
    rds_db.remove_role("Lambda")

    def create(*statements: Any, **options: Any) -> str:
        arn: str = account.role(*statements, name="rds-lambda-role", **options)
        account.rds.add_role(arn, "Lambda")
        return arn

    return create


@claim(source=_GUIDE, certainty="documented")
@rests_on("iam-scope")
def test_guide(account: Any, rds_lambda: Any, rds_roles: Any, role: Any, invoke: Any, step: Any) -> None:
    """The guide's policy, role and association let the instance call that function."""
    with step("1. Create a policy that allows lambda:InvokeFunction on the function"):
        allowed = account.allow("lambda:InvokeFunction", rds_lambda.arn("my-function"))
        policy = account.managed("rds-lambda-policy", allowed)
    with step("2. Create a role, attach the policy, add the role for Lambda"):
        role()
        rds_roles.iam.attach_role_policy(RoleName="rds-lambda-role", PolicyArn=policy)
    with step("3. Call the function"):
        assert invoke() == "done"
    with step("4. Detach the policy"), refused(pg.SystemError, FAILED, detail=DENIED):
        rds_roles.iam.detach_role_policy(RoleName="rds-lambda-role", PolicyArn=policy)
        invoke()
    assert len(rds_lambda.calls("my-function")) == 1


@claim(source=f"{_IAM}/reference_policies_evaluation-logic.html", certainty="documented")
@rests_on("lambda-refusal-text")
def test_policies(account: Any, rds_lambda: Any, role: Any, invoke: Any, step: Any) -> None:
    """Another function, an explicit deny or a boundary keep a role from calling the function."""
    arn = rds_lambda.arn("my-function")
    role(account.allow("*", "*"), PermissionsBoundary=account.managed("limit", account.allow("s3:*", "*")))
    with step("1. The boundary allows S3 only"), refused(pg.SystemError, FAILED, detail=DENIED):
        invoke()
    account.rds.iam.delete_role_permissions_boundary(RoleName="rds-lambda-role")
    for title, statements in (
        ("2. Another function", [account.allow("lambda:*", f"{arn}-2")]),
        ("3. A deny", [account.allow("*", "*"), account.deny("lambda:Invoke*", arn)]),
    ):
        with step(title), refused(pg.SystemError, FAILED, detail=DENIED):
            account.inline(*statements, role="rds-lambda-role")
            invoke()
    assert rds_lambda.calls("my-function") == []
    with step("4. Every function, by a star for the name"):
        every = f"{arn.rpartition(':')[0]}:*"
        account.inline(account.allow("lambda:InvokeFunction", every), role="rds-lambda-role")
        assert invoke() == "done"


@claim(source=_GUIDE, certainty="derived")
@rests_on("lambda-no-role-text", "iam-role-invalid")
def test_trust(account: Any, rds_lambda: Any, role: Any, invoke: Any) -> None:
    """A role that Lambda may assume, and not RDS, is no role for calling functions."""
    role(account.allow("*", "*"), AssumeRolePolicyDocument=account.trust("lambda.amazonaws.com"))
    with refused(pg.SystemError, NO_ROLE):
        invoke()
    assert rds_lambda.calls("my-function") == []


@claim(source=f"{_IAM}/reference_policies_elements_condition_operators.html", certainty="derived")
@rests_on("iam-unevaluated")
def test_unknown_condition(account: Any, rds_lambda: Any, role: Any, invoke: Any) -> None:
    """A condition that rdscheck does not evaluate is an error that names it, and nothing runs."""
    role(account.allow("*", "*", Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}))
    unsure = "rdscheck cannot tell whether IAM allows lambda:InvokeFunction here"
    with refused(pg.FeatureNotSupported, unsure, detail="aws:SourceVpc"):
        invoke()
    assert rds_lambda.calls("my-function") == []
