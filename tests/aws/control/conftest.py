"""A control plane that the tests of a module share, and one instance of it."""

from collections.abc import Iterator
from typing import Any

import pytest

from rdscheck.aws.control.clients import client
from rdscheck.aws.control.plane import ControlPlane
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run
from tests.conftest import quickest

LOGIN = {"MasterUsername": "postgres", "MasterUserPassword": "correct-horse"}


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    found = quickest()
    if found is None:
        pytest.skip("no engine here can start a server (rdscheck doctor)")
    run = RunDir.create(Owner.me())
    try:
        with ControlPlane(Pool(run, choose(found[0]))) as started:
            yield started
        assert started.failures == []
    finally:
        end_run(run)


@pytest.fixture(scope="module")
def major(plane: ControlPlane) -> str:
    found = quickest()
    assert found is not None
    return str(found[1])


@pytest.fixture(scope="module")
def rds(plane: ControlPlane) -> Any:
    return client(plane.url, "rds")


@pytest.fixture
def state(plane: ControlPlane) -> Iterator[None]:
    """Remove the groups a test made."""
    yield
    for groups in (plane.state.groups, plane.state.cluster_groups):
        for name in [name for name in groups if not name.startswith("default.")]:
            del groups[name]


def create(rds: Any, identifier: str, major: str, **arguments: Any) -> None:
    """Create an instance and wait for it."""
    given = {"Engine": "postgres", "EngineVersion": major, "DBInstanceClass": "db.t3.micro", **LOGIN}
    rds.create_db_instance(DBInstanceIdentifier=identifier, **{**given, **arguments})
    wait(rds, identifier)


def wait(rds: Any, identifier: str) -> None:
    rds.get_waiter("db_instance_available").wait(
        DBInstanceIdentifier=identifier, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
