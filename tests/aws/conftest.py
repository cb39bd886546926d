"""The same S3, twice: every test that asks for ``space`` runs on moto and on LocalStack."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rdscheck.aws import backends, localstack
from rdscheck.aws.endpoint import Place, S3Endpoint
from rdscheck.aws.localstack import LocalStack
from rdscheck.aws.moto import Moto
from rdscheck.aws.space import S3Space
from rdscheck.errors import S3Unavailable
from rdscheck.sandbox.owner import Owner, labels


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(run_dir=tmp_path_factory.mktemp("run"), labels=labels(Owner.me(), "tests-aws"))


@pytest.fixture(scope="session")
def moto_endpoint(place: Place) -> Iterator[S3Endpoint]:
    endpoint = Moto().start(place)
    yield endpoint
    backends.stop(endpoint)


@pytest.fixture(scope="session")
def localstack_image() -> str:
    try:
        tag = localstack.image()
    except S3Unavailable as error:
        pytest.skip(f"no LocalStack: {error}")
    if tag is None:
        pytest.skip("no LocalStack image here: rdscheck images build --localstack builds one")
    return tag


@pytest.fixture(scope="session")
def localstack_endpoint(localstack_image: str, place: Place) -> Iterator[S3Endpoint]:
    endpoint = LocalStack().launch(localstack_image, place)
    yield endpoint
    backends.stop(endpoint)


@pytest.fixture(scope="session", params=["moto", "localstack"])
def endpoint(request: pytest.FixtureRequest) -> S3Endpoint:
    found: S3Endpoint = request.getfixturevalue(f"{request.param}_endpoint")
    return found


@pytest.fixture
def space(endpoint: S3Endpoint) -> Iterator[S3Space]:
    with S3Space(endpoint) as space:
        yield space


@pytest.fixture
def on() -> Callable[..., Any]:
    """Choose what a backend is known to do: ``on(space, moto=..., localstack=...)``."""

    def choose(space: S3Space, *, moto: Any, localstack: Any) -> Any:
        return moto if space.backend.startswith("moto ") else localstack

    return choose


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    return tmp_path
