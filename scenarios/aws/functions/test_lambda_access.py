"""Who may invoke what: the associated role, its policy, other functions and Regions, no way to Lambda."""

from dataclasses import replace
from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import Basis, claim, refused, rests_on, scenario

DOCS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL-Lambda.html"
ERRORS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL-Lambda-errors.html"
PERMISSIONS = "https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html"
EVALUATION = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"
INVOKE = "https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html"
pytestmark = scenario(
    "aws/lambda-access",
    title="Give the instance access to Lambda functions",
    docs=DOCS,
    since=13,
    needs=("aws_lambda",),
    basis=Basis.EMULATED,
)

FAILED = "invoke API failed"
DENIED = "is not authorized to perform: lambda:InvokeFunction on resource: "
NO_ROLE = "credentials stored with the database cluster can't be accessed"
CALL = "%s, '{}'::json"


@claim(source=DOCS, certainty="documented")
@rests_on("lambda-no-role-text")
def test_role_comes_and_goes(rds_db: Any, echo: str, row: Any, step: Any) -> None:
    """A call works while a role is associated for Lambda, and in the same session not without one."""
    with step("1. With the role"):
        assert row(CALL, [echo])[0] == 200
    with step("2. The role is removed"):
        rds_db.remove_role("Lambda")
        with refused(pg.SystemError, NO_ROLE, hint='with the feature-name "Lambda"?'):
            row(CALL, [echo])
    with step("3. Associated again"):
        rds_db.associate_role("Lambda")
        assert row(CALL, [echo])[0] == 200


@claim(source=DOCS, certainty="documented")
@rests_on("lambda-no-role-text")
def test_role_of_another_feature(rds_db: Any, rds_lambda: Any, echo: str, row: Any, step: Any) -> None:
    """A role associated for s3Export does not serve Lambda, whatever its policy allows."""
    rds_db.remove_role("Lambda")
    with step("1. A role for s3Export that may do everything"):
        rds_db.associate_role("s3Export", allow=("*",), resource=("*",))
        with refused(pg.SystemError, NO_ROLE, hint='"Lambda"'):
            row(CALL, [echo])
    assert rds_lambda.calls("my-function") == []
    with step("2. The same for Lambda"):
        rds_db.associate_role("Lambda", allow=("*",), resource=("*",))
        assert row(CALL, [echo])[0] == 200


@claim(
    source="https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_AddRoleToDBInstance.html",
    certainty="documented",
)
@rests_on("feature-name-refusal")
def test_feature_name_is_spelt_lambda(rds_db: Any, rds_lambda: Any, echo: str, row: Any) -> None:
    """The feature is called Lambda and its case counts: lambda and LAMBDA are refused."""
    for wrong in ("lambda", "LAMBDA", "awsLambda"):
        with pytest.raises(Exception, match=f"feature-name '{wrong}' is not valid"):
            rds_db.associate_role(wrong)
    assert row(CALL, [echo])[0] == 200


@claim(source=DOCS, certainty="documented")
@rests_on("lambda-refusal-text", "policy-subset")
def test_policy_must_allow(rds_db: Any, rds_lambda: Any, echo: str, row: Any, step: Any) -> None:
    """A role whose policy does not allow lambda:InvokeFunction is denied, and nothing runs."""
    for allow in ((), ("lambda:GetFunction",), ("s3:*",)):
        with step(f"A policy that allows {', '.join(allow) or 'nothing'}"):
            rds_db.associate_role("Lambda", allow=allow)
            with refused(
                pg.SystemError,
                FAILED,
                detail=DENIED + rds_lambda.arn("my-function") + " because no identity-based policy allows",
            ):
                row(CALL, [echo])
    assert rds_lambda.calls("my-function") == []
    for allow in (("lambda:Invoke*",), ("LAMBDA:invokefunction",)):
        with step(f"A policy that allows {allow[0]}"):
            rds_db.associate_role("Lambda", allow=allow)
            assert row(CALL, [echo])[0] == 200


@claim(source=EVALUATION, certainty="documented")
@rests_on("lambda-refusal-text", "policy-subset")
def test_deny_beats_allow(rds_db: Any, rds_lambda: Any, echo: str, row: Any) -> None:
    """A policy that allows everything and denies lambda:InvokeFunction denies."""
    rds_db.associate_role("Lambda", allow=("*",), deny=("lambda:InvokeFunction",))
    with refused(pg.SystemError, FAILED, detail="with an explicit deny in an identity-based policy"):
        row(CALL, [echo])
    assert rds_lambda.calls("my-function") == []


@claim(source=DOCS, certainty="documented")
@rests_on("lambda-refusal-text")
def test_policy_names_the_function(
    rds_db: Any, rds_lambda: Any, source: str, echo: str, row: Any, step: Any
) -> None:
    """The guide's policy, on one function's ARN, lets that function be invoked and no other."""
    other = rds_lambda.deploy("other-function", source)
    rds_db.associate_role("Lambda", resource=(rds_lambda.arn("my-function"),))
    with step("1. The function that the policy names"):
        assert row(CALL, [echo])[0] == 200
    with (
        step("2. Another one"),
        refused(pg.SystemError, FAILED, detail=DENIED + rds_lambda.arn("other-function")),
    ):
        row(CALL, [other])
    assert rds_lambda.calls("other-function") == []
    with (
        step("3. One that does not exist is denied as well: nobody learns what there is"),
        refused(pg.SystemError, FAILED, detail=DENIED),
    ):
        row(CALL, [rds_lambda.name("no-function")])


@claim(source=PERMISSIONS, certainty="documented")
@rests_on("lambda-refusal-text")
def test_versions_are_resources_of_their_own(
    rds_db: Any, rds_lambda: Any, echo: str, row: Any, step: Any
) -> None:
    """A policy on a function's ARN does not cover its versions and aliases; one on the ARN with :* does."""
    rds_lambda.client.publish_version(FunctionName=echo)
    call = "%s, '{}'::json, qualifier := '1'"
    with step("1. The policy names the function only"):
        rds_db.associate_role("Lambda", resource=(rds_lambda.arn("my-function"),))
        with refused(pg.SystemError, FAILED, detail=DENIED + rds_lambda.arn("my-function", "1")):
            row(call, [echo])
    with step("2. The policy names its versions and aliases only"):
        rds_db.associate_role("Lambda", resource=(rds_lambda.arn("my-function", "*"),))
        assert row(call, [echo])[2] == "1"
        with refused(pg.SystemError, FAILED, detail=DENIED):
            row(CALL, [echo])


@claim(source=DOCS, certainty="documented")
@rests_on("lambda-refusal-text")
def test_other_region(rds_db: Any, rds_lambda: Any, echo: str, row: Any, step: Any) -> None:
    """In another Region it is another function: the policy must name it there, and it must exist there."""
    call = "%s, '{}'::json, region := 'eu-west-1'"
    there = rds_lambda.arn("my-function", region="eu-west-1")
    with (
        step("1. The policy names the Region of the instance"),
        refused(pg.SystemError, FAILED, detail=DENIED + there),
    ):
        row(call, [echo])
    with step("2. The policy names the other Region: the function is not there"):
        rds_db.associate_role("Lambda", resource=(there,))
        with refused(pg.SystemError, FAILED, detail=f"Function not found: {there}"):
            row(call, [echo])
        with refused(pg.SystemError, FAILED, detail=f"Function not found: {there}"):
            row(CALL, [there])


@claim(source=DOCS, certainty="derived")
@rests_on("lambda-refusal-text")
def test_other_account(rds_db: Any, rds_lambda: Any, echo: str, row: Any, step: Any) -> None:
    """A function of another account is another resource: the policy on one's own does not reach it."""
    theirs = f"999999999999:function:{echo}"
    with step("1. By the policy on the own function"), refused(pg.SystemError, FAILED, detail=DENIED):
        row(CALL, [theirs])
    with step("2. By a policy on everything: it is not there"):
        rds_db.associate_role("Lambda", resource=("*",))
        with refused(pg.SystemError, FAILED, detail="Function not found"):
            row(CALL, [theirs])
    assert rds_lambda.calls("my-function") == []


@claim(source=INVOKE, certainty="documented")
@rests_on("lambda-refusal-text")
def test_dry_run_tells_about_access(rds_db: Any, rds_lambda: Any, echo: str, row: Any, step: Any) -> None:
    """DryRun finds out whether the role may invoke the function, without invoking it."""
    call = "%s, '{}'::json, invocation_type := 'DryRun'"
    with step("1. It may"):
        assert row(call, [echo])[0] == 204
    with step("2. It may not"):
        rds_db.associate_role("Lambda", allow=())
        with refused(pg.SystemError, FAILED, detail=DENIED):
            row(call, [echo])
    assert rds_lambda.calls("my-function") == []


@claim(source=INVOKE, certainty="documented", basis=Basis.STAND_IN)
@rests_on("lambda-refusal-text")
def test_requests_are_signed(rds_db: Any, rds_lambda: Any, echo: str, row: Any, step: Any) -> None:
    """Requests are signed with the role's credentials: Lambda refuses another secret and an unknown key."""
    if rds_lambda.endpoint.kind != "rdscheck":
        pytest.skip("emulators check no signature")
    right = rds_lambda.credentials
    for changed, told in (
        (replace(right, secret_key="wrong"), "The request signature we calculated does not match"),
        (replace(right, access_key="AKIAUNKNOWN"), "The security token included in the request is invalid"),
    ):
        with step(told):
            rds_db.associate_role("Lambda", credentials=changed)
            with refused(pg.SystemError, FAILED, detail=told):
                row("%s, %s::json, qualifier := '$LATEST'", [echo, '{"a": "ü"}'])
    with step("With the right ones again, a payload and a qualifier signed along"):
        rds_db.associate_role("Lambda")
        assert row("%s, %s::json, qualifier := '$LATEST'", [echo, '{"a": "ü"}'])[0] == 200


@claim(source=ERRORS, certainty="documented", basis=Basis.STAND_IN)
def test_nothing_answers(rds_db: Any, rds_lambda: Any, echo: str, row: Any, step: Any) -> None:
    """Without a way to Lambda the call fails with the guide's text and context."""
    # Port 9 is the discard service: reserved, and on no machine of ours.
    rds_db.change(lambda_endpoint="http://127.0.0.1:9")
    with refused(
        pg.SystemError, FAILED, detail="AWS Lambda client returned 'Unable to connect to endpoint'."
    ) as no:
        row(CALL, [echo])
    assert no.value.diag.context == 'SQL function "invoke" statement 1'
    rds_db.change(lambda_endpoint=rds_lambda.endpoint.url_for_server)
    assert row(CALL, [echo])[0] == 200


@claim(source=ERRORS, certainty="documented", basis=Basis.STAND_IN)
def test_no_network_path(aws_lambda: Any) -> None:
    """On an instance without a network path to Lambda a call fails the same way."""
    with refused(pg.SystemError, FAILED, detail="'Unable to connect to endpoint'"):
        aws_lambda.execute("SELECT * FROM aws_lambda.invoke('my-function', '{}'::json)")
