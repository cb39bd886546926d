"""One Lambda of ours for all tests here, and functions of a test's own on it."""

from collections.abc import Iterator

import pytest

from rdscheck.aws.endpoint import Place
from rdscheck.aws.functions import endpoint as functions
from rdscheck.aws.functions.endpoint import LambdaEndpoint
from rdscheck.aws.functions.space import LambdaSpace
from rdscheck.sandbox.owner import Owner


@pytest.fixture(scope="session")
def lambda_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LambdaEndpoint]:
    run_dir = tmp_path_factory.mktemp("lambda")
    (run_dir / "owner").write_text(str(Owner.me()))
    endpoint = functions.start(Place(run_dir=run_dir))
    yield endpoint
    functions.stop(endpoint)


@pytest.fixture
def space(lambda_endpoint: LambdaEndpoint) -> Iterator[LambdaSpace]:
    with LambdaSpace(lambda_endpoint) as space:
        yield space
