"""Which values a role takes. A value that does not fit is refused in one line, before anything runs.

AWS's own limits for names are those of its API reference for RDS, S3 and IAM; what goes into SQL is what
PostgreSQL takes without surprises: letters, digits, ``_``, ``-`` and ``$``, at most 63 bytes.
"""

import re
from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """What a placeholder stands for."""

    INSTANCE = "instance"
    CLUSTER = "cluster"
    ENDPOINT = "endpoint"
    PORT = "port"
    REGION = "region"
    ACCOUNT = "account"
    GROUP = "group"
    BUCKET = "bucket"
    ROLE_ARN = "role-arn"
    POLICY_ARN = "policy-arn"
    IAM_ROLE = "iam-role"
    USER = "user"
    PASSWORD = "password"  # noqa: S105 - the name of a role, no password
    DATABASE = "database"
    SCHEMA = "schema"
    TABLE = "table"
    FUNCTION = "function"
    FILE = "file"
    UNKNOWN = ""


class _Form(NamedTuple):
    pattern: re.Pattern[str]
    says: str


def _form(pattern: str, says: str) -> _Form:
    return _Form(re.compile(pattern, re.ASCII), says)


_NAMED = _form(
    r"[A-Za-z](?:-?[A-Za-z0-9]){0,62}", "up to 63 letters, digits and single hyphens, a letter first"
)
_WORD = _form(r"[A-Za-z_][\w$-]{0,62}", "up to 63 letters, digits, _, - and $")
_HOST = r"[A-Za-z0-9](?:[\w.-]{0,252}[A-Za-z0-9])?"
_PORT = r"(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])"

_FORMS: dict[Role, _Form] = {
    Role.INSTANCE: _NAMED,
    Role.CLUSTER: _NAMED,
    Role.GROUP: _form(
        r"[A-Za-z](?:[.-]?[A-Za-z0-9]){0,254}", "letters, digits, dots and hyphens, a letter first"
    ),
    Role.ENDPOINT: _form(
        rf"(?:{_HOST}|\[[0-9a-fA-F:.]{{2,45}}\])(?::{_PORT})?",
        "a host name or address, with :port if it is not 5432",
    ),
    Role.PORT: _form(_PORT, "a number from 1 to 65535"),
    Role.REGION: _form(r"[a-z]{2}(?:-[a-z]{2,12}){1,3}-\d{1,2}", "a region such as us-east-1"),
    Role.ACCOUNT: _form(r"\d{12}", "twelve digits"),
    Role.BUCKET: _form(
        r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "3 to 63 small letters, digits, dots and hyphens"
    ),
    Role.ROLE_ARN: _form(
        r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=.@/-]{1,512}",
        "an ARN such as arn:aws:iam::123456789012:role/NAME",
    ),
    Role.POLICY_ARN: _form(
        r"arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy/[\w+=.@/-]{1,512}",
        "an ARN such as arn:aws:iam::123456789012:policy/NAME",
    ),
    Role.IAM_ROLE: _form(r"[\w+=.@][\w+=.@-]{0,63}", "up to 64 letters, digits and _+=.@-"),
    Role.USER: _WORD,
    Role.DATABASE: _WORD,
    Role.SCHEMA: _WORD,
    Role.TABLE: _form(r"[A-Za-z_][\w$-]{0,62}", _WORD.says),
    Role.FUNCTION: _form(r"[A-Za-z_][\w$-]{0,63}", "up to 64 letters, digits, _, - and $"),
    Role.FILE: _form(r"(?!.*(?:^|/)\.\.(?:/|$))[\w+=@][\w+=@./-]{0,254}", "a relative path without .."),
    Role.UNKNOWN: _form(r"[\w.:/@%+=,][\w .:/@%+=,-]{0,254}", "letters, digits, blanks and _.:/@%+=,-"),
}
_PASSWORD = "1 to 128 printable characters, no dash first, no file:// or http:// in front"  # noqa: S105 - says what one is
_AT_AMAZON = re.compile(r"\.amazonaws\.com(?:\.cn)?\.?$", re.IGNORECASE)
_FETCHED = re.compile(r"(?:fileb?|https?)://", re.IGNORECASE)


def misfit(value: str, role: str) -> str:
    """Return what a role takes if the value is not that; empty if it fits."""
    kind = Role(role)
    if kind is Role.PASSWORD:
        fits = 1 <= len(value) <= 128 and value.isprintable() and not value.startswith("-")
        # The AWS command line reads such a value from the file or address it names.
        return "" if fits and not _FETCHED.match(value) else _PASSWORD
    if kind is Role.ENDPOINT and _AT_AMAZON.search(host_and_port(value)[0]):
        return "a host of the sandbox: nothing is run at Amazon"
    form = _FORMS[kind]
    return "" if form.pattern.fullmatch(value) and not _FETCHED.match(value) else form.says


def host_and_port(value: str) -> tuple[str, str]:
    """Part an endpoint into host and port; the port is empty where it has none."""
    host, separator, port = value.rpartition(":")
    if separator and port.isdigit() and (host.endswith("]") or ":" not in host):
        return host.strip("[]"), port
    return value.strip("[]"), ""
