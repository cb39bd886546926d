"""Decisions: deny beats allow, nothing is allowed by itself, and what is unknown is never a yes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdscheck.aws.iam.document import Kind, Policy
from rdscheck.aws.iam.policy import Request, evaluate
from rdscheck.errors import Unevaluated, UnevaluatedCondition
from tests.aws.iam.making import (
    BUCKET,
    ROLE,
    allow,
    deny,
    policies,
    policy,
    request,
    requests,
)

VPC = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}
SESSION = {"AWS": "arn:aws:sts::123456789012:assumed-role/rds-role/x"}


def answer(*arguments: Any, **more: Any) -> str:
    """Return yes, no or unknown."""
    try:
        return "yes" if evaluate(*arguments, **more).allowed else "no"
    except Unevaluated:
        return "unknown"


def test_nothing_is_allowed_by_default() -> None:
    decision = evaluate(request(), [])
    assert (decision.allowed, decision.statement) == (False, None)
    assert decision.why == f"nothing allows s3:PutObject on {BUCKET}/a"


def test_the_statement_that_decided_is_named() -> None:
    rules = policy(allow(Sid="Yes"), deny("s3:Delete*", Sid="No"))
    decided = evaluate(request(), [rules])
    assert decided.allowed
    assert decided.statement is rules.statements[0]
    assert decided.why == f"p: Statement[0] (Yes) allows s3:PutObject on {BUCKET}/a"
    refused = evaluate(request("s3:DeleteObject"), [rules])
    assert not refused.allowed
    assert "Statement[1] (No) denies" in refused.why


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow("s3:PutObject"), "yes"),
        (allow("S3:pUTobject"), "yes"),
        (allow("s3:PutObjectAcl"), "no"),
        (allow("s3:Put?bject"), "yes"),
        (allow(["ec2:*", "s3:Put*"]), "yes"),
        (allow("*", BUCKET), "no"),
        (allow("*", BUCKET.upper()), "no"),
        (allow("*", f"{BUCKET}/A"), "no"),
        ({"Effect": "Allow", "NotAction": "s3:Get*", "Resource": "*"}, "yes"),
        ({"Effect": "Allow", "NotAction": ["ec2:*", "s3:Put*"], "Resource": "*"}, "no"),
        ({"Effect": "Allow", "Action": "*", "NotResource": f"{BUCKET}/x/*"}, "yes"),
        ({"Effect": "Allow", "Action": "*", "NotResource": ["arn:aws:s3:::x", f"{BUCKET}/*"]}, "no"),
        (allow(Condition={"Bool": {"aws:SecureTransport": "true"}}), "yes"),
        (allow(Condition={"Bool": {"aws:SecureTransport": "false"}}), "no"),
        (allow(Condition=VPC), "unknown"),
        (allow(Condition={**VPC, "Bool": {"aws:SecureTransport": "false"}}), "no"),
        (allow("s3:Get*", Condition=VPC), "no"),
        (allow("*", "arn:aws:s3:::other/*", Condition=VPC), "no"),
        (allow("*", f"{BUCKET}/${{aws:username}}"), "unknown"),
        (allow("*", f"{BUCKET}/${{aws:username, 'a'}}"), "yes"),
    ],
)
def test_one_statement(statement: dict[str, Any], expected: str) -> None:
    assert answer(request(), [policy(statement)]) == expected


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ((allow(), deny("s3:Put*")), "no"),
        ((deny("s3:Put*"), allow()), "no"),
        ((allow(), deny("s3:Get*")), "yes"),
        ((allow(), deny(Condition=VPC)), "unknown"),
        ((allow(), deny(Condition=VPC), deny()), "no"),
        ((allow(), allow(Condition=VPC)), "yes"),
        ((deny(), allow(Condition=VPC)), "no"),
        ((deny(Condition=VPC),), "no"),
    ],
)
def test_several_statements(statements: tuple[dict[str, Any], ...], expected: str) -> None:
    assert answer(request(), [policy(*statements)]) == expected
    assert answer(request(), [policy(one) for one in statements]) == expected


@pytest.mark.parametrize(
    ("identity", "resource", "boundary", "expected"),
    [
        (None, allow(Principal={"AWS": ROLE.arn}), None, "yes"),
        (None, allow(Principal={"AWS": ROLE.account}), None, "no"),
        (allow(), allow(Principal={"AWS": ROLE.account}), None, "yes"),
        (None, allow(Principal="*"), None, "yes"),
        (allow(), deny(Principal={"AWS": ROLE.account}), None, "no"),
        (allow(), deny(Principal={"AWS": "444455556666"}), None, "yes"),
        (allow(), None, allow("s3:Put*"), "yes"),
        (allow(), None, allow("s3:Get*"), "no"),
        (allow(), None, deny(), "no"),
        (None, None, allow(), "no"),
        (None, allow(Principal={"AWS": ROLE.arn}), allow("s3:Get*"), "no"),
        (None, allow(Principal="*"), allow("s3:Get*"), "yes"),
        (None, allow(Principal="*"), deny("s3:Put*"), "no"),
        (allow(), None, allow(Condition=VPC), "unknown"),
        (None, allow(Principal="*", Condition=VPC), allow("s3:Get*"), "unknown"),
        (allow(Condition=VPC), None, allow("s3:Get*"), "no"),
        (
            None,
            allow(Principal=SESSION),
            None,
            "unknown",
        ),
        (allow(), allow(Principal=SESSION), None, "yes"),
    ],
)
def test_three_kinds_of_policies(
    identity: dict[str, Any] | None,
    resource: dict[str, Any] | None,
    boundary: dict[str, Any] | None,
    expected: str,
) -> None:
    said = answer(
        request(),
        [policy(identity)] if identity else [],
        policy(resource, kind=Kind.RESOURCE) if resource else None,
        policy(boundary) if boundary else None,
    )
    assert said == expected


def test_what_is_not_evaluated_is_named() -> None:
    with pytest.raises(UnevaluatedCondition, match="'aws:SourceVpc' is not evaluated"):
        evaluate(request(), [policy(allow(Condition=VPC))])


@given(policies(), policies(Kind.RESOURCE), st.none() | policies(), requests)
def test_a_deny_of_everything_beats_every_policy(
    identity: Policy, resource: Policy, boundary: Policy | None, asked: Request
) -> None:
    assert answer(asked, [identity, policy(deny("*"))], resource, boundary) == "no"


@given(policies(), policies(Kind.RESOURCE), st.none() | policies(), policies(), requests)
def test_an_allow_more_never_turns_a_yes_into_a_no(
    identity: Policy, resource: Policy, boundary: Policy | None, more: Policy, asked: Request
) -> None:
    before = answer(asked, [identity], resource, boundary)
    allows = Policy("more", more.kind, True, tuple(one for one in more.statements if one.allows))
    after = answer(asked, [identity, allows], resource, boundary)
    assert (before, after) in {
        *(("yes", each) for each in ("yes",)),
        *(("no", each) for each in ("yes", "no", "unknown")),
        *(("unknown", each) for each in ("yes", "unknown")),
    }


@given(policies(), policies(Kind.RESOURCE), policies(), requests)
def test_a_boundary_never_gives_what_there_was_not_without(
    identity: Policy, resource: Policy, boundary: Policy, asked: Request
) -> None:
    if answer(asked, [identity], resource, boundary) == "yes":
        assert answer(asked, [identity], resource) == "yes"


@given(policies(), requests, st.sampled_from(("aws:SourceVpc",)))
def test_what_is_unknown_is_a_yes_or_a_no_once_it_is_known(
    identity: Policy, asked: Request, key: str
) -> None:
    unknown = answer(asked, [identity])
    known = {
        answer(Request(ROLE, asked.action, asked.resource, asked.context.also({key: value})), [identity])
        for value in ("v", "w", None)
    }
    assert "unknown" not in known
    if unknown != "unknown":
        assert known == {unknown}
