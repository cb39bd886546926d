"""How functions are named: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html."""

import re
from dataclasses import dataclass

from rdscheck.aws.functions.wire import LambdaError, invalid_value, violated

LATEST = "$LATEST"

_PATTERN = re.compile(
    r"(arn:aws[a-zA-Z-]*:lambda:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):function:"
    r"|(?P<partial>\d{12}):function:|function:)?"
    r"(?P<name>[a-zA-Z0-9_.-]{1,140})(:(?P<qualifier>\$LATEST|[a-zA-Z0-9_-]{1,128}))?"
)
_PLAIN = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_ALIAS = re.compile(r"(?!\d+$)[a-zA-Z0-9_-]{1,128}")


@dataclass(frozen=True)
class Name:
    """A function in an account and Region, with a version or an alias where one is named."""

    account: str
    region: str
    name: str
    qualifier: str = ""

    @property
    def arn(self) -> str:
        """Return the ARN without a qualifier."""
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.name}"

    @property
    def qualified_arn(self) -> str:
        """Return the ARN with the qualifier that was named, if any."""
        return f"{self.arn}:{self.qualifier}" if self.qualifier else self.arn


def parse(text: str, account: str, region: str, qualifier: str = "") -> Name:
    """Read a name, partial ARN or ARN; account and Region are those of the caller, where it has none.

    ``qualifier`` is what the request names besides. Raises ``LambdaError``.
    """
    found = _PATTERN.fullmatch(text)
    if not found:
        raise violated(text, "functionName", "regular expression pattern: " + _PATTERN.pattern)
    own = found["qualifier"] or ""
    if own and qualifier and own != qualifier:
        raise invalid_value(
            f"The derived qualifier from the function name does not match the specified qualifier: {own}"
        )
    return Name(
        found["account"] or found["partial"] or account,
        found["region"] or region,
        found["name"],
        qualifier or own,
    )


def check_new_name(name: str) -> None:
    """Raise ``LambdaError`` unless a function may be created under a name."""
    if not _PLAIN.fullmatch(name):
        raise violated(name, "functionName", "length less than or equal to 64 and letters, digits, _ and -")


def check_alias(name: str) -> None:
    """Raise ``LambdaError`` unless an alias may be called so: not like a version."""
    if not _ALIAS.fullmatch(name):
        raise violated(name, "name", "regular expression pattern: " + _ALIAS.pattern)


__all__ = ["LATEST", "LambdaError", "Name", "check_alias", "check_new_name", "parse"]
