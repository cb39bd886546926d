"""Shared by the scenarios of upgrades: where one goes from each version, and databases that want to go."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from rdscheck import UpgradeBlocked, UpgradeFailed

#: Major -> the version its claims upgrade to: the next one that every Debian machine can have.
NEXT = {13: "15", 14: "15", 15: "17", 16: "17", 17: "18"}


@pytest.fixture
def target(rds_version: str) -> str:
    """Name the version that the running one is upgraded to."""
    return NEXT[int(rds_version.partition(".")[0])]


#: The parameter group: logical slots and prepared transactions are possible.
GROUP = {"rds.logical_replication": "1", "max_prepared_transactions": "5"}


class Candidate:
    """A database on an instance that is to be upgraded."""

    def __init__(self, instance: Any, target: str) -> None:
        self.instance, self.target = instance, target
        self.name: str = instance.create_database("upgrade")
        instance.recorder.mask(self.name, "labdb")
        self.master = instance.recorded(self.name)

    def sql(self, *statements: str) -> None:
        """Run statements as the master user."""
        for statement in statements:
            self.master.execute(statement)

    def found(self) -> dict[str, tuple[str, ...]]:
        """Return what blocks, by check: of this database, and of the instance."""
        return self._blocking(self.instance.obstacles(self.target))

    def refused(self) -> tuple[str, dict[str, tuple[str, ...]]]:
        """Ask for the upgrade, which must be refused; return the event, and what blocks as ``found`` does."""
        with pytest.raises(UpgradeBlocked) as caught:
            self.instance.upgrade(self.target, parameters={})
        event = str(caught.value)
        self.instance.recorder.act(f"-- event: {event}")
        return event, self._blocking(caught.value.obstacles)

    def tried(self) -> str:
        """Let pg_upgrade try without prechecks, which must fail; return its log, the server runs again."""
        self.master.close()
        with pytest.raises(UpgradeFailed) as caught:
            self.instance.upgrade(self.target, parameters={}, prechecks=False)
        self.instance.recorder.act(f"-- {caught.value}")
        return str(caught.value.log)

    def _blocking(self, obstacles: Iterable[Any]) -> dict[str, tuple[str, ...]]:
        return {
            one.check.id: one.found for one in obstacles if one.blocks and one.database in {"", self.name}
        }

    def end(self) -> None:
        """Leave nothing behind."""
        self.master.close()
        self.instance.drop_database(self.name)


@pytest.fixture
def candidate(rds_prepared: Any, target: str) -> Iterator[Candidate]:
    """Give a fresh database on an instance of this worker's own, where nothing is in the way yet."""
    # Obstacles of the whole instance must not be another worker's.
    name = f"prechecks{os.environ.get('PYTEST_XDIST_WORKER', '')}"
    instance, _ = rds_prepared(name, lambda _instance: {}, GROUP)
    made = Candidate(instance, target)
    yield made
    made.end()


@pytest.fixture
def blocking(candidate: Candidate, step: Any) -> Callable[..., AbstractContextManager[None]]:
    """Give a function for ``with``: a check blocks for these objects until the block has mended it."""

    @contextmanager
    def until_mended(check: str, *objects: str) -> Iterator[None]:
        with step("2. Ask for the upgrade: it is refused"):
            _event, found = candidate.refused()
            assert found.get(check) == objects
        with step("3. Mend it"):
            yield
        with step("4. Nothing is in the way any more"):
            assert candidate.found() == {}

    return until_mended
