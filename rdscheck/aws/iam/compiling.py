"""Policies as rules the stand-ins read: all that is known beforehand is decided, the rest is written out.

What a request of a database looks like is known but for its resource and its Region, so conditions
are decided here. One that is not evaluated makes a rule ``unsure``: a request it matters for ends with
an error.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Literal

import botocore.session

from rdscheck.aws.iam.conditions import holds
from rdscheck.aws.iam.document import Kind, Policy, Statement
from rdscheck.aws.iam.patterns import Context, Pattern, Value
from rdscheck.aws.iam.policy import speaks_of_action
from rdscheck.aws.iam.principals import Meant, Role, meant
from rdscheck.errors import Unevaluated
from rdscheck.sandbox.access import Rule

#: What the stand-ins ask about, by feature.
ACTIONS = {
    "Lambda": ("lambda:InvokeFunction",),
    "s3Export": ("s3:PutObject", "s3:AbortMultipartUpload"),
    "s3Import": ("s3:GetObject", "s3:ListBucket"),
}

_REGION = "aws:RequestedRegion"


def request_context(role: Role) -> Context:
    """Return what is known of every request RDS makes with a role, but for its Region.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    RDS talks to S3 and Lambda over TLS; the sandbox's own way to them has none and counts as if it had.
    """
    known: dict[str, Value] = {
        "aws:PrincipalArn": role.arn,
        "aws:PrincipalAccount": role.account,
        "aws:PrincipalType": "AssumedRole",
        "aws:PrincipalIsAWSService": "false",
        "aws:SecureTransport": "true",
        # One account is all there is here.
        "aws:ResourceAccount": role.account,
        "s3:ResourceAccount": role.account,
        # Known to be missing: roles have no user name, only services act for somebody, nobody lists.
        "aws:username": None,
        "aws:SourceAccount": None,
        "aws:SourceArn": None,
        "s3:prefix": None,
        "s3:delimiter": None,
        "s3:max-keys": None,
    }
    return Context(known)


def compile_policy(
    policy: Policy, feature: str, role: Role, *, boundary: bool = False, among: tuple[str, ...] = ()
) -> Iterator[Rule]:
    """Yield what a policy says about a feature's requests.

    ``boundary`` for a permissions boundary; ``among`` are patterns of the resources a resource's policy is
    about, since it has no say on others.
    """
    for action in ACTIONS[feature]:
        for statement in policy.statements:
            if speaks_of_action(statement, action):
                yield from _rules(policy, statement, action, role, boundary=boundary, among=among)


def unreadable_rules(feature: str, why: str, among: tuple[str, ...] = ()) -> Iterator[Rule]:
    """Yield what is known where a policy cannot be read: nothing, and that is an error for every request."""
    for action in ACTIONS[feature]:
        effects: tuple[Literal["allow", "deny", "within"], ...] = ("allow", "deny", "within")
        for effect in effects:
            yield Rule(effect, action, ("*",), among=among, unsure=why)


def _rules(
    policy: Policy, statement: Statement, action: str, role: Role, *, boundary: bool, among: tuple[str, ...]
) -> Iterator[Rule]:
    whom, unsure = Meant.ITSELF, ""
    try:
        if policy.kind is not Kind.IDENTITY:
            whom = meant(statement, role)
    except Unevaluated as error:
        unsure = error.message
    if whom is Meant.NOT or (whom is Meant.ACCOUNT and statement.allows):
        return
    base = request_context(role)
    # One rule for all Regions, or one for each group of Regions in which it says the same.
    alike: dict[Rule, list[str]] = {}
    for region in _regions() if _depends_on_region(statement) else ("",):
        context = base.also({_REGION: region}) if region else base
        for rule in _in_region(policy, statement, action, context, unsure):
            alike.setdefault(rule, []).append(region)
    for rule, regions in alike.items():
        everywhere = len(regions) == (1 if regions == [""] else len(_regions()))
        limited = replace(rule, among=among, regions=() if everywhere else tuple(regions))
        if statement.allows and boundary:
            yield replace(limited, effect="within")
            continue
        yield limited
        if statement.allows and whom is Meant.EVERYBODY:
            # A boundary does not limit what the resource grants to everybody.
            yield replace(limited, effect="within")


def _in_region(
    policy: Policy, statement: Statement, action: str, context: Context, unsure: str
) -> Iterator[Rule]:
    """Yield the rule of a statement when everything but the resource is known; none if it does not hold."""
    try:
        if not holds(statement.conditions, context, variables=policy.variables):
            return
    except Unevaluated as error:
        unsure = unsure or f"{statement.place}: {error.message}"
    resources, other = ["*"], False
    try:
        read = [Pattern.read(one, context if policy.variables else None) for one in statement.resources]
    except Unevaluated as error:
        unsure = unsure or f"{statement.place}: {error.message}"
    else:
        globs = [one.glob() for one in read]
        if None in globs:
            unsure = unsure or f"{statement.place}: a star that is meant literally is not evaluated"
        else:
            resources, other = [glob for glob in globs if glob is not None], statement.other_resources
    yield Rule("allow" if statement.allows else "deny", action, tuple(resources), other, unsure=unsure)


def _depends_on_region(statement: Statement) -> bool:
    key = _REGION.lower()
    return any(one.key.lower() == key for one in statement.conditions) or any(
        key in text.lower()
        for text in (*statement.resources, *(value for one in statement.conditions for value in one.values))
    )


@cache
def _regions() -> tuple[str, ...]:
    """Return the Regions of S3 in AWS's ordinary partition, as botocore knows them."""
    return tuple(sorted(botocore.session.get_session().get_available_regions("s3")))
