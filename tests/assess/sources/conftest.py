"""Plain servers of each major, for as long as the tests of a worker run."""

from collections.abc import Iterator

import pytest

from tests.assess.sources.binaries import COMMAND, VERSIONS, program
from tests.assess.sources.plain import Plain, started
from tests.assess.sources.rich import Rich, rich_server
from tests.conftest import THOROUGH

#: The oldest, one that has no sandbox, the newest; all when the tests are asked to be thorough.
TRIED = [one for one in VERSIONS if THOROUGH or one in {10, 14, 18}]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    for name in {"source", "rich"} & set(metafunc.fixturenames):
        majors = [
            pytest.param(one, marks=pytest.mark.xdist_group(f"source-{one}"), id=f"plain-{one}")
            for one in TRIED
        ]
        metafunc.parametrize(name, majors, indirect=True, scope="session")


def there(major: int) -> int:
    """Return a major whose server was fetched; skips where it was not."""
    if program(major) is None:
        pytest.skip(f"no plain server of PostgreSQL {major} is here: {COMMAND}")
    return major


@pytest.fixture(scope="session")
def source(request: pytest.FixtureRequest) -> Iterator[Plain]:
    """Give a server as initdb makes it."""
    with started(there(request.param)) as server:
        yield server


@pytest.fixture(scope="session")
def rich(request: pytest.FixtureRequest) -> Iterator[Rich]:
    """Give a server full of what stands in the way."""
    with rich_server(there(request.param)) as made:
        yield made
