"""Who may log in with tokens, by IAM: keys that are heard of, policies, and what lets nobody in."""

from datetime import UTC, datetime
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError

from rdscheck.aws.iam import logins
from rdscheck.aws.iam.logins import Logins
from rdscheck.aws.tokens import ACTION
from rdscheck.sandbox.access import Credentials

KEY = b"""<CreateAccessKeyResponse><AccessKey><UserName>jane</UserName><AccessKeyId>AKIA1</AccessKeyId>
<Status>Active</Status><SecretAccessKey>hush+/=</SecretAccessKey></AccessKey></CreateAccessKeyResponse>"""
SESSION = b"""<AssumeRoleResponse><Credentials><SessionToken>token+/=</SessionToken>
<SecretAccessKey>hush</SecretAccessKey><Expiration>2026-11-21T16:00:00.000Z</Expiration>
<AccessKeyId>ASIA1</AccessKeyId></Credentials><AssumedRoleUser>
<Arn>arn:aws:sts::123456789012:assumed-role/app/s1</Arn></AssumedRoleUser></AssumeRoleResponse>"""
ON = "arn:aws:rds-db:us-east-1:123456789012:dbuser:db-1/jane_doe"


def gone() -> ClientError:
    return ClientError({"Error": {"Code": "NoSuchEntity"}}, "GetUser")


class Iam:
    """An IAM with one user and one role, who have one inline policy."""

    def __init__(self, statement: dict[str, Any], *, status: str = "Active", bounded: bool = False) -> None:
        self.document = {"Version": "2012-10-17", "Statement": [statement]}
        self.status = status
        self.own: dict[str, Any] = {"PermissionsBoundary": {}} if bounded else {}

    def list_access_keys(self, UserName: str) -> Any:  # noqa: N803
        return {"AccessKeyMetadata": [{"AccessKeyId": "AKIA1", "Status": self.status}]}

    def get_user(self, UserName: str) -> Any:  # noqa: N803
        return {"User": {"Arn": "arn:aws:iam::123456789012:user/jane", **self.own}}

    def get_role(self, RoleName: str) -> Any:  # noqa: N803
        if RoleName != "app":
            raise gone()
        return {"Role": {"Arn": "arn:aws:iam::123456789012:role/app", **self.own}}

    def list_groups_for_user(self, UserName: str) -> Any:  # noqa: N803
        return {"Groups": []}

    def get_paginator(self, name: str) -> Any:
        key = "AttachedPolicies" if "attached" in name else "PolicyNames"
        found = Mock()
        found.paginate = lambda **_: [{key: [] if "attached" in name else ["inline"]}]
        return found

    def get_user_policy(self, **_: str) -> Any:
        return {"PolicyDocument": self.document}

    get_role_policy = get_user_policy


def held(monkeypatch: pytest.MonkeyPatch, iam: Iam, *answers: bytes) -> Any:
    monkeypatch.setattr(logins, "plain_client", lambda *_: iam)
    one = Logins(lambda: "http://127.0.0.1:1")
    for answer in answers:
        assert one.hear(200, answer)
    return one.holders()


def statement(**more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": ACTION, "Resource": ON} | more


def test_keys_of_users_and_of_roles_are_heard_of(monkeypatch: pytest.MonkeyPatch) -> None:
    user, role = held(monkeypatch, Iam(statement()), KEY, SESSION)
    assert user.credentials == Credentials("AKIA1", "hush+/=")
    assert role.credentials == Credentials("ASIA1", "hush", "token+/=")
    assert (user.expires, role.expires) == (None, datetime(2026, 11, 21, 16, tzinfo=UTC))
    assert user.allow == role.allow == ((ACTION, ON),)
    assert user.deny == role.deny == ()


@pytest.mark.parametrize(
    ("status", "body"), [(400, KEY), (200, b"<ListUsersResponse/>"), (200, iter([KEY])), (200, None)]
)
def test_other_answers_hold_no_keys(status: int, body: object) -> None:
    one = Logins(lambda: "http://127.0.0.1:1")
    assert not one.hear(status, body)
    assert one.holders() == ()


def test_who_is_gone_or_inactive_has_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    assert held(monkeypatch, Iam(statement(), status="Inactive"), KEY) == ()
    assert (
        held(monkeypatch, Iam(statement()), SESSION.replace(b"assumed-role/app", b"assumed-role/other")) == ()
    )


@pytest.mark.parametrize("action", ["rds-db:*", "*", "RDS-DB:Connect"])
def test_patterns_of_actions_and_a_deny(monkeypatch: pytest.MonkeyPatch, action: str) -> None:
    (one,) = held(monkeypatch, Iam(statement(Action=action)), KEY)
    assert one.allow == ((ACTION, ON),)
    (one,) = held(monkeypatch, Iam(statement(Action=action, Effect="Deny")), KEY)
    assert (one.allow, one.deny) == ((), ((ACTION, ON),))


def test_another_action_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    (one,) = held(monkeypatch, Iam(statement(Action="rds:*")), KEY)
    assert (one.allow, one.deny) == ((), ())


@pytest.mark.parametrize(
    "iam",
    [
        Iam(statement(), bounded=True),
        Iam({"Effect": "Allow", "Action": ACTION, "NotResource": ON}),
        Iam(statement(Condition={"StringEquals": {"aws:PrincipalTag/team": "dba"}})),
        Iam(statement(Effect="Perhaps")),
    ],
    ids=["boundary", "not-resource", "condition", "invalid"],
)
def test_what_is_not_evaluated_lets_nobody_in(monkeypatch: pytest.MonkeyPatch, iam: Iam) -> None:
    (one,) = held(monkeypatch, iam, KEY)
    assert (ACTION, "*") in one.deny


def test_conditions_on_the_user_are_evaluated(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, allowed in (("jane", ((ACTION, ON),)), ("bob", ())):
        condition = {"StringEquals": {"aws:username": name}}
        (one,) = held(monkeypatch, Iam(statement(Condition=condition)), KEY)
        assert (one.allow, one.deny) == (allowed, ())
