"""Requests that others answer: IAM and STS by moto in this process, S3 by the session's endpoint."""

import http.client
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from rdscheck.aws.control.faults import OURS, Fault
from rdscheck.aws.control.state import ACCOUNT
from rdscheck.aws.control.wire import Request, Response
from rdscheck.aws.endpoint import S3Endpoint
from rdscheck.aws.iam.document import Kind, read_policy
from rdscheck.errors import InvalidPolicy

if TYPE_CHECKING:
    # boto3 is what a start would wait for longest.
    from rdscheck.aws.functions.endpoint import LambdaEndpoint

#: Headers that are about one connection only.
_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "proxy-authorization"}
_PIECE = 256 * 1024

#: A function's code goes in one request, with some room for how it is written; a call may take 15 minutes.
_LONGEST_CALL = 70 << 20
_LONGEST_FUNCTION = 910

#: The parameter with a role's trust policy, by action.
_TRUST = {"CreateRole": "AssumeRolePolicyDocument", "UpdateAssumeRolePolicy": "PolicyDocument"}

#: moto keeps its state per process and account: one request at a time.
_LOCK = threading.Lock()


class Moto:
    """IAM and STS by moto, loaded at the first request, which takes most of a second.

    Its state is the process's: it begins empty with the first request of each object of this class.
    """

    def __init__(self) -> None:
        self._application: Any = None

    def __call__(self, request: Request) -> Response:
        """Answer a request."""
        return self.answer(request)[0]

    def answer(self, request: Request) -> tuple[Response, str]:
        """Answer a request; the second value is the name of its action."""
        body = request.body()
        form = dict(parse_qsl(body.decode("utf-8", "replace")))
        name = form.get("Action", "")
        _check_trust(form)
        with _LOCK:
            return self._ask(request, body), name

    def _ask(self, request: Request, body: bytes) -> Response:
        if self._application is None:
            self._application = _application()
        from werkzeug.test import EnvironBuilder, run_wsgi_app  # noqa: PLC0415

        headers = [(name, value) for name, value in request.headers.items() if name not in {*_HOP, "host"}]
        # moto tells services apart by the name of the host.
        headers.append(("host", f"{request.service}.amazonaws.com"))
        parts = urlsplit(request.target)
        builder = EnvironBuilder(
            path=parts.path, query_string=parts.query, method=request.method, headers=headers, data=body
        )
        pieces, status, answered = run_wsgi_app(self._application, builder.get_environ(), buffered=True)
        kept = {name: value for name, value in answered.items() if name.lower() not in _HOP}
        return Response(int(status.split()[0]), b"".join(pieces), kept)


def _check_trust(form: Mapping[str, str]) -> None:
    """Refuse a trust policy that is none, as IAM does; moto takes any text."""
    document = form.get(_TRUST.get(form.get("Action", ""), ""))
    if document is None:
        return
    try:
        json.loads(document)
    except ValueError as error:
        raise Fault("MalformedPolicyDocument", "This policy contains invalid Json") from error
    try:
        read_policy(document, "The trust policy", Kind.TRUST)
    except InvalidPolicy as error:
        raise Fault("MalformedPolicyDocument", error.message) from error  # guess: the text


def _application() -> Any:
    try:
        from moto.backends import get_backend  # noqa: PLC0415  loads slowly
        from moto.moto_server.werkzeug_app import (  # noqa: PLC0415
            DomainDispatcherApplication,
            create_backend_app,
        )
    except ImportError as error:
        raise Fault(
            "UnknownService", f"{OURS}moto is missing: pip install 'moto[iam,sts,server]' ({error})", 400
        ) from error
    for name in ("iam", "sts"):
        backends: Any = get_backend(name)
        if ACCOUNT in backends:
            for backend in list(backends[ACCOUNT].values()):
                backend.reset()
    return DomainDispatcherApplication(create_backend_app)


def pass_to_s3(request: Request, endpoint: S3Endpoint) -> Response:
    """Pass a request on as it is, piece by piece; signatures are whatever that endpoint makes of them."""
    parts = urlsplit(endpoint.url_for_host)
    if parts.scheme != "http":
        raise Fault(
            "UnknownService", f"{OURS}S3 at {parts.netloc} is to be used directly, by its own address"
        )
    return _pass_on(request, endpoint.url_for_host, request.headers)


def pass_to_lambda(request: Request, endpoint: "LambdaEndpoint") -> Response:
    """Pass a request on, signed anew: that endpoint takes its own key only."""
    from botocore.auth import SigV4Auth  # noqa: PLC0415  loads slowly
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415
    from botocore.credentials import Credentials  # noqa: PLC0415

    body = request.body(_LONGEST_CALL)
    kept = {
        name: value
        for name, value in request.headers.items()
        if name not in {"authorization", "x-amz-date", "x-amz-security-token", "host", *_HOP}
    }
    made = AWSRequest(request.method, endpoint.url_for_host + request.target, kept, body)
    keys = Credentials(endpoint.access_key, endpoint.secret_key, endpoint.session_token or None)
    SigV4Auth(keys, "lambda", request.region).add_auth(made)
    headers = {name.lower(): value for name, value in made.headers.items()}
    headers["host"] = urlsplit(endpoint.url_for_host).netloc
    again = replace(request, headers=headers, stream=BytesIO(body), length=len(body))
    return _pass_on(again, endpoint.url_for_host, headers, _LONGEST_FUNCTION)


def _pass_on(request: Request, url: str, headers: Mapping[str, str], seconds: float = 60) -> Response:
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=seconds)
    connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
    for name, value in headers.items():
        if name not in _HOP and name not in {"content-length", "expect"}:
            connection.putheader(name, value)
    connection.putheader("content-length", str(request.length))
    connection.endheaders()
    left = request.length
    while left:
        piece = request.stream.read(min(left, _PIECE))
        if not piece:
            break
        connection.send(piece)
        left -= len(piece)
    answer = connection.getresponse()
    kept = {name: value for name, value in answer.getheaders() if name.lower() not in _HOP}
    # Pieces that nobody asks for would never close it.
    if request.method == "HEAD" or answer.length == 0:
        connection.close()
        return Response(answer.status, b"", kept)
    return Response(answer.status, _pieces(connection, answer), kept)


def _pieces(connection: http.client.HTTPConnection, answer: http.client.HTTPResponse) -> Iterator[bytes]:
    try:
        while piece := answer.read(_PIECE):
            yield piece
    finally:
        with suppress(OSError):
            connection.close()
