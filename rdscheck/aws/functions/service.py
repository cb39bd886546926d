"""Lambda's REST API: which path does what. Any HTTP server can stand in front of it."""

import base64
import json
import re
import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from rdscheck.aws.functions import store
from rdscheck.aws.functions.names import LATEST, Name, check_alias, check_new_name, parse
from rdscheck.aws.functions.running import Invocation, Runner
from rdscheck.aws.functions.signing import Caller, authenticate
from rdscheck.aws.functions.store import Function, Store
from rdscheck.aws.functions.wire import LambdaError, Request, Response, as_json, invalid_value, violated

#: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
MAX_PAYLOAD = {"RequestResponse": 6 << 20, "Event": 1 << 20, "DryRun": 6 << 20}

#: Of the client context, after it was encoded.
_MAX_CONTEXT = 3583

#: Where we tell what handlers were given; no path of AWS.
CALLS = "/_rdscheck/calls"

DEFAULT_ACCOUNT = "123456789012"

_Parts = list[str]  # of the path: what stands for a function, an alias
_Action = Callable[["Service", Request, "Caller", _Parts], Response]


class Service:
    """One Lambda, for one account and all Regions.

    ``room`` is a directory for code. ``secrets`` are secret keys by access key: requests signed with
    another key are refused; without it any signature does.
    """

    def __init__(
        self, room: Path, *, account: str = DEFAULT_ACCOUNT, secrets: Mapping[str, str] | None = None
    ) -> None:
        self._room = room
        self._secrets = secrets
        self._lock = threading.RLock()
        self.store = Store(account)
        self.runner = Runner()

    def handle(self, request: Request) -> Response:
        """Answer a request; never raises for one that is wrong."""
        try:
            if request.path == CALLS:
                return as_json(list(self._named(request.query.get("function", ""), Caller("", "")).calls))
            caller = authenticate(request, self._secrets)
            action, parts = _route(request)
            return action(self, request, caller, parts)
        except LambdaError as error:
            return error.response()

    def close(self) -> None:
        """End every process of a handler."""
        self.runner.close()

    def _named(self, text: str, caller: Caller, qualifier: str = "") -> Function:
        with self._lock:
            return self.store.get(self._name(text, caller, qualifier))

    def _name(self, text: str, caller: Caller, qualifier: str = "") -> Name:
        return parse(text, self.store.account, caller.region, qualifier)

    # Invoking

    def invoke(self, request: Request, caller: Caller, parts: _Parts) -> Response:
        """Run a function."""
        kind = request.headers.get("x-amz-invocation-type", "RequestResponse")
        log_type = request.headers.get("x-amz-log-type", "None")
        if kind not in MAX_PAYLOAD:
            raise violated(kind, "invocationType", "enum value set: [Event, RequestResponse, DryRun]")
        if log_type not in {"None", "Tail"}:
            raise violated(log_type, "logType", "enum value set: [None, Tail]")
        with self._lock:
            name = self._name(parts[0], caller, request.query.get("Qualifier", ""))
            function = self.store.get(name)
            version = function.version(name)
        _check_payload(request.body, kind)
        context = _client_context(request.headers.get("x-amz-client-context", ""))
        if kind == "DryRun":
            return Response(HTTPStatus.NO_CONTENT)
        # Passed on for synchronous invocations only, says the API reference.
        given = context if kind == "RequestResponse" else None
        one = Invocation(function, version, name, kind, request.body, given)
        headers = {"x-amzn-RequestId": one.request_id}
        if kind == "Event":
            self.runner.enqueue(one)
            return Response(HTTPStatus.ACCEPTED, b"", headers)
        outcome = self.runner.invoke(one)
        headers |= {"X-Amz-Executed-Version": version.number, "Content-Type": "application/json"}
        if outcome.failed:
            headers["X-Amz-Function-Error"] = "Unhandled"
        if log_type == "Tail":
            headers["X-Amz-Log-Result"] = base64.b64encode(outcome.log_tail).decode()
        return Response(HTTPStatus.OK, outcome.payload, headers)

    # Functions

    def create(self, request: Request, caller: Caller, _parts: _Parts) -> Response:
        """Create a function."""
        told = _told(request)
        name = self._name(str(told.get("FunctionName", "")), caller)
        check_new_name(name.name)
        with self._lock:
            code = store.unpack(told.get("Code") or {}, self._room)
            function = Function(name, store.configured(told, code))
            self.store.add(function)
            made = function.publish() if told.get("Publish") else function.latest
            return as_json(
                made.configuration(name, qualified=made is not function.latest), HTTPStatus.CREATED
            )

    def get(self, request: Request, caller: Caller, parts: _Parts) -> Response:
        """Tell a function's configuration and where its code would be."""
        answer = {"Configuration": self._configuration(request, caller, parts)}
        code = {"Code": {"RepositoryType": "S3", "Location": "https://rdscheck.invalid/"}, "Tags": {}}
        with self._lock:
            reserved = self._named(parts[0], caller).reserved
        concurrency = {} if reserved is None else {"Concurrency": {"ReservedConcurrentExecutions": reserved}}
        return as_json(answer | code | concurrency)

    def get_configuration(self, request: Request, caller: Caller, parts: _Parts) -> Response:
        """Tell a function's configuration."""
        return as_json(self._configuration(request, caller, parts))

    def _configuration(self, request: Request, caller: Caller, parts: _Parts) -> dict[str, Any]:
        name = self._name(parts[0], caller, request.query.get("Qualifier", ""))
        with self._lock:
            return self.store.get(name).version(name).configuration(name, qualified=bool(name.qualifier))

    def update_code(self, request: Request, caller: Caller, parts: _Parts) -> Response:
        """Replace the code of ``$LATEST``."""
        return self._update(request, caller, parts, code=True)

    def update_configuration(self, request: Request, caller: Caller, parts: _Parts) -> Response:
        """Replace what is said of the configuration of ``$LATEST``."""
        return self._update(request, caller, parts, code=False)

    def _update(self, request: Request, caller: Caller, parts: list[str], *, code: bool) -> Response:
        told = _told(request)
        with self._lock:
            function = self._named(parts[0], caller)
            new = store.unpack(told, self._room) if code else function.latest.code
            function.latest = store.configured({} if code else told, new, function.latest)
            made = function.publish() if code and told.get("Publish") else function.latest
            answer = made.configuration(function.name, qualified=made is not function.latest)
        self.runner.retire(function)
        return as_json(answer)

    def delete(self, request: Request, caller: Caller, parts: _Parts) -> Response:
        """Delete a function, or one of its versions."""
        name = self._name(parts[0], caller, request.query.get("Qualifier", ""))
        with self._lock:
            function = self.store.get(name)
            if name.qualifier == LATEST:
                raise invalid_value("$LATEST version cannot be deleted without deleting the function.")
            if name.qualifier:
                function.version(name)
                function.published.pop(name.qualifier, None)
            else:
                self.store.remove(function)
        if not name.qualifier:
            self.runner.forget(function)
        return Response(HTTPStatus.NO_CONTENT)

    def list_functions(self, _request: Request, caller: Caller, _parts: _Parts) -> Response:
        """List the functions of the Region."""
        with self._lock:
            found = self.store.of_region(caller.region)
            return as_json(
                {"Functions": [one.latest.configuration(one.name, qualified=False) for one in found]}
            )

    # Versions and aliases

    def publish(self, request: Request, caller: Caller, parts: _Parts) -> Response:
        """Publish a version."""
        with self._lock:
            function = self._named(parts[0], caller)
            made = function.publish(str(_told(request).get("Description") or ""))
            return as_json(made.configuration(function.name, qualified=True), HTTPStatus.CREATED)

    def versions(self, _request: Request, caller: Caller, parts: _Parts) -> Response:
        """List the versions, ``$LATEST`` first."""
        with self._lock:
            function = self._named(parts[0], caller)
            every = (function.latest, *function.published.values())
            return as_json({"Versions": [one.configuration(function.name, qualified=True) for one in every]})

    def create_alias(self, request: Request, caller: Caller, parts: _Parts) -> Response:
        """Create an alias."""
        told = _told(request)
        alias = str(told.get("Name", ""))
        check_alias(alias)
        with self._lock:
            function = self._named(parts[0], caller)
            if alias in function.aliases:
                message = f"Alias already exists: {function.name.arn}:{alias}"
                raise LambdaError(HTTPStatus.CONFLICT, "ResourceConflictException", message)
            return as_json(function.set_alias(alias, told), HTTPStatus.CREATED)

    def aliases(self, _request: Request, caller: Caller, parts: _Parts) -> Response:
        """List the aliases."""
        with self._lock:
            function = self._named(parts[0], caller)
            return as_json({"Aliases": [function.alias(one) for one in sorted(function.aliases)]})

    def get_alias(self, _request: Request, caller: Caller, parts: _Parts) -> Response:
        """Tell an alias."""
        with self._lock:
            return as_json(self._named(parts[0], caller).alias(parts[1]))

    def update_alias(self, request: Request, caller: Caller, parts: _Parts) -> Response:
        """Let an alias mean another version."""
        with self._lock:
            function = self._named(parts[0], caller)
            function.alias(parts[1])
            return as_json(function.set_alias(parts[1], _told(request)))

    def delete_alias(self, _request: Request, caller: Caller, parts: _Parts) -> Response:
        """Delete an alias; one that is not there is no error."""
        with self._lock:
            self._named(parts[0], caller).aliases.pop(parts[1], None)
        return Response(HTTPStatus.NO_CONTENT)

    # Concurrency

    def put_concurrency(self, request: Request, caller: Caller, parts: _Parts) -> Response:
        """Reserve concurrency: no more than so many run at once, none for 0."""
        reserved = _told(request).get("ReservedConcurrentExecutions")
        if not isinstance(reserved, int) or reserved < 0:
            raise violated(str(reserved), "reservedConcurrentExecutions", "have value of at least 0")
        self._reserve(parts, caller, reserved)
        return as_json({"ReservedConcurrentExecutions": reserved})

    def get_concurrency(self, _request: Request, caller: Caller, parts: _Parts) -> Response:
        """Tell what is reserved."""
        with self._lock:
            reserved = self._named(parts[0], caller).reserved
        return as_json({} if reserved is None else {"ReservedConcurrentExecutions": reserved})

    def delete_concurrency(self, _request: Request, caller: Caller, parts: _Parts) -> Response:
        """Reserve nothing any more."""
        self._reserve(parts, caller, None)
        return Response(HTTPStatus.NO_CONTENT)

    def _reserve(self, parts: list[str], caller: Caller, reserved: int | None) -> None:
        with self._lock:
            self._named(parts[0], caller).reserved = reserved
        self.runner.limits_changed()


_F = "/2015-03-31/functions"
_ONE = _F + "/([^/]+)"

_ROUTES: tuple[tuple[str, str, _Action], ...] = (
    ("POST", _ONE + "/invocations", Service.invoke),
    ("POST", _F + "/?", Service.create),
    ("GET", _F + "/?", Service.list_functions),
    ("GET", _ONE, Service.get),
    ("DELETE", _ONE, Service.delete),
    ("GET", _ONE + "/configuration", Service.get_configuration),
    ("PUT", _ONE + "/configuration", Service.update_configuration),
    ("PUT", _ONE + "/code", Service.update_code),
    ("POST", _ONE + "/versions", Service.publish),
    ("GET", _ONE + "/versions", Service.versions),
    ("POST", _ONE + "/aliases", Service.create_alias),
    ("GET", _ONE + "/aliases", Service.aliases),
    ("GET", _ONE + "/aliases/([^/]+)", Service.get_alias),
    ("PUT", _ONE + "/aliases/([^/]+)", Service.update_alias),
    ("DELETE", _ONE + "/aliases/([^/]+)", Service.delete_alias),
    ("PUT", "/2017-10-31/functions/([^/]+)/concurrency", Service.put_concurrency),
    ("DELETE", "/2017-10-31/functions/([^/]+)/concurrency", Service.delete_concurrency),
    ("GET", "/2019-09-30/functions/([^/]+)/concurrency", Service.get_concurrency),
)


def _route(request: Request) -> tuple[_Action, _Parts]:
    for method, pattern, action in _ROUTES:
        found = re.fullmatch(pattern, request.path)
        if found and method == request.method:
            return action, [unquote(one) for one in found.groups()]
    raise LambdaError(HTTPStatus.NOT_FOUND, "UnknownOperationException", f"{request.method} {request.path}")


def _told(request: Request) -> dict[str, Any]:
    try:
        told = json.loads(request.body or b"{}")
    except ValueError as error:
        message = f"Could not parse request body into json: {error}"
        raise LambdaError(HTTPStatus.BAD_REQUEST, "InvalidRequestContentException", message) from error
    return told if isinstance(told, dict) else {}


def _check_payload(body: bytes, kind: str) -> None:
    if len(body) > MAX_PAYLOAD[kind]:
        raise LambdaError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "RequestTooLargeException",
            f"{len(body)} byte payload is too large for the {kind} invocation type"
            f" (limit {MAX_PAYLOAD[kind]} bytes)",
        )
    try:
        json.loads(body or b"{}")
    except ValueError as error:
        message = f"Could not parse request body into json: {error}"
        raise LambdaError(HTTPStatus.BAD_REQUEST, "InvalidRequestContentException", message) from error


def _client_context(text: str) -> Mapping[str, Any] | None:
    if not text:
        return None
    told = None
    if len(text) <= _MAX_CONTEXT:
        try:
            told = json.loads(base64.b64decode(text, validate=True))
        except ValueError:
            told = None
    if not isinstance(told, dict):
        raise LambdaError(
            HTTPStatus.BAD_REQUEST,
            "InvalidRequestContentException",
            "Client context must be a valid Base64-encoded JSON object.",
        )
    return told
