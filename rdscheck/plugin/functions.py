"""The fixture ``rds_lambda``: Lambda with functions of the test's own."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from rdscheck.plugin.fixtures import recorder_of
from rdscheck.plugin.session import session_of
from rdscheck.sandbox.access import Credentials
from rdscheck.sandbox.database import Database

if TYPE_CHECKING:
    from rdscheck.aws.functions.space import LambdaSpace

#: What a report shows in place of a foreign account.
SHOWN_ACCOUNT = "123456789012"


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
        recorder.mask(endpoint.account, SHOWN_ACCOUNT)
        if rds_db.server.info.admin_host:
            credentials = Credentials(endpoint.access_key, endpoint.secret_key, endpoint.session_token)
            rds_db.use_lambda(endpoint.url_for_server, endpoint.region, credentials, space.patterns)
        yield space


__all__ = ["rds_lambda"]
