"""Roles as IAM has them: read through the APIs, and anew when something changes."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from rdscheck.aws.client import local_session
from rdscheck.aws.iam.grants import Grants, association
from rdscheck.errors import InvalidFeatureName
from rdscheck.sandbox.access import Association, Credentials, Rule
from tests.aws.iam.making import allow, deny

TRUST = {"Effect": "Allow", "Principal": {"Service": "rds.amazonaws.com"}, "Action": "sts:AssumeRole"}
ARN = "arn:aws:iam::123456789012:role/r"


class Cloud:
    """Clients of an account of moto's, and shorthands for what tests do in it."""

    def __init__(self) -> None:
        keys = {"aws_access_key_id": "k", "aws_secret_access_key": "s", "region_name": "us-east-1"}
        self.iam, self.sts, self.s3 = (local_session().client(name, **keys) for name in ("iam", "sts", "s3"))

    def role(self, *statements: Any, trust: Any = TRUST, **more: Any) -> None:
        self.iam.create_role(RoleName="r", AssumeRolePolicyDocument=text(trust), **more)
        if statements:
            self.iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=text(*statements))

    def bucket(self, *statements: Any) -> None:
        self.s3.create_bucket(Bucket="bkt")
        if statements:
            self.s3.put_bucket_policy(Bucket="bkt", Policy=text(*statements))

    def managed(self, *statements: Any) -> str:
        made = self.iam.create_policy(PolicyName="m", PolicyDocument=text(*statements))
        arn: str = made["Policy"]["Arn"]
        return arn

    def read(self, feature: str = "s3Export", arn: str = ARN, **more: Any) -> Association:
        return association(arn, feature, self.iam, self.sts, self.s3, **more)


def text(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with mock_aws():
        yield Cloud()


def test_inline_and_attached_policies_and_keys_of_the_role(cloud: Cloud) -> None:
    cloud.role(allow("s3:PutObject", "arn:aws:s3:::b/*"))
    cloud.iam.attach_role_policy(RoleName="r", PolicyArn=cloud.managed(deny("s3:Put*", "arn:aws:s3:::b/x")))
    found = cloud.read()
    assert found.rules == (
        Rule("allow", "s3:PutObject", ("arn:aws:s3:::b/*",)),
        Rule("deny", "s3:PutObject", ("arn:aws:s3:::b/x",)),
    )
    assert found.credentials.access_key.startswith("ASIA")
    assert found.credentials.session_token
    assert (found.status, found.bounded) == ("ACTIVE", False)


def test_own_keys_are_used_instead(cloud: Cloud) -> None:
    cloud.role(allow())
    assert cloud.read(credentials=Credentials("mine", "mine")).credentials.access_key == "mine"


def test_boundary(cloud: Cloud) -> None:
    cloud.role(allow("s3:*", "*"), PermissionsBoundary=cloud.managed(allow("s3:PutObject", "*")))
    found = cloud.read()
    assert found.bounded
    assert Rule("within", "s3:PutObject", ("*",)) in found.rules
    assert not [one for one in found.rules if one.effect == "within" and one.action != "s3:PutObject"]


def test_bucket_policies_are_about_their_bucket(cloud: Cloud) -> None:
    cloud.role()
    cloud.bucket(deny("s3:*", "arn:aws:s3:::bkt/x", Principal="*"))
    among = ("arn:aws:s3:::bkt", "arn:aws:s3:::bkt/*")
    assert Rule("deny", "s3:PutObject", ("arn:aws:s3:::bkt/x",), among=among) in cloud.read().rules
    assert cloud.read("Lambda").rules == ()


def test_a_bucket_policy_that_cannot_be_read_is_unsure(cloud: Cloud, monkeypatch: Any) -> None:
    cloud.role(allow())
    cloud.bucket()
    refusal = cloud.s3.exceptions.ClientError({"Error": {"Code": "AccessDenied"}}, "GetBucketPolicy")

    def refuse(**_: Any) -> None:
        raise refusal

    monkeypatch.setattr(cloud.s3, "get_bucket_policy", refuse)
    rules = [rule for rule in cloud.read().rules if rule.unsure]
    assert {rule.effect for rule in rules} == {"allow", "deny", "within"}
    assert all("bkt cannot be read" in rule.unsure and rule.among for rule in rules)


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ({**TRUST, "Principal": {"Service": "ec2.amazonaws.com"}}, "nothing allows sts:AssumeRole"),
        ({**TRUST, "Effect": "Deny"}, "denies sts:AssumeRole"),
    ],
)
def test_a_role_that_does_not_trust_rds_serves_nothing(cloud: Cloud, statement: Any, why: str) -> None:
    cloud.role(allow(), trust=statement)
    found = cloud.read()
    assert (found.status, found.rules, found.lines()) == ("INVALID", (), [])
    assert why in found.invalid


@pytest.mark.parametrize(
    "arn", [ARN, "arn:aws:iam::444455556666:role/r", "arn:aws:iam::123456789012:role/x/r"]
)
def test_a_role_that_is_not_there_serves_nothing(cloud: Cloud, arn: str) -> None:
    if arn != ARN:
        cloud.role(allow())
    assert cloud.read(arn=arn).invalid == f"there is no role {arn}"


def test_trust_that_names_an_instance(cloud: Cloud) -> None:
    cloud.role(allow(), trust={**TRUST, "Condition": {"StringEquals": {"aws:SourceArn": "arn:aws:rds:::x"}}})
    assert cloud.read(source_arn="arn:aws:rds:::x").status == "ACTIVE"
    assert cloud.read(source_arn="arn:aws:rds:::y").status == "INVALID"
    unknown = cloud.read()
    assert unknown.status == "ACTIVE"
    assert {rule.effect for rule in unknown.rules if rule.unsure} == {"allow", "deny", "within"}


def test_a_trust_policy_that_is_none_is_unsure(cloud: Cloud) -> None:
    # moto takes it; IAM would not.
    cloud.iam.create_role(RoleName="r", AssumeRolePolicyDocument='{"Statement": {"Effect": "Perhaps"}}')
    assert all(rule.unsure for rule in cloud.read().rules)


def test_feature_names_are_checked(cloud: Cloud) -> None:
    with pytest.raises(InvalidFeatureName):
        cloud.read("S3_EXPORT")


class Written:
    """Stands for a server: keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[Association | str] = []

    def associate(self, one: Association) -> None:
        self.told.append(one)

    def remove_role(self, feature: str) -> None:
        self.told.append(feature)


def test_a_change_is_written_down_once_and_keys_stay(cloud: Cloud) -> None:
    cloud.role(allow("s3:Get*"))
    written = Written()
    grants = Grants(written, cloud.iam, cloud.sts, cloud.s3)  # type: ignore[arg-type]
    first = grants.add(ARN, "s3Export")
    grants.refresh()
    assert written.told == [first]
    cloud.iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=text(allow("s3:PutObject")))
    grants.refresh()
    assert written.told == [first, grants.current["s3Export"]]
    assert grants.current["s3Export"].rules == (Rule("allow", "s3:PutObject", ("*",)),)
    assert grants.current["s3Export"].credentials == first.credentials


def test_a_role_deleted_and_made_again_has_other_keys(cloud: Cloud) -> None:
    cloud.role()
    grants = Grants(Written(), cloud.iam, cloud.sts, cloud.s3)  # type: ignore[arg-type]
    first = grants.add(ARN, "s3Export")
    cloud.iam.delete_role(RoleName="r")
    grants.refresh()
    assert grants.current["s3Export"].status == "INVALID"
    cloud.role()
    grants.refresh()
    assert grants.current["s3Export"].status == "ACTIVE"
    assert grants.current["s3Export"].credentials != first.credentials


def test_a_removed_role_is_read_no_more(cloud: Cloud) -> None:
    cloud.role()
    written = Written()
    grants = Grants(written, cloud.iam, cloud.sts, cloud.s3)  # type: ignore[arg-type]
    grants.add(ARN, "s3Export")
    grants.remove("s3Export")
    cloud.iam.delete_role(RoleName="r")
    grants.refresh()
    assert written.told[1:] == ["s3Export"]
    with pytest.raises(InvalidFeatureName):
        grants.remove("S3_EXPORT")
