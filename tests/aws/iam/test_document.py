"""Documents: what IAM's grammar allows is read, anything else is told with its place."""

import json
from typing import Any

import pytest

from rdscheck.aws.iam.document import Kind, read_policy
from rdscheck.errors import ExitCode, InvalidPolicy
from tests.aws.iam.making import allow


def test_one_statement_needs_no_list() -> None:
    read = read_policy(json.dumps({"Statement": allow("s3:GetObject", "*", Sid="One")}), "p")
    (statement,) = read.statements
    assert statement.actions == ("s3:GetObject",)
    assert statement.place == "p: Statement[0] (One)"
    assert not read.variables


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("{", "p is no JSON"),
        ('{"Version": "2012-10-17", "Version": "2008-10-17", "Statement": []}', "'Version' stands twice"),
        ("[]", "p: a policy is an object"),
        ({"Version": "2012-10-17"}, "p: Statement is missing"),
        ({"Version": "2013-10-17", "Statement": []}, "p: Version is '2013-10-17'"),
        ({"Statements": []}, "p: 'Statements' does not belong here"),
        ({"Statement": ["x"]}, r"p: Statement\[0\]: a statement is an object"),
        ({"Statement": [allow(), {**allow(), "Effect": "allow"}]}, r"Statement\[1\]: Effect is 'allow'"),
        ({"Statement": {"Effect": "Allow", "Resource": "*"}}, "one of Action and NotAction is needed"),
        ({"Statement": allow(NotAction="s3:*")}, "one of Action and NotAction is needed"),
        ({"Statement": {"Effect": "Allow", "Action": "*"}}, "one of Resource and NotResource is needed"),
        ({"Statement": allow([])}, r"Statement\[0\].Action is empty"),
        ({"Statement": allow(5)}, "holds 5 where a text is needed"),
        ({"Statement": allow("PutObject")}, "Action 'PutObject' has no service"),
        ({"Statement": allow("s3:*", "bucket/*")}, "Resource 'bucket/\\*' is no ARN"),
        ({"Statement": allow("s3:*", "arn:aws:s3:::a\nb")}, "holds a line break"),
        ({"Statement": allow(Principal="*")}, "'Principal' does not belong here"),
        ({"Statement": allow(Conditions={})}, "'Conditions' does not belong here"),
        ({"Statement": allow(Condition=[])}, "Condition is no object"),
        ({"Statement": allow(Condition={"For:Bool": {}})}, "'For:Bool' is no operator"),
        ({"Statement": allow(Condition={"Bool": "x"})}, "Condition.Bool is no object"),
        ({"Statement": allow(Condition={"Bool": {"k": {}}})}, "Condition.Bool.k holds {}"),
    ],
)
def test_a_wrong_document_is_told_with_its_place(document: Any, told: str) -> None:
    with pytest.raises(InvalidPolicy, match=told) as caught:
        read_policy(document, "p")
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize("kind", [Kind.RESOURCE, Kind.TRUST])
@pytest.mark.parametrize(
    ("principal", "told"),
    [
        ({}, "Principal is neither"),
        ("x", "Principal is neither"),
        ({"User": "x"}, "'User' does not belong here"),
        ({"AWS": 5}, "holds 5"),
        (None, "one of Principal and NotPrincipal is needed"),
    ],
)
def test_a_wrong_principal_is_told(kind: Kind, principal: Any, told: str) -> None:
    statement: dict[str, Any] = {"Effect": "Allow", "Action": "*"}
    statement |= {"Resource": "*"} if kind is Kind.RESOURCE else {}
    statement |= {"Principal": principal} if principal is not None else {}
    with pytest.raises(InvalidPolicy, match=told):
        read_policy({"Statement": statement}, "p", kind)


def test_principals_are_read_by_kind() -> None:
    given = {"AWS": ["111122223333", "*"], "Service": "rds.amazonaws.com"}
    read = read_policy({"Statement": allow(NotPrincipal=given)}, "p", Kind.RESOURCE).statements[0]
    assert read.principals == (("AWS", "111122223333"), ("AWS", "*"), ("Service", "rds.amazonaws.com"))
    assert read.other_principals
