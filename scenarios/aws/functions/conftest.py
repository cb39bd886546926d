"""Shared by the scenarios about aws_lambda: the installed extension, functions to call, masked refusals."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from rdscheck import refused

#: Answers what it was given, and can be told to fail in several ways.
ECHO = """
import sys
import time


def lambda_handler(event, context):
    told = event if isinstance(event, dict) else {}
    if "say" in told:
        print(told["say"])
    if "raise" in told:
        raise ValueError(told["raise"])
    if "exit" in told:
        sys.exit(told["exit"])
    if "sleep" in told:
        time.sleep(told["sleep"])
    passed = context.client_context
    return {
        "event": event,
        "version": context.function_version,
        "context": None if passed is None else {"custom": passed.custom, "env": passed.env},
    }
"""

#: The ids of requests differ at each run, wherever Lambda prints them.
_REQUEST_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def aws_lambda(rds: Any) -> Any:
    """Give the master user's connection to a database that has the extension."""
    rds.execute("CREATE EXTENSION aws_lambda CASCADE")
    rds.notices.clear()
    # A cold start on a busy machine must not look like a function that hangs.
    rds.execute("SET aws_lambda.request_timeout_ms = 30000")
    return rds


@pytest.fixture
def source() -> str:
    """Give the source of a handler that answers what it was given."""
    return ECHO


@pytest.fixture
def echo(rds_lambda: Any) -> str:
    """Deploy a function that answers what it was given; return its name."""
    name: str = rds_lambda.deploy("my-function", ECHO)
    return name


@pytest.fixture
def row(aws_lambda: Any) -> Callable[..., Any]:
    """Call aws_lambda.invoke with arguments as they stand in SQL and return the row."""

    def call(arguments: str, values: list[Any] | None = None, *, conn: Any = None) -> Any:
        return (
            (conn or aws_lambda).execute(f"SELECT * FROM aws_lambda.invoke({arguments})", values).fetchone()
        )

    return call


@pytest.fixture
def fails(aws_lambda: Any) -> Callable[..., Any]:
    """Expect a refusal as ``refused`` does; ids of requests in it are not shown."""

    @contextmanager
    def expect(*how: Any, **texts: str) -> Iterator[Any]:
        with refused(*how, **texts) as refusal:
            try:
                yield refusal
            except Exception as error:
                for one in _REQUEST_ID.findall(str(error)):
                    aws_lambda.recorder.mask(one, "request-id")
                raise

    return expect


@pytest.fixture
def calls(rds_lambda: Any) -> Callable[..., list[dict[str, Any]]]:
    """Return what a function was given, once it was given that many events."""

    def wait(count: int, wish: str = "my-function", seconds: float = 20) -> list[dict[str, Any]]:
        deadline = time.monotonic() + seconds
        while len(found := rds_lambda.calls(wish)) < count and time.monotonic() < deadline:
            time.sleep(0.02)
        return list(found)

    return wait
