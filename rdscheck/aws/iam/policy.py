"""What policies say about one request, as IAM decides within one account.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
Left out: policies of an organization, session policies, access control lists, key policies.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from rdscheck.aws.iam.conditions import holds
from rdscheck.aws.iam.document import Kind, Policy, Statement
from rdscheck.aws.iam.patterns import Context, Pattern
from rdscheck.aws.iam.principals import Caller, Meant, meant
from rdscheck.errors import Unevaluated


@dataclass(frozen=True)
class Request:
    """One thing somebody wants to do; ``context`` is what is known of it by condition key."""

    caller: Caller
    action: str
    resource: str = ""
    context: Context = field(default_factory=lambda: Context({}))


@dataclass(frozen=True)
class Decision:
    """The answer: ``why`` says it in words, ``statement`` is the one that decided, if any did."""

    allowed: bool
    why: str
    statement: Statement | None = None


@dataclass
class _Said:
    """What statements of one effect say: the first that surely does, and why others are not known."""

    sure: Statement | None = None
    unsure: Unevaluated | None = None

    def add(self, statement: Statement, unknown: Unevaluated | None) -> None:
        """Note a statement, and why nobody knows whether it holds."""
        if unknown is not None:
            self.unsure = self.unsure or unknown
        elif self.sure is None:
            self.sure = statement

    @property
    def surely_not(self) -> bool:
        """Tell whether nothing of this effect was said, not even perhaps."""
        return self.sure is None and self.unsure is None


def evaluate(
    request: Request,
    identity: Iterable[Policy],
    resource: Policy | None = None,
    boundary: Policy | None = None,
) -> Decision:
    """Decide on a request by the caller's policies, the resource's, and the caller's boundary.

    A deny in any of them decides; else one of the first two must allow, and the boundary too
    unless the resource's policy speaks to everybody. Raises ``Unevaluated`` when the
    answer hangs on something that is not evaluated.
    """
    deny, allow, within, free = _Said(), _Said(), _Said(), _Said()
    for policy in (*identity, *((resource,) if resource else ()), *((boundary,) if boundary else ())):
        for statement in policy.statements:
            whom, unknown = _applies(policy, statement, request)
            if whom is Meant.NOT:
                continue
            if not statement.allows:
                deny.add(statement, unknown)
            elif policy is boundary:
                within.add(statement, unknown)
            elif whom is Meant.EVERYBODY:
                free.add(statement, unknown)
            elif whom is Meant.ITSELF:
                # An account that is allowed something passes it on in policies of its roles.
                allow.add(statement, unknown)
    what = f"{request.action} on {request.resource}" if request.resource else request.action
    if deny.sure:
        return Decision(False, f"{deny.sure.place} denies {what}", deny.sure)
    if allow.surely_not and free.surely_not:
        return Decision(False, f"nothing allows {what}")
    if boundary is not None and within.surely_not and free.surely_not:
        return Decision(False, f"the permissions boundary {boundary.name} does not allow {what}")
    granted = free.sure or (allow.sure if boundary is None or within.sure else None)
    unknown = deny.unsure
    if granted is None:
        unknown = unknown or (None if allow.sure else allow.unsure) or within.unsure or free.unsure
    if unknown is not None:
        raise unknown
    assert granted is not None
    return Decision(True, f"{granted.place} allows {what}", granted)


def _applies(policy: Policy, statement: Statement, request: Request) -> tuple[Meant, Unevaluated | None]:
    """Tell whom a statement means if it speaks of this request, and why nobody knows whether it does."""
    if not speaks_of_action(statement, request.action):
        return Meant.NOT, None
    context = request.context if policy.variables else None
    whom = Meant.ITSELF
    unknown: Unevaluated | None = None
    try:
        if policy.kind is not Kind.IDENTITY:
            whom = meant(statement, request.caller)
    except Unevaluated as error:
        unknown = error
    try:
        if statement.resources and not _speaks_of_resource(statement, request.resource, context):
            return Meant.NOT, None
    except Unevaluated as error:
        unknown = unknown or error
    try:
        if not holds(statement.conditions, request.context, variables=policy.variables):
            return Meant.NOT, None
    except Unevaluated as error:
        unknown = unknown or error
    return whom, unknown


def speaks_of_action(statement: Statement, action: str) -> bool:
    """Tell whether Action or NotAction covers an action, whose case does not count."""
    named = any(Pattern.read(one).matches(action, fold=True) for one in statement.actions)
    return named is not statement.other_actions


def _speaks_of_resource(statement: Statement, resource: str, context: Context | None) -> bool:
    named = any(Pattern.read(one, context).matches(resource) for one in statement.resources)
    return named is not statement.other_resources
