"""The fixture ``rds_lambda``: Lambda with functions of the test's own."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from rdscheck.plugin.fixtures import recorder_of
from rdscheck.plugin.session import session_of
from rdscheck.sandbox.database import Database

if TYPE_CHECKING:
    from rdscheck.aws.functions.space import LambdaSpace

#: What a report shows in place of a foreign account.
SHOWN_ACCOUNT = "123456789012"

#: The same for every function here: nobody needs to read it.
_USUAL = {"Runtime", "Role", "Handler"}


@pytest.fixture
def rds_lambda(request: pytest.FixtureRequest, rds_db: Database) -> "Iterator[LambdaSpace]":
    """Give Lambda, and a role associated for it that may invoke the functions of this test.

    ``rds_lambda.deploy("my-function", source)`` creates one; ``arn`` names it, ``calls`` tells what it
    was given.
    """
    from rdscheck.aws.functions.space import LambdaSpace  # noqa: PLC0415  boto3 loads slowly

    endpoint = session_of(request.config).functions
    recorder = recorder_of(request.node)
    with LambdaSpace(endpoint) as space:
        space.on_new_name = recorder.mask
        space.on_call = lambda action, asked: recorder.act(f"-- {action} {_shown(asked)}")
        space.on_unknown = pytest.skip
        recorder.mask(endpoint.account, SHOWN_ACCOUNT)
        if rds_db.server.info.admin_host:
            rds_db.use_lambda(
                endpoint.url_for_server,
                endpoint.region,
                space.credentials,
                space.patterns,
                account=endpoint.account,
            )
        yield space


def _shown(asked: dict[str, Any]) -> str:
    """Return the arguments of a call as JSON, the code of a function as what it is."""
    shown = {name: value for name, value in asked.items() if name not in _USUAL}
    return json.dumps(
        {name: "…" if isinstance(value, bytes) or name == "Code" else value for name, value in shown.items()}
    )


__all__ = ["rds_lambda"]
