"""Associated roles and their rights, as the stand-ins read them.

On RDS a role is associated with an instance for a feature, and its policies say
what it may do. Here the same facts are written for one database of a shared
server, so that tests with different rights can run at the same time.
"""

from dataclasses import dataclass, field, replace
from typing import Literal
from urllib.parse import quote

from rdscheck.errors import InvalidFeatureName, UsageError

#: Feature names of RDS and Aurora for PostgreSQL; case counts.
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/postgresql-s3-export-access-bucket.html
FEATURES = ("Lambda", "s3Export", "s3Import")

#: Actions the guides give a role of each feature.
DEFAULT_ACTIONS = {
    "Lambda": ("lambda:InvokeFunction",),
    "s3Export": ("s3:PutObject", "s3:AbortMultipartUpload"),
    "s3Import": ("s3:GetObject", "s3:ListBucket"),
}

_SPLIT_BYTES = 6 * 1024**3
_PART_BYTES = 8 * 1024**2


@dataclass(frozen=True)
class Credentials:
    """Keys that sign requests."""

    access_key: str
    secret_key: str = field(repr=False)
    session_token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Rule:
    """One thing a policy says about requests, in the form the stand-ins read.

    ``effect`` is ``allow``, ``deny`` or ``within`` (the role's permissions boundary allows it).
    It holds for an action pattern on ``resources``, patterns too (``*`` and ``?`` as in IAM), or with
    ``other`` on everything but those; ``among`` limits it to resources of these patterns, ``regions``
    to requests sent there. ``unsure`` is why nobody here can tell whether it holds: a request that
    hangs on it ends with an error.
    """

    effect: Literal["allow", "deny", "within"]
    action: str
    resources: tuple[str, ...]
    other: bool = False
    among: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    unsure: str = ""

    def line(self, feature: str) -> str:
        """Return it as a line of the file."""
        words = [self.effect, feature, as_word(self.action), as_word("\n".join(self.resources))]
        words += ["except"] if self.other else []
        words += ["among=" + as_word("\n".join(self.among))] if self.among else []
        words += ["in=" + as_word(",".join(self.regions))] if self.regions else []
        words += ["unsure=" + as_word(ascii(self.unsure)[1:-1])] if self.unsure else []
        return " ".join(words)


@dataclass(frozen=True)
class Association:
    """One role associated for one feature, with its policy spelt out.

    ``allow`` and ``deny`` hold pairs of action and resource patterns (``*`` and ``?`` as in IAM),
    ``rules`` what pairs cannot say. ``bounded`` is a role with a permissions boundary, which ``rules``
    then hold too. ``invalid`` says why RDS cannot assume the role: it stays associated and serves nothing.
    """

    feature: str
    role_arn: str
    credentials: Credentials
    allow: tuple[tuple[str, str], ...] = ()
    deny: tuple[tuple[str, str], ...] = ()
    rules: tuple[Rule, ...] = ()
    bounded: bool = False
    invalid: str = ""

    @property
    def status(self) -> str:
        """What ``DescribeDBInstances`` shows of it: ``ACTIVE`` or ``INVALID``."""
        return "INVALID" if self.invalid else "ACTIVE"

    def lines(self) -> list[str]:
        """Return the lines about it; none for a role that RDS cannot assume."""
        if self.invalid:
            return []
        keys = (self.credentials.access_key, self.credentials.secret_key, self.credentials.session_token)
        return [
            " ".join(("role", self.feature, as_word(self.role_arn), *map(as_word, keys))),
            *(f"allow {self.feature} {as_word(act)} {as_word(res)}" for act, res in self.allow),
            *(f"deny {self.feature} {as_word(act)} {as_word(res)}" for act, res in self.deny),
            *((f"bounded {self.feature}",) if self.bounded else ()),
            *(rule.line(self.feature) for rule in self.rules),
        ]


@dataclass(frozen=True)
class Access:
    """Everything the stand-ins of one database are told; immutable, so that it can be handed on."""

    endpoint: str = ""
    lambda_endpoint: str = ""
    region: str = "us-east-1"
    split_bytes: int = _SPLIT_BYTES
    part_bytes: int = _PART_BYTES
    associations: tuple[Association, ...] = ()

    def with_role(self, association: Association) -> "Access":
        """Associate a role; one role per feature, as on RDS, so a second replaces the first."""
        check_feature(association.feature)
        return replace(self, associations=(*self.without_role(association.feature).associations, association))

    def without_role(self, feature: str) -> "Access":
        """Take the role of a feature away."""
        check_feature(feature)
        return replace(self, associations=tuple(a for a in self.associations if a.feature != feature))

    def lines(self) -> list[str]:
        """Return the configuration file the stand-ins read, line by line."""
        lines = [f"endpoint {as_word(self.endpoint)}"] if self.endpoint else []
        if self.lambda_endpoint:
            lines.append(f"lambda_endpoint {as_word(self.lambda_endpoint)}")
        lines += [
            f"region {as_word(self.region)}",
            f"split_bytes {self.split_bytes}",
            f"part_bytes {self.part_bytes}",
        ]
        for each in self.associations:
            lines += each.lines()
        return lines


def check_feature(name: str) -> None:
    """Raise ``InvalidFeatureName`` unless the engine has a feature of exactly that name."""
    if name in FEATURES:
        return
    flat = name.replace("_", "").replace("-", "").lower()
    near = next((known for known in FEATURES if known.lower() == flat), None)
    known = ", ".join(FEATURES)
    raise InvalidFeatureName(
        f"the feature-name {name!r} is not valid for engine postgres",
        hint=f"did you mean {near!r}?" if near else f"valid are {known}",
    )


def resources(bucket: str) -> tuple[str, str]:
    """Return the two resources a policy names for a bucket: itself and its objects."""
    if not bucket:
        raise UsageError("a policy needs the name of a bucket")
    return f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"


def as_word(text: str) -> str:
    """Write any text as one word of a line; an empty one as a lone percent sign."""
    return quote(text, safe=":/*?") or "%"
