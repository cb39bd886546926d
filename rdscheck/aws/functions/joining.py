"""Lambda behind a control plane: its requests passed on, and servers with a role for it told where it is."""

import http.client
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from botocore import credentials as keys
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from rdscheck.aws.control.plane import ControlPlane
from rdscheck.aws.control.wire import Request, Response
from rdscheck.aws.functions.endpoint import LambdaEndpoint
from rdscheck.sandbox.access import Access, Credentials

#: Of an answer, what a client of Lambda looks at; the rest is about the connection.
_ANSWERED = ("content-type", "x-amz", "x-amzn")

#: What the first signature brought and the second one brings anew.
_SIGNATURE = {"x-amz-date", "x-amz-security-token", "x-amz-content-sha256"}

_SECONDS = 910


def join(plane: ControlPlane, endpoint: Callable[[], LambdaEndpoint]) -> None:
    """Let a control plane answer for Lambda.

    ``endpoint`` is asked when a request or a role for Lambda comes, so nothing is started before.
    Requests to the plane carry any key; they are signed anew with one that the endpoint takes, and so is
    what a server with a role sends: the plane has decided by then what the role may do.
    """
    before = plane.access

    def access(given: Access) -> Access:
        told = before(given)
        role = next((one for one in told.associations if one.feature == "Lambda"), None)
        if role is None:
            return told
        found = endpoint()
        own = Credentials(found.access_key, found.secret_key, found.session_token)
        return replace(told.with_role(replace(role, credentials=own)), lambda_endpoint=found.url_for_server)

    plane.access = access
    plane.handlers["lambda"] = lambda request: _pass(request, endpoint())


def _pass(request: Request, endpoint: LambdaEndpoint) -> Response:
    headers = {
        name: value
        for name, value in request.headers.items()
        if (name.startswith("x-amz-") and name not in _SIGNATURE) or name == "content-type"
    }
    body = request.body(limit=70 << 20)
    signed = AWSRequest(request.method, endpoint.url_for_host + request.target, headers, body)
    key = keys.Credentials(endpoint.access_key, endpoint.secret_key, endpoint.session_token or None)
    SigV4Auth(key, "lambda", request.region or endpoint.region).add_auth(signed)
    parts = urlsplit(endpoint.url_for_host)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=_SECONDS)
    try:
        connection.request(request.method, request.target, body, dict(signed.headers.items()))
        answer = connection.getresponse()
        kept = {name: value for name, value in answer.getheaders() if name.lower().startswith(_ANSWERED)}
        return Response(answer.status, answer.read(), kept)
    finally:
        connection.close()
