"""Policies for tests, and what strategies draw them from."""

from typing import Any

from hypothesis import strategies as st

from rdscheck.aws.iam.document import Kind, Policy, read_policy
from rdscheck.aws.iam.patterns import Context
from rdscheck.aws.iam.policy import Request
from rdscheck.aws.iam.principals import Role

ROLE = Role("arn:aws:iam::123456789012:role/path/rds-role")
BUCKET = "arn:aws:s3:::b"

#: Known to every request in these tests.
KNOWN = {
    "aws:PrincipalArn": ROLE.arn,
    "aws:PrincipalAccount": ROLE.account,
    "aws:SecureTransport": "true",
    "aws:username": None,
    "aws:RequestedRegion": "us-east-1",
}

ACTIONS = ("s3:PutObject", "s3:GetObject", "S3:put*", "s3:*", "*", "ec2:*")
RESOURCES = ("*", f"{BUCKET}/*", f"{BUCKET}/a", f"{BUCKET}/?", BUCKET, "arn:aws:s3:::c/*")
CONDITIONS: tuple[dict[str, Any], ...] = (
    {},
    {"Bool": {"aws:SecureTransport": "true"}},
    {"Bool": {"aws:SecureTransport": "false"}},
    {"StringEquals": {"aws:SourceVpc": "v"}},
    {"StringEquals": {"aws:RequestedRegion": ["us-east-1", "eu-west-1"]}},
    {"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}},
    {"Null": {"aws:username": "true"}},
)
PRINCIPALS: tuple[Any, ...] = (
    "*",
    {"AWS": ROLE.arn},
    {"AWS": ROLE.account},
    {"AWS": "arn:aws:iam::123456789012:role/other"},
    {"AWS": "arn:aws:sts::123456789012:assumed-role/rds-role/session"},
    {"Service": "rds.amazonaws.com"},
)


def policy(*statements: dict[str, Any], kind: Kind = Kind.IDENTITY, version: str = "2012-10-17") -> Policy:
    return read_policy({"Version": version, "Statement": list(statements)}, "p", kind)


def allow(actions: Any = "s3:*", resources: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def deny(actions: Any = "s3:*", resources: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": actions, "Resource": resources, **more}


def request(action: str = "s3:PutObject", resource: str = f"{BUCKET}/a", **known: Any) -> Request:
    return Request(ROLE, action, resource, Context({**KNOWN, **known}))


@st.composite
def statements(draw: st.DrawFn, *, principals: bool = False) -> dict[str, Any]:
    made: dict[str, Any] = {"Effect": draw(st.sampled_from(("Allow", "Deny")))}
    for element, choices in (("Action", ACTIONS), ("Resource", RESOURCES)):
        name = draw(st.sampled_from((element, element, f"Not{element}")))
        made[name] = draw(st.lists(st.sampled_from(choices), min_size=1, max_size=2))
    if condition := draw(st.sampled_from(CONDITIONS)):
        made["Condition"] = condition
    if principals:
        name = draw(st.sampled_from(("Principal", "Principal", "NotPrincipal")))
        made[name] = draw(st.sampled_from(PRINCIPALS))
    return made


def policies(kind: Kind = Kind.IDENTITY) -> st.SearchStrategy[Policy]:
    drawn = st.lists(statements(principals=kind is Kind.RESOURCE), min_size=1, max_size=3)
    return drawn.map(lambda made: policy(*made, kind=kind))


requests = st.builds(
    request,
    st.sampled_from(("s3:PutObject", "s3:GetObject")),
    st.sampled_from((f"{BUCKET}/a", f"{BUCKET}/ab", BUCKET, "arn:aws:s3:::c/a")),
)
