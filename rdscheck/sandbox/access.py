"""Associated roles and their rights, as the stand-ins read them.

On RDS a role is associated with an instance for a feature, and its policies say
what it may do. Here the same facts are written for one database of a shared
server, so that tests with different rights can run at the same time.
"""

from dataclasses import dataclass, field, replace
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
class Association:
    """One role associated for one feature, with its policy spelt out.

    ``allow`` and ``deny`` hold pairs of action and resource patterns (``*`` and ``?`` as in IAM).
    """

    feature: str
    role_arn: str
    credentials: Credentials
    allow: tuple[tuple[str, str], ...]
    deny: tuple[tuple[str, str], ...] = ()


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
        lines = [f"endpoint {_word(self.endpoint)}"] if self.endpoint else []
        if self.lambda_endpoint:
            lines.append(f"lambda_endpoint {_word(self.lambda_endpoint)}")
        lines += [
            f"region {_word(self.region)}",
            f"split_bytes {self.split_bytes}",
            f"part_bytes {self.part_bytes}",
        ]
        for a in self.associations:
            keys = (a.credentials.access_key, a.credentials.secret_key, a.credentials.session_token)
            lines.append(" ".join(("role", a.feature, _word(a.role_arn), *map(_word, keys))))
            lines += [f"allow {a.feature} {_word(act)} {_word(res)}" for act, res in a.allow]
            lines += [f"deny {a.feature} {_word(act)} {_word(res)}" for act, res in a.deny]
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


def _word(text: str) -> str:
    """Write any text as one word of a line; an empty one as a lone percent sign."""
    return quote(text, safe=":/*?") or "%"
