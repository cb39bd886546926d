"""Who is meant by a principal, and whether RDS may assume a role."""

from typing import Any

import pytest

from rdscheck.aws.iam.document import Kind
from rdscheck.aws.iam.principals import Meant, Role, meant
from rdscheck.aws.iam.trust import may_assume
from rdscheck.errors import Unevaluated
from tests.aws.iam.making import ROLE, allow, deny, policy

ARN = "arn:aws:rds:us-east-1:123456789012:db:mine"


def trust(principal: Any = None, action: str = "sts:AssumeRole", effect: str = "Allow", **more: Any) -> Any:
    principal = principal or {"Service": "rds.amazonaws.com"}
    return {"Effect": effect, "Principal": principal, "Action": action, **more}


def trusted(*statements: Any, source_arn: str = ARN) -> bool:
    read = policy(*statements, kind=Kind.TRUST)
    return may_assume(read, source_account="123456789012", source_arn=source_arn).allowed


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (trust(), True),
        (trust({"Service": ["ec2.amazonaws.com", "rds.amazonaws.com"]}), True),
        (trust("*"), True),
        (trust(action="sts:*"), True),
        (trust({"Service": "export.rds.amazonaws.com"}), False),
        (trust({"Service": "RDS.amazonaws.com"}), False),
        (trust({"AWS": "123456789012"}), False),
        (trust(action="sts:TagSession"), False),
        (trust(effect="Deny"), False),
        (trust(Condition={"StringEquals": {"aws:SourceAccount": "123456789012"}}), True),
        (trust(Condition={"StringEquals": {"aws:SourceAccount": "444455556666"}}), False),
        (trust(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:rds:*:123456789012:db:*"}}), True),
        (trust(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:rds:*:123456789012:cluster:*"}}), False),
    ],
)
def test_trust(statement: dict[str, Any], expected: bool) -> None:
    assert trusted(statement) is expected


def test_a_deny_beats_the_trust() -> None:
    account = {"StringNotEquals": {"aws:SourceAccount": "444455556666"}}
    assert not trusted(trust(), trust(effect="Deny", Condition=account))


def test_an_instance_nobody_knows_is_no_yes() -> None:
    with pytest.raises(Unevaluated, match="aws:SourceArn"):
        trusted(trust(Condition={"ArnLike": {"aws:SourceArn": "*"}}), source_arn="")


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", Meant.EVERYBODY),
        ({"AWS": "*"}, Meant.EVERYBODY),
        ({"AWS": ROLE.arn}, Meant.ITSELF),
        ({"AWS": "123456789012"}, Meant.ACCOUNT),
        ({"AWS": "arn:aws:iam::123456789012:root"}, Meant.ACCOUNT),
        ({"AWS": "444455556666"}, Meant.NOT),
        ({"AWS": "arn:aws:iam::123456789012:role/rds-role"}, Meant.NOT),
        ({"AWS": "arn:aws:iam::123456789012:user/path/rds-role"}, Meant.NOT),
        ({"AWS": "arn:aws:sts::123456789012:assumed-role/other/x"}, Meant.NOT),
        ({"Service": "rds.amazonaws.com"}, Meant.NOT),
        ({"Federated": "cognito-identity.amazonaws.com"}, Meant.NOT),
        ({"AWS": ["123456789012", ROLE.arn]}, Meant.ITSELF),
    ],
)
def test_principals(principal: Any, expected: Meant) -> None:
    assert meant(policy(allow(Principal=principal), kind=Kind.RESOURCE).statements[0], ROLE) is expected


@pytest.mark.parametrize(
    "principal",
    [
        {"AWS": "arn:aws:sts::123456789012:assumed-role/rds-role/x"},
        {"AWS": "AROAEXAMPLE"},
        {"CanonicalUser": "79a59df900b949e5"},
    ],
)
def test_principals_that_are_not_evaluated(principal: Any) -> None:
    with pytest.raises(Unevaluated):
        meant(policy(allow(Principal=principal), kind=Kind.RESOURCE).statements[0], ROLE)


def test_not_principal() -> None:
    other, mine = {"AWS": "arn:aws:iam::123456789012:role/other"}, {"AWS": [ROLE.arn, ROLE.account]}
    told = [policy(deny(NotPrincipal=who), kind=Kind.RESOURCE).statements[0] for who in (other, "*", mine)]
    assert meant(told[0], ROLE) is Meant.ITSELF
    assert meant(told[1], ROLE) is Meant.NOT
    with pytest.raises(Unevaluated):
        meant(told[2], ROLE)
    with pytest.raises(Unevaluated):
        meant(policy(allow(NotPrincipal=other), kind=Kind.RESOURCE).statements[0], ROLE)


def test_what_is_no_role_has_no_account() -> None:
    assert (Role("arn:aws:iam::123456789012:user/x").account, Role("x").name) == ("", "")
