"""Who may log in to instances with IAM tokens: the access keys there are, by the policies of who has them."""

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from rdscheck.aws.client import plain_client
from rdscheck.aws.iam.compiling import request_context
from rdscheck.aws.iam.conditions import holds
from rdscheck.aws.iam.document import Policy, Statement
from rdscheck.aws.iam.grants import managed_policy, policy_of
from rdscheck.aws.iam.patterns import Context, Pattern
from rdscheck.aws.iam.policy import speaks_of_action
from rdscheck.aws.iam.principals import Role
from rdscheck.aws.tokens import ACTION, Holder
from rdscheck.errors import InvalidPolicy, Unevaluated
from rdscheck.sandbox.access import Credentials

_ASSUMED = re.compile(r"arn:aws:sts::(\d{12}):assumed-role/([^/]+)/")

#: What is not evaluated lets nobody in.
_NOBODY = (ACTION, "*")


@dataclass(frozen=True)
class _Key:
    credentials: Credentials
    user: str = ""
    role: str = ""
    account: str = ""
    expires: datetime | None = None


class Logins:
    """Knows the keys that IAM and STS gave out, and what their holders may log in to.

    ``url`` tells where IAM is. Keys are given out once, so answers have to be shown to ``hear``. Sessions
    of a user (GetSessionToken) are not known.
    """

    def __init__(self, url: Callable[[], str]) -> None:
        self._url = url
        self._keys: dict[str, _Key] = {}
        self._lock = threading.Lock()

    def hear(self, status: int, body: object) -> bool:
        """Take note of keys that an answer of IAM or STS holds; returns whether there are any."""
        if status != 200 or not isinstance(body, bytes) or b"<SecretAccessKey>" not in body:
            return False
        text = body.decode()
        keys = Credentials(
            *(_value(text, name) for name in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
        )
        role = _ASSUMED.match(_value(text, "Arn"))
        until = _value(text, "Expiration")
        with self._lock:
            self._keys[keys.access_key] = _Key(
                keys,
                user="" if role else _value(text, "UserName"),
                role=role[2] if role else "",
                account=role[1] if role else "",
                expires=datetime.fromisoformat(until).astimezone(UTC) if until else None,
            )
        return True

    def holders(self) -> tuple[Holder, ...]:
        """Return who has a valid key, with what is allowed and denied of rds-db:connect."""
        with self._lock:
            keys = list(self._keys.values())
        if not keys:
            return ()
        iam = plain_client(self._url(), "iam")
        found = []
        for key in keys:
            try:
                found.append(_user(iam, key) if key.user else _role(iam, key))
            except ClientError as error:
                # Who is gone has no key either.
                if error.response["Error"]["Code"] != "NoSuchEntity":
                    raise
        return tuple(one for one in found if one is not None)


def _user(iam: Any, key: _Key) -> Holder | None:
    states = iam.list_access_keys(UserName=key.user)["AccessKeyMetadata"]
    if (key.credentials.access_key, "Active") not in {(one["AccessKeyId"], one["Status"]) for one in states}:
        return None
    user = iam.get_user(UserName=key.user)["User"]
    context = Context(
        {
            "aws:PrincipalArn": user["Arn"],
            "aws:PrincipalType": "User",
            "aws:username": key.user,
            "aws:SecureTransport": "true",
        }
    )
    policies = [*_policies(iam, "user", "UserName", key.user)]
    for group in iam.list_groups_for_user(UserName=key.user)["Groups"]:
        policies += _policies(iam, "group", "GroupName", group["GroupName"])
    return _holder(key, policies, context, bounded="PermissionsBoundary" in user)


def _role(iam: Any, key: _Key) -> Holder:
    role = iam.get_role(RoleName=key.role)["Role"]
    policies = _policies(iam, "role", "RoleName", key.role)
    context = request_context(Role(role["Arn"]))
    return _holder(key, policies, context, bounded="PermissionsBoundary" in role)


def _policies(iam: Any, kind: str, parameter: str, name: str) -> Iterator[Policy | InvalidPolicy]:
    who = {parameter: name}
    for page in iam.get_paginator(f"list_{kind}_policies").paginate(**who):
        for inline in page["PolicyNames"]:
            document = getattr(iam, f"get_{kind}_policy")(**who, PolicyName=inline)["PolicyDocument"]
            yield from policy_of(f"policy {inline}", document)
    for page in iam.get_paginator(f"list_attached_{kind}_policies").paginate(**who):
        for one in page["AttachedPolicies"]:
            yield from policy_of(f"policy {one['PolicyName']}", managed_policy(iam, one["PolicyArn"]))


def _holder(
    key: _Key, policies: Iterable[Policy | InvalidPolicy], context: Context, *, bounded: bool
) -> Holder:
    allow: list[tuple[str, str]] = []
    # A boundary would have to allow it too, which the server's module cannot be told.
    deny: list[tuple[str, str]] = [_NOBODY] if bounded else []
    for policy in policies:
        if isinstance(policy, InvalidPolicy):
            deny.append(_NOBODY)
            continue
        for statement in policy.statements:
            if not speaks_of_action(statement, ACTION):
                continue
            try:
                patterns = _resources(policy, statement, context)
            except Unevaluated:
                deny.append(_NOBODY)
                continue
            (allow if statement.allows else deny).extend((ACTION, one) for one in patterns)
    return Holder(key.credentials, tuple(allow), tuple(deny), key.expires)


def _resources(policy: Policy, statement: Statement, context: Context) -> list[str]:
    """Return the resources a statement is about, none when its conditions do not hold."""
    if not holds(statement.conditions, context, variables=policy.variables):
        return []
    if statement.other_resources:
        raise Unevaluated(f"{statement.place}: NotResource is not evaluated for log-ins")
    globs = [Pattern.read(one, context if policy.variables else None).glob() for one in statement.resources]
    if None in globs:
        raise Unevaluated(f"{statement.place}: a star that is meant literally is not evaluated")
    return [glob for glob in globs if glob is not None]


def _value(text: str, name: str) -> str:
    found = re.search(rf"<{name}>([^<]*)</{name}>", text)
    return found[1] if found else ""
