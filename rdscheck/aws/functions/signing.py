"""Who signed a request: AWS Signature Version 4 as the receiver sees it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from rdscheck.aws.functions.wire import LambdaError, Request

_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/,\s]+)/(?P<day>\d{8})/(?P<region>[a-z0-9-]+)"
    r"/(?P<service>[a-z0-9-]+)/aws4_request,\s*SignedHeaders=(?P<signed>[a-z0-9;-]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True)
class Caller:
    """Whose key a request carries, and for which Region it was signed."""

    access_key: str
    region: str


def authenticate(request: Request, secrets: Mapping[str, str] | None) -> Caller:
    """Return who calls; raises ``LambdaError`` when nobody or somebody else signed.

    ``secrets`` are secret keys by access key; without them it is only checked that there is a
    signature for this service.
    """
    text = request.headers.get("authorization", "")
    if not text:
        raise _refused("MissingAuthenticationTokenException", "Missing Authentication Token")
    found = _AUTHORIZATION.fullmatch(text)
    if not found:
        raise _refused(
            "IncompleteSignatureException", "Authorization header is not of the form of AWS4-HMAC-SHA256"
        )
    if found["service"] != "lambda":
        raise _refused(
            "InvalidSignatureException", "Credential should be scoped to correct service: 'lambda'."
        )
    if secrets is not None:
        if found["key"] not in secrets:
            raise _refused(
                "UnrecognizedClientException", "The security token included in the request is invalid."
            )
        if not hmac.compare_digest(signature(request, found, secrets[found["key"]]), found["signature"]):
            raise _refused(
                "InvalidSignatureException",
                "The request signature we calculated does not match the signature you provided.",
            )
    return Caller(found["key"], found["region"])


def signature(request: Request, told: Mapping[str, str] | re.Match[str], secret: str) -> str:
    """Return the signature a request should have."""
    query = "&".join(
        f"{quote(key, safe='-_.~')}={quote(value, safe='-_.~')}"
        for key, value in sorted(request.query.items())
    )
    headers = "".join(
        f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in told["signed"].split(";")
    )
    body = hashlib.sha256(request.body).hexdigest()
    path = quote(request.path, safe="/-_.~")
    canonical = "\n".join((request.method, path, query, headers, told["signed"], body))
    scope = f"{told['day']}/{told['region']}/{told['service']}/aws4_request"
    stamp = request.headers.get("x-amz-date", "")
    text = "\n".join(("AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()))
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


def _refused(kind: str, message: str) -> LambdaError:
    return LambdaError(HTTPStatus.FORBIDDEN, kind, message)
