"""Rules for the stand-ins: they answer as the policies they were made of, for every request."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdscheck.aws.iam.compiling import ACTIONS, compile_policy, request_context
from rdscheck.aws.iam.document import Kind, Policy
from rdscheck.aws.iam.patterns import Pattern
from rdscheck.aws.iam.policy import Request, evaluate
from rdscheck.errors import Unevaluated
from rdscheck.sandbox.access import Rule
from tests.aws.iam.making import BUCKET, ROLE, allow, deny, policies, policy

AMONG = (BUCKET, f"{BUCKET}/*")


def by_rules(rules: list[Rule], bounded: bool, action: str, resource: str, region: str) -> str:
    """Answer as policy.c does, in its words."""
    said: dict[str, set[bool]] = {"allow": set(), "deny": set(), "within": set()}
    for rule in rules:
        if not Pattern.read(rule.action).matches(action, fold=True):
            continue
        if rule.regions and region not in rule.regions:
            continue
        if rule.among and not named(rule.among, resource):
            continue
        if named(rule.resources, resource) is rule.other:
            continue
        said[rule.effect].add(not rule.unsure)
    if not bounded:
        said["within"] = {True}
    if True in said["deny"] or not said["allow"] or not said["within"]:
        return "no"
    if said["deny"] or True not in said["allow"] or True not in said["within"]:
        return "unknown"
    return "yes"


def named(patterns: tuple[str, ...], resource: str) -> bool:
    return any(Pattern.read(one).matches(resource) for one in patterns)


def by_policies(
    identity: Policy, resource: Policy | None, boundary: Policy | None, action: str, name: str, region: str
) -> str:
    context = request_context(ROLE).also({"aws:RequestedRegion": region})
    asked = Request(ROLE, action, name, context)
    try:
        return "yes" if evaluate(asked, [identity], resource, boundary).allowed else "no"
    except Unevaluated:
        return "unknown"


@given(
    policies(),
    st.none() | policies(Kind.RESOURCE),
    st.none() | policies(),
    st.sampled_from(("s3Export", "s3Import")),
    st.sampled_from((f"{BUCKET}/a", f"{BUCKET}/ab", BUCKET, "arn:aws:s3:::c/a")),
    st.sampled_from(("us-east-1", "eu-west-1", "eu-central-1")),
)
def test_rules_answer_as_the_policies_do(
    identity: Policy, resource: Policy | None, boundary: Policy | None, feature: str, name: str, region: str
) -> None:
    rules = list(compile_policy(identity, feature, ROLE))
    if resource:
        rules += compile_policy(resource, feature, ROLE, among=AMONG)
    if boundary:
        rules += compile_policy(boundary, feature, ROLE, boundary=True)
    action = ACTIONS[feature][0]
    concerned = resource if name.startswith(BUCKET) else None
    expected = by_policies(identity, concerned, boundary, action, name, region)
    assert by_rules(rules, boundary is not None, action, name, region) == expected


def only(*statements: dict[str, Any], feature: str = "Lambda") -> Rule:
    (rule,) = compile_policy(policy(*statements), feature, ROLE)
    return rule


def test_a_plain_statement_is_a_plain_rule() -> None:
    arn = "arn:aws:lambda:us-east-1:123456789012:function:f"
    assert only(allow("lambda:*", arn)) == Rule("allow", "lambda:InvokeFunction", (arn,))
    assert only(deny("lambda:Invoke*", "*")) == Rule("deny", "lambda:InvokeFunction", ("*",))


def test_what_is_about_other_actions_is_left_out() -> None:
    assert list(compile_policy(policy(allow("s3:*"), deny("lambda:List*")), "Lambda", ROLE)) == []


def test_variables_are_put_in() -> None:
    assert only(allow("*", "arn:aws:lambda:*:${aws:PrincipalAccount}:*")).resources == (
        "arn:aws:lambda:*:123456789012:*",
    )


@pytest.mark.parametrize(
    "statement",
    [
        allow("*", "arn:aws:s3:::b/${*}"),
        allow("*", "arn:aws:s3:::b/${aws:username}"),
        allow("*", Condition={"StringEquals": {"aws:SourceVpc": "v"}}),
    ],
)
def test_what_cannot_be_written_is_unsure(statement: dict[str, Any]) -> None:
    rule = only(statement)
    assert rule.unsure
    assert named(rule.resources, f"{BUCKET}/*")


def test_a_region_in_a_resource_makes_a_rule_for_each() -> None:
    arn = "arn:aws:lambda:${aws:RequestedRegion}:1:f"
    rules = list(compile_policy(policy(allow("*", arn)), "Lambda", ROLE))
    assert (
        Rule("allow", "lambda:InvokeFunction", ("arn:aws:lambda:eu-west-1:1:f",), regions=("eu-west-1",))
        in rules
    )
    assert len(rules) > 20


def test_a_condition_that_holds_in_every_region_limits_none() -> None:
    assert only(allow("*", Condition={"StringLike": {"aws:RequestedRegion": "*"}})).regions == ()
