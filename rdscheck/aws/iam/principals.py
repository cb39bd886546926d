"""Who asks, and whether a statement with a principal means them."""

import re
from dataclasses import dataclass
from enum import Enum

from rdscheck.aws.iam.document import Statement
from rdscheck.errors import Unevaluated

_ROLE = re.compile(r"arn:(aws[a-z-]*):iam::(\d{12}):role/(?:.*/)?([^/]+)")
_SESSION = re.compile(r"arn:aws[a-z-]*:sts::(\d{12}):assumed-role/([^/]+)/(.+)")
_ACCOUNT = re.compile(r"(?:arn:aws[a-z-]*:iam::)?(\d{12})(?::root)?")
_ARN = re.compile(r"arn:aws[a-z-]*:(iam|sts)::\d{12}:.+")


@dataclass(frozen=True)
class Role:
    """A session of a role; its name is what RDS chose and nobody documents."""

    arn: str

    @property
    def account(self) -> str:
        """Account of the role, 12 digits; empty when the ARN is none of a role."""
        found = _ROLE.fullmatch(self.arn)
        return found[2] if found else ""

    @property
    def name(self) -> str:
        """Name without its path; empty when the ARN is none of a role."""
        found = _ROLE.fullmatch(self.arn)
        return found[3] if found else ""


@dataclass(frozen=True)
class Service:
    """A service of AWS itself, such as ``rds.amazonaws.com``."""

    name: str


Caller = Role | Service


class Meant(Enum):
    """How a statement means a caller."""

    NOT = "not"
    ACCOUNT = "the account, which may pass the right on"
    ITSELF = "itself"
    EVERYBODY = "everybody"


def meant(statement: Statement, caller: Caller) -> Meant:
    """Tell how the Principal or NotPrincipal of a statement means a caller.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    Raises ``Unevaluated`` for what depends on the name of a session or on ids nobody knows here.
    """
    found = Meant.NOT
    unknown: Unevaluated | None = None
    for kind, name in statement.principals:
        try:
            one = _means(kind, name, caller, statement.place)
        except Unevaluated as error:
            unknown = unknown or error
            continue
        if list(Meant).index(one) > list(Meant).index(found):
            found = one
    if not statement.other_principals:
        if unknown is not None and found in {Meant.NOT, Meant.ACCOUNT}:
            raise unknown
        return found
    if unknown is None and found is Meant.NOT and not statement.allows:
        return Meant.ITSELF
    if found is Meant.EVERYBODY:
        return Meant.NOT
    # A role is left out only where its account and its session are named too.
    raise Unevaluated(f"{statement.place}: NotPrincipal is evaluated only in a Deny that names others")


def _means(kind: str, name: str, caller: Caller, place: str) -> Meant:
    if kind == "AWS" and name == "*":
        return Meant.EVERYBODY
    if isinstance(caller, Service):
        return Meant.ITSELF if (kind, name) == ("Service", caller.name) else Meant.NOT
    if kind in {"Service", "Federated"}:
        return Meant.NOT
    if kind == "CanonicalUser":
        raise Unevaluated(f"{place}: a CanonicalUser is not evaluated")
    if name == caller.arn:
        return Meant.ITSELF
    if found := _ACCOUNT.fullmatch(name):
        return Meant.ACCOUNT if found[1] == caller.account else Meant.NOT
    if (found := _SESSION.fullmatch(name)) and (found[1], found[2]) == (caller.account, caller.name):
        raise Unevaluated(f"{place}: how RDS names its session of the role is not documented")
    if not _ARN.fullmatch(name):
        raise Unevaluated(f"{place}: the principal {name!r} is not evaluated")
    return Meant.NOT
