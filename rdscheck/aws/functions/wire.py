"""Requests and answers as Lambda's REST API has them, without any HTTP server around them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True)
class Request:
    """One call: ``path`` as it stands in the request line, ``headers`` by lower-case name."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Response:
    """What goes back."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class LambdaError(Exception):
    """An error as the API answers it: ``kind`` is the name boto3 raises it by.

    ``reason`` is set for throttling only.
    """

    def __init__(self, status: int, kind: str, message: str, *, reason: str = "") -> None:
        super().__init__(message)
        self.status, self.kind, self.message, self.reason = status, kind, message, reason

    def response(self) -> Response:
        """Return the answer."""
        told = {"Type": "User" if self.status < HTTPStatus.INTERNAL_SERVER_ERROR else "Service"}
        # Lambda spells the key either way; clients look for both.
        key = "Message" if self.status == HTTPStatus.NOT_FOUND else "message"
        if self.reason:
            told["Reason"] = self.reason
        body = json.dumps(told | {key: self.message}).encode()
        return Response(
            self.status, body, {"Content-Type": "application/json", "x-amzn-ErrorType": self.kind}
        )


def as_json(value: Any, status: int = HTTPStatus.OK) -> Response:
    """Return an answer with a JSON body."""
    return Response(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


def not_found(what: str, arn: str) -> LambdaError:
    """Return the error for a function, version or alias that does not exist."""
    return LambdaError(HTTPStatus.NOT_FOUND, "ResourceNotFoundException", f"{what} not found: {arn}")


def invalid_value(message: str) -> LambdaError:
    """Return the error for a parameter that Lambda understands and does not take."""
    return LambdaError(HTTPStatus.BAD_REQUEST, "InvalidParameterValueException", message)


def violated(value: str, where: str, rule: str) -> LambdaError:
    """Return the error for a parameter that breaks a rule of its form."""
    message = (
        f"1 validation error detected: Value '{value}' at '{where}' failed to satisfy constraint:"
        f" Member must satisfy {rule}"
    )
    return LambdaError(HTTPStatus.BAD_REQUEST, "ValidationException", message)
