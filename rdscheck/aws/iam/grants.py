"""What an associated role may do, read from IAM, STS and S3 through their own APIs.

``association`` answers for one role and feature; ``Grants`` keeps the roles of one server or
database and answers anew whenever policies changed.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from rdscheck.aws.iam.compiling import compile_policy, unreadable_rules
from rdscheck.aws.iam.document import Kind, Policy, read_policy
from rdscheck.aws.iam.principals import Role
from rdscheck.aws.iam.trust import may_assume
from rdscheck.errors import InvalidPolicy, Unevaluated
from rdscheck.sandbox.access import Association, Credentials, Rule, check_feature, resources
from rdscheck.sandbox.associations import Associations

#: Name of the session; how RDS names its own is not documented.
_SESSION = "rdscheck"

#: Nothing is signed for a role that cannot be assumed.
_NO_KEYS = Credentials("", "")


def association(
    role_arn: str,
    feature: str,
    iam_client: Any,
    sts_client: Any,
    s3_client: Any,
    *,
    source_arn: str = "",
    credentials: Credentials | None = None,
) -> Association:
    """Return what a role, associated for a feature, may do now.

    Read are its trust policy, its inline and attached policies, its permissions boundary and, for S3, the
    policies of all buckets that a client sees, where one is given. ``source_arn`` is the ARN of the DB
    instance, for trust policies that name it; ``credentials`` are used in place of those STS gives. A role
    that RDS cannot assume gives an association that is ``invalid``. What is not evaluated
    is in the rules, and an error for the request that hangs on it. Raises ``InvalidFeatureName``.
    """
    check_feature(feature)
    try:
        role = iam_client.get_role(RoleName=role_arn.rpartition("/")[2])["Role"]
    except ClientError as error:
        return _invalid(feature, role_arn, _missing(error, f"there is no role {role_arn}"))
    if role["Arn"] != role_arn:
        return _invalid(feature, role_arn, f"there is no role {role_arn}")
    caller = Role(role_arn)
    rules: list[Rule] = []
    try:
        trust = read_policy(
            role["AssumeRolePolicyDocument"], f"trust policy of {role['RoleName']}", Kind.TRUST
        )
        trusted = may_assume(trust, source_account=caller.account, source_arn=source_arn)
        if not trusted.allowed:
            return _invalid(feature, role_arn, f"{trust.name}: {trusted.why}")
    except (Unevaluated, InvalidPolicy) as error:
        rules += unreadable_rules(feature, error.message)
    if credentials is None:
        try:
            credentials = _assume(sts_client, role_arn)
        except ClientError as error:
            return _invalid(feature, role_arn, str(error))
    rules += _role_rules(iam_client, role, feature)
    if feature != "Lambda" and s3_client is not None:
        rules += _bucket_rules(s3_client, caller, feature)
    return Association(
        feature,
        role_arn,
        credentials,
        rules=tuple(dict.fromkeys(rules)),
        bounded="PermissionsBoundary" in role,
    )


def _role_rules(iam: Any, role: Mapping[str, Any], feature: str) -> Iterator[Rule]:
    caller = Role(role["Arn"])
    for policy in _identity(iam, role["RoleName"]):
        if isinstance(policy, InvalidPolicy):
            yield from unreadable_rules(feature, policy.message)
        else:
            yield from compile_policy(policy, feature, caller)
    if "PermissionsBoundary" in role:
        arn = role["PermissionsBoundary"]["PermissionsBoundaryArn"]
        limit = _read(f"permissions boundary {arn.rpartition('/')[2]}", _managed(iam, arn))
        if isinstance(limit, InvalidPolicy):
            yield from unreadable_rules(feature, limit.message)
        elif limit is not None:
            yield from compile_policy(limit, feature, caller, boundary=True)


def _bucket_rules(s3: Any, caller: Role, feature: str) -> Iterator[Rule]:
    for bucket, policy in _buckets(s3):
        among = resources(bucket)
        if isinstance(policy, InvalidPolicy):
            yield from unreadable_rules(feature, policy.message, among)
        else:
            yield from compile_policy(policy, feature, caller, among=among)


class Grants:
    """The associated roles of a server or a database, as IAM has them at the moment.

    ``refresh`` is to be called after whatever may change an answer: a request to IAM that is no
    Get or List, a change of a bucket's policy, a new bucket. ``credentials`` says for a feature
    what signs in place of the keys STS gives for a role.
    """

    def __init__(
        self,
        associations: Associations,
        iam_client: Any,
        sts_client: Any,
        s3_client: Any,
        *,
        source_arn: str = "",
        credentials: Callable[[str], Credentials | None] = lambda _feature: None,
    ) -> None:
        self._associations = associations
        self._clients = (iam_client, sts_client, s3_client)
        self._source_arn = source_arn
        self._credentials = credentials
        self.current: dict[str, Association] = {}  # by feature

    def add(self, role_arn: str, feature: str) -> Association:
        """Associate a role for a feature; raises ``InvalidFeatureName``."""
        return self._put(self._read(role_arn, feature))

    def remove(self, feature: str) -> None:
        """Take the role of a feature away, and its credentials with it."""
        check_feature(feature)
        self.current.pop(feature, None)
        self._associations.remove_role(feature)

    def refresh(self) -> None:
        """Read everything anew and write down what changed."""
        for feature, before in list(self.current.items()):
            after = self._read(before.role_arn, feature, before)
            if after != before:
                self._put(after)

    def _read(self, role_arn: str, feature: str, before: Association | None = None) -> Association:
        # Keys live on while their role does: only what it may do is asked again.
        held = before.credentials if before and not before.invalid else None
        return association(
            role_arn,
            feature,
            *self._clients,
            source_arn=self._source_arn,
            credentials=self._credentials(feature) or held,
        )

    def _put(self, association: Association) -> Association:
        self.current[association.feature] = association
        self._associations.associate(association)
        return association


def _assume(sts_client: Any, role_arn: str) -> Credentials:
    keys = sts_client.assume_role(RoleArn=role_arn, RoleSessionName=_SESSION)["Credentials"]
    return Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


def _identity(iam: Any, role: str) -> Iterator[Policy | InvalidPolicy]:
    """Yield a role's inline and attached policies; one that goes away meanwhile is none."""
    for page in iam.get_paginator("list_role_policies").paginate(RoleName=role):
        for name in page["PolicyNames"]:
            try:
                document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            except ClientError as error:
                _missing(error)
                continue
            if (policy := _read(f"policy {name}", document)) is not None:
                yield policy
    for page in iam.get_paginator("list_attached_role_policies").paginate(RoleName=role):
        for one in page["AttachedPolicies"]:
            policy = _read(f"policy {one['PolicyName']}", _managed(iam, one["PolicyArn"]))
            if policy is not None:
                yield policy


def _managed(iam: Any, arn: str) -> Any:
    """Return the document of a managed policy's default version, None when there is none any more."""
    try:
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    except ClientError as error:
        _missing(error)
        return None


def _buckets(s3: Any) -> Iterator[tuple[str, Policy | InvalidPolicy]]:
    """Yield the buckets that have a policy, with it."""
    for bucket in s3.list_buckets()["Buckets"]:
        name = bucket["Name"]
        try:
            document = s3.get_bucket_policy(Bucket=name)["Policy"]
        except ClientError as error:
            if _code(error) not in {"NoSuchBucketPolicy", "NoSuchBucket"}:
                yield name, InvalidPolicy(f"the policy of bucket {name} cannot be read: {error}")
            continue
        policy = _read(f"policy of bucket {name}", document, Kind.RESOURCE)
        if policy is not None:
            yield name, policy


def _read(name: str, document: Any, kind: Kind = Kind.IDENTITY) -> Policy | InvalidPolicy | None:
    if document is None:
        return None
    try:
        return read_policy(document, name, kind)
    except InvalidPolicy as error:
        return error


def policy_of(name: str, document: Any) -> Iterator[Policy | InvalidPolicy]:
    """Yield a policy read, or why it cannot be; nothing where there is no document."""
    if (found := _read(name, document)) is not None:
        yield found


def managed_policy(iam: Any, arn: str) -> Any:
    """Return the document of a managed policy, None when there is none any more."""
    return _managed(iam, arn)


def _invalid(feature: str, role_arn: str, why: str) -> Association:
    return replace(Association(feature, role_arn, _NO_KEYS), invalid=why)


def _missing(error: ClientError, message: str = "") -> str:
    """Return a message for what is not there; raise everything else again."""
    if _code(error) != "NoSuchEntity":
        raise error
    return message


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code"))
