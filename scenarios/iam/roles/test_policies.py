"""What the elements of a policy do to exports: wildcards, Not…, conditions, boundaries, a bucket's policy."""

from typing import Any

import psycopg.errors as pg
import pytest

from rdscheck import Basis, claim, refused, rests_on, scenario

_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide"
_LOGIC = f"{_IAM}/reference_policies_evaluation-logic_policy-eval-basics.html"
_ACTION = f"{_IAM}/reference_policies_elements_action.html"
_NOT_ACTION = f"{_IAM}/reference_policies_elements_notaction.html"
_RESOURCE = f"{_IAM}/reference_policies_elements_resource.html"
_NOT_RESOURCE = f"{_IAM}/reference_policies_elements_notresource.html"
_PRINCIPAL = f"{_IAM}/reference_policies_elements_principal.html"
_BOUNDARY = f"{_IAM}/access_policies_boundaries.html"
_VERSIONS = f"{_IAM}/access_policies_managed-versioning.html"
_KEYS = f"{_IAM}/reference_policies_condition-keys.html"
_OPERATORS = f"{_IAM}/reference_policies_elements_condition_operators.html"
_VARIABLES = f"{_IAM}/reference_policies_variables.html"

pytestmark = scenario(
    "iam/policies",
    title="Write policies of roles and buckets for exports",
    docs=f"{_IAM}/reference_policies_elements.html",
    since=13,
    needs=("aws_s3",),
    basis=Basis.EMULATED,
)

FAILED = "could not upload to Amazon S3"
DENIED = "Amazon S3 client returned 'Access Denied'."
UNSURE = "rdscheck cannot tell whether IAM allows s3:PutObject here"


@pytest.fixture
def is_denied(export: Any) -> Any:
    """Check that an export is denied."""

    def check(key: str = "refused.csv", bucket: str = "") -> None:
        with refused(pg.SystemError, FAILED, detail=DENIED):
            export(key, bucket)

    return check


@claim(source=_ACTION, certainty="documented")
@rests_on("export-s3-errors")
def test_actions(account: Any, export: Any, is_denied: Any, step: Any) -> None:
    """Actions are matched without regard to case, with * and ?."""
    account.exporter()
    for action in ("S3:PUTOBJECT", "s3:Put*", "s3:PutObjec?", "s3:*Object", "*"):
        with step(f"Allow {action}"):
            account.inline(account.allow(action, account.objects))
            assert export() == (1, 1, 2)
    for action in ("s3:PutObject?", "s3:PutObjectAcl", "s3:Get*", "ec2:*"):
        with step(f"Allow {action}"):
            account.inline(account.allow(action, account.objects))
            is_denied()


@claim(source=_RESOURCE, certainty="documented")
@rests_on("export-s3-errors")
def test_resources(account: Any, export: Any, is_denied: Any, step: Any) -> None:
    """Resources are matched with regard to case, with * and ?, and a star reaches over slashes."""
    account.exporter(account.allow("s3:PutObject", f"{account.bucket}/reports/*.cs?"))
    for key in ("reports/a.csv", "reports/2024/01/a.csv"):
        with step(f"Export to {key}"):
            assert export(key) == (1, 1, 2)
    for key in ("a.csv", "reports/a.cs", "Reports/a.csv", "reports/a.csv.gz"):
        with step(f"Export to {key}"):
            is_denied(key)


@claim(source=_NOT_ACTION, certainty="documented")
@rests_on("export-s3-errors")
def test_not_action(account: Any, export: Any, is_denied: Any, step: Any) -> None:
    """NotAction speaks of all actions but those: in an Allow it allows the rest, in a Deny it denies it."""
    everything = {"Effect": "Allow", "Resource": "*"}
    account.exporter({**everything, "NotAction": "s3:Delete*"})
    with step("1. Allow all but s3:Delete*"):
        assert export() == (1, 1, 2)
    with step("2. Allow all but s3:Put*"):
        account.inline({**everything, "NotAction": "s3:Put*"})
        is_denied()
    with step("3. Allow all, deny all but s3:Get*"):
        account.inline(account.allow("*", "*"), {"Effect": "Deny", "NotAction": "s3:Get*", "Resource": "*"})
        is_denied()


@claim(source=_NOT_RESOURCE, certainty="documented")
@rests_on("export-s3-errors")
def test_not_resource(account: Any, export: Any, is_denied: Any, step: Any) -> None:
    """NotResource in a Deny leaves one folder open and closes every other."""
    closed = {
        "Effect": "Deny",
        "Action": "s3:PutObject",
        "NotResource": [f"{account.bucket}/out/*", f"{account.bucket}/old/*"],
    }
    account.exporter(account.allow("s3:*", "*"), closed)
    for key in ("out/a.csv", "old/a.csv"):
        with step(f"Export to {key}"):
            assert export(key) == (1, 1, 2)
    with step("Export to a.csv"):
        is_denied("a.csv")


@claim(source=_VERSIONS, certainty="documented")
@rests_on("export-s3-errors", "iam-at-once")
def test_default_version(account: Any, rds_roles: Any, export: Any, is_denied: Any, step: Any) -> None:
    """Of a managed policy the default version counts, and another one once it is made the default."""
    policy = account.managed("rds-s3-export-policy", account.allow("s3:GetObject", account.objects))
    account.exporter()
    rds_roles.iam.attach_role_policy(RoleName="rds-s3-role", PolicyArn=policy)
    with step("1. A second version allows s3:PutObject"):
        text = account.document(account.allow("s3:PutObject", account.objects))
        rds_roles.iam.create_policy_version(PolicyArn=policy, PolicyDocument=text, SetAsDefault=False)
        is_denied()
    with step("2. It becomes the default"):
        rds_roles.iam.set_default_policy_version(PolicyArn=policy, VersionId="v2")
        assert export() == (1, 1, 2)


@claim(source=_BOUNDARY, certainty="documented")
@rests_on("export-s3-errors")
def test_boundary(account: Any, rds_roles: Any, export: Any, is_denied: Any, step: Any) -> None:
    """A permissions boundary limits what the role's policies allow, and allows nothing by itself."""
    folder = account.managed("only-out", account.allow("s3:*", f"{account.bucket}/out/*"))
    account.exporter(account.allow("s3:PutObject", account.objects), PermissionsBoundary=folder)
    with step("1. Inside of the boundary"):
        assert export("out/a.csv") == (1, 1, 2)
    with step("2. Outside"):
        is_denied("a.csv")
    with step("3. Inside, without a policy that allows it"):
        account.inline(account.allow("s3:GetObject", account.objects))
        is_denied("out/b.csv")
    with step("4. Without the boundary"):
        account.inline(account.allow("s3:PutObject", account.objects))
        rds_roles.iam.delete_role_permissions_boundary(RoleName="rds-s3-role")
        assert export("a.csv") == (1, 1, 2)


@claim(source=_LOGIC, certainty="documented")
@rests_on("export-s3-errors")
def test_bucket_policy_denies(account: Any, rds_s3: Any, export: Any, is_denied: Any, step: Any) -> None:
    """A bucket's policy that denies the role, its account or everybody beats the role's own policy."""
    arn = account.exporter(account.allow("s3:*", "*"))
    for who in ({"AWS": arn}, {"AWS": account.rds.account}, "*"):
        with step(f"Deny {who if isinstance(who, str) else who['AWS']}"):
            account.bucket_policy(account.deny("s3:PutObject", account.objects, Principal=who))
            is_denied()
    with step("Deny another role"):
        other = {"AWS": arn.replace("rds-s3-role", "other-role")}
        account.bucket_policy(account.deny("s3:PutObject", account.objects, Principal=other))
        assert export("other.csv") == (1, 1, 2)
    with step("Delete the bucket's policy"):
        rds_s3.client.delete_bucket_policy(Bucket=rds_s3.bucket)
        assert export() == (1, 1, 2)


@claim(source=_LOGIC, certainty="documented")
@rests_on("export-s3-errors")
def test_bucket_policy_allows(account: Any, rds_s3: Any, export: Any, is_denied: Any, step: Any) -> None:
    """A bucket's policy that allows the role is enough in its account; one for the account is not."""
    arn = account.exporter()
    with step("1. Neither policy allows"):
        is_denied()
    with step("2. The bucket's policy allows the account, which may pass it on"):
        grant = account.allow("s3:PutObject", account.objects, Principal={"AWS": account.rds.account})
        account.bucket_policy(grant)
        is_denied()
    with step("3. The bucket's policy allows the role"):
        account.bucket_policy({**grant, "Principal": {"AWS": arn}})
        assert export() == (1, 1, 2)
    with step("4. It says nothing about other buckets, whatever it names"):
        other = rds_s3.new_bucket()
        account.bucket_policy({**grant, "Principal": {"AWS": arn}, "Resource": "*"})
        is_denied(bucket=other)


@claim(source=_PRINCIPAL, certainty="documented")
@rests_on("export-s3-errors")
def test_boundary_and_bucket_policy(
    account: Any, rds_roles: Any, export: Any, is_denied: Any, step: Any
) -> None:
    """A boundary limits what a bucket's policy gives the role, but not what it gives to everybody."""
    boundary = account.managed("only-reading", account.allow("s3:GetObject", "*"))
    arn = account.exporter(PermissionsBoundary=boundary)
    grant = account.allow("s3:PutObject", account.objects, Principal={"AWS": arn})
    with step("1. The bucket's policy allows the role"):
        account.bucket_policy(grant)
        is_denied()
    with step("2. It allows everybody, on condition of being that role"):
        everybody = {**grant, "Principal": "*", "Condition": {"ArnEquals": {"aws:PrincipalArn": arn}}}
        account.bucket_policy(everybody)
        assert export() == (1, 1, 2)


@claim(source=_KEYS, certainty="documented")
@rests_on("iam-secure-transport", "export-s3-errors")
def test_secure_transport(account: Any, export: Any, is_denied: Any, step: Any) -> None:
    """A bucket's policy that denies requests without TLS does not touch exports."""
    account.exporter(account.allow("s3:PutObject", account.objects))
    for value, denied in (("false", False), ("true", True)):
        with step(f"Deny when aws:SecureTransport is {value}"):
            tls = {"Bool": {"aws:SecureTransport": value}}
            account.bucket_policy(account.deny("s3:*", account.objects, Principal="*", Condition=tls))
            if denied:
                is_denied()
            else:
                assert export() == (1, 1, 2)


@claim(source=_KEYS, certainty="documented")
@rests_on("export-s3-errors")
def test_requested_region(account: Any, rds_s3: Any, export: Any, is_denied: Any, step: Any) -> None:
    """A condition on aws:RequestedRegion is decided by the Region the export goes to."""
    elsewhere = "eu-west-1" if rds_s3.region != "eu-west-1" else "us-east-1"
    bucket = rds_s3.new_bucket(elsewhere)
    account.exporter()
    for operator, value in (("StringEquals", elsewhere), ("StringNotEquals", rds_s3.region)):
        with step(f"{operator} aws:RequestedRegion {value}"):
            condition = {operator: {"aws:RequestedRegion": value}}
            account.inline(account.allow("s3:PutObject", "*", Condition=condition))
            is_denied()
            assert export(bucket=bucket, region=elsewhere) == (1, 1, 2)


@claim(source=_OPERATORS, certainty="documented")
@rests_on("export-s3-errors")
def test_conditions_on_the_caller(account: Any, export: Any, is_denied: Any, step: Any) -> None:
    """Conditions on who asks hold or do not, also with IfExists, Null and several values."""
    arn = account.exporter()
    mine = account.rds.account
    for condition, holds in (
        ({"StringEquals": {"aws:PrincipalAccount": mine}}, True),
        ({"StringEquals": {"aws:PrincipalAccount": ["444455556666", mine]}}, True),
        ({"StringNotEquals": {"aws:PrincipalAccount": ["444455556666", mine]}}, False),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/rds-*"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*rds-*"}}, False),
        ({"StringLike": {"aws:PrincipalArn": arn}, "Null": {"aws:SourceArn": "false"}}, False),
        ({"StringEqualsIfExists": {"aws:SourceAccount": "444455556666"}}, True),
        ({"StringEquals": {"aws:SourceAccount": mine}}, False),
        ({"NumericLessThan": {"aws:PrincipalAccount": "200000000000"}}, True),
    ):
        with step(f"Allow if {condition}"):
            account.inline(account.allow("s3:PutObject", account.objects, Condition=condition))
            if holds:
                assert export() == (1, 1, 2)
            else:
                is_denied()


@claim(source=_VARIABLES, certainty="documented")
@rests_on("export-s3-errors", "iam-unevaluated")
def test_policy_variables(account: Any, export: Any, is_denied: Any, step: Any) -> None:
    """A policy variable stands for the role's account; one without a value here is an error."""
    account.exporter(account.allow("s3:PutObject", f"{account.bucket}/${{aws:PrincipalAccount}}/*"))
    with step("1. A folder named after the account"):
        assert export(f"{account.rds.account}/a.csv") == (1, 1, 2)
        is_denied("444455556666/a.csv")
    with step("2. A folder named after the user, which a role has not"):
        account.inline(account.allow("s3:PutObject", f"{account.bucket}/${{aws:username}}/*"))
        with refused(pg.FeatureNotSupported, UNSURE, detail="aws:username"):
            export()


@claim(source=_OPERATORS, certainty="derived")
@rests_on("iam-unevaluated", "export-s3-errors")
def test_unknown_condition(account: Any, export: Any, is_denied: Any, nothing_there: Any, step: Any) -> None:
    """A condition that rdscheck does not evaluate is an error that names it, whether it allows or denies."""
    vpc = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}
    until = {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}
    allow, deny = account.allow("s3:PutObject", account.objects), account.deny("s3:*", account.objects)
    account.exporter()
    for title, statements, named in (
        ("1. Allow if in a VPC", [{**allow, "Condition": vpc}], "aws:SourceVpc"),
        ("2. Allow until a day", [{**allow, "Condition": until}], "DateLessThan"),
        ("3. Allow, deny if in a VPC", [allow, {**deny, "Condition": vpc}], "aws:SourceVpc"),
    ):
        with step(title), refused(pg.FeatureNotSupported, UNSURE, detail=named):
            account.inline(*statements)
            export()
    nothing_there()
    with step("4. Allow if in a VPC, and deny for sure"):
        account.inline({**allow, "Condition": vpc}, deny)
        is_denied()


@claim(source=_OPERATORS, certainty="derived")
@rests_on("export-s3-errors")
def test_unknown_condition_elsewhere(account: Any, export: Any, step: Any) -> None:
    """A condition that rdscheck does not evaluate does no harm where nothing hangs on it."""
    vpc = {"StringEquals": {"aws:SourceVpc": "vpc-1"}}
    allow = account.allow("s3:PutObject", account.objects)
    account.exporter()
    for title, other in (
        ("Another action", account.deny("s3:GetObject", account.objects, Condition=vpc)),
        ("Another resource", account.deny("s3:*", "arn:aws:s3:::another/*", Condition=vpc)),
        ("It allows what is allowed anyway", {**allow, "Condition": vpc}),
        (
            "Another condition beside it says no",
            {**allow, "Effect": "Deny", "Condition": {**vpc, "Bool": {"aws:SecureTransport": "false"}}},
        ),
    ):
        with step(title):
            account.inline(allow, other)
            assert export() == (1, 1, 2)
