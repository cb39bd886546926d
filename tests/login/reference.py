"""The decision about a token once more, in Python and from AWS's description, to compare the module with."""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta
from fnmatch import translate
from urllib.parse import quote, unquote_to_bytes

from rdscheck.aws.tokens import Holder, Known

EMPTY = hashlib.sha256(b"").hexdigest()


def accepts(known: Known, user: str, token: bytes, now: datetime) -> bool:  # noqa: PLR0911
    """Tell whether a token opens."""
    clock = known.stopped or now + timedelta(seconds=known.ahead)
    endpoint, mark, query = token.partition(b"/?")
    pairs = [one.partition(b"=") for one in query.split(b"&")]
    if not mark or b"/" in endpoint or not all(name and equal for name, equal, _ in pairs):
        return False
    if any(
        re.search(rb"%(?![0-9A-Fa-f]{2})|%00", part) for name, _, value in pairs for part in (name, value)
    ):
        return False
    values = {unquote_to_bytes(name): unquote_to_bytes(value) for name, _, value in pairs}
    if len(values) != len(pairs) or len(values) > 16:
        return False

    def get(name: str) -> str:
        return values.get(name.encode(), b"").decode("latin-1")

    parts = get("X-Amz-Credential").split("/")
    if len(parts) != 5 or parts[3:] != ["rds-db", "aws4_request"]:
        return False
    try:
        begins = datetime.strptime(get("X-Amz-Date"), "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return False
    if not re.fullmatch(r"\d{8}T\d{6}Z", get("X-Amz-Date"), re.ASCII):
        return False
    if not re.fullmatch(r"[0-9]{1,7}", get("X-Amz-Expires")) or not int(get("X-Amz-Expires")):
        return False
    lifetime = timedelta(seconds=min(int(get("X-Amz-Expires")), 900))
    holder = next((one for one in known.holders if one.credentials.access_key == parts[0]), None)
    if holder is None:
        return False
    return (
        known.enabled
        and get("X-Amz-Algorithm") == "AWS4-HMAC-SHA256"
        and get("X-Amz-SignedHeaders") == "host"
        and get("Action") == "connect"
        and values.get(b"DBUser", b"") == user.encode()
        and endpoint.decode("latin-1") in known.endpoints
        and parts[1] == get("X-Amz-Date")[:8]
        and parts[2] == known.region
        and signature(holder, endpoint, values, parts[1:]) == get("X-Amz-Signature")
        and get("X-Amz-Security-Token") == holder.credentials.session_token
        and (holder.expires is None or clock < holder.expires)
        and begins <= clock + timedelta(seconds=300)
        and clock < begins + lifetime
        and permits(known, holder, user)
    )


def signature(holder: Holder, endpoint: bytes, values: dict[bytes, bytes], scope: list[str]) -> str:
    """Return the signature a token should have."""
    query = "&".join(
        sorted(
            f"{quote(name, safe='')}={quote(value, safe='')}"
            for name, value in values.items()
            if name != b"X-Amz-Signature"
        )
    )
    request = f"GET\n/\n{query}\nhost:".encode() + endpoint + f"\n\nhost\n{EMPTY}".encode()
    date = values[b"X-Amz-Date"].decode()
    text = f"AWS4-HMAC-SHA256\n{date}\n{'/'.join(scope)}\n{hashlib.sha256(request).hexdigest()}"
    key = f"AWS4{holder.credentials.secret_key}".encode()
    for step in (*scope, text):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    return key.hex()


def permits(known: Known, holder: Holder, user: str) -> bool:
    """Tell whether the policies let a holder connect as a user."""
    arn = f"arn:aws:rds-db:{known.region}:{known.account}:dbuser:{known.resource_id}/{user}"

    def named(rules: tuple[tuple[str, str], ...]) -> bool:
        return any(like("rds-db:connect", act.lower()) and like(arn, on) for act, on in rules)

    return named(holder.allow) and not named(holder.deny)


def like(text: str, pattern: str) -> bool:
    """Tell whether a text matches a pattern with ``*`` and ``?``."""
    return re.fullmatch(translate(pattern.replace("[", "[[]")), text) is not None
