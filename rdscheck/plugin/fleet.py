"""Servers that the tests of one module share, of one version or several: a publisher and its subscriber."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from rdscheck.catalog.versions import read_version
from rdscheck.decorators import MARK_SCENARIO
from rdscheck.errors import EngineUnavailable
from rdscheck.plugin.fixtures import RdsInstance, recorder_of
from rdscheck.plugin.session import Session, session_of
from rdscheck.recording import Recorder
from rdscheck.sandbox.refusals import LibraryMissing
from rdscheck.sandbox.server import Server

#: A version as ``--rds-pg`` has them, and values of its parameter group.
Wanted = tuple[str, Mapping[str, str]]


class Fleet:
    """Starts servers for a module; all of them end with it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.started: list[RdsInstance] = []

    def start(self, wanted: Sequence[Wanted]) -> list[RdsInstance]:
        """Start servers at the same time and return them in the order asked for.

        Skips the module's tests, with the reason, where a version cannot run here or lacks a library
        of its group. Raises what else ``Instance.start`` raises.
        """
        for version, _ in wanted:
            offer = self._session.engine.offer(read_version(version))
            if not offer.available:
                pytest.skip(f"PostgreSQL {version}: {offer.reason}")
        pool = self._session.pool
        with ThreadPoolExecutor(max(1, len(wanted))) as threads:
            jobs = [
                threads.submit(pool.dedicated, RdsInstance, read_version(version), parameters)
                for version, parameters in wanted
            ]
        # What did start has to be ended, whatever became of the others.
        self.started += [job.result() for job in jobs if job.exception() is None]
        for instance in self.started:
            instance.report_to(Recorder())  # a module's fixtures have no report
        try:
            return [job.result() for job in jobs]
        except (EngineUnavailable, LibraryMissing) as error:
            pytest.skip(str(error))

    def end(self) -> None:
        """End all servers."""
        for instance in reversed(self.started):
            instance.release()
        self.started.clear()


@pytest.fixture(scope="module")
def rds_fleet(request: pytest.FixtureRequest, rds_server: Server) -> Iterator[Fleet]:
    """Give what starts servers that all tests of the module share, of any version.

    ``rds_fleet.start([("13", {…}), ("17", {…})])``, for a fixture of the module; ``rds_recording`` shows
    in the report of a test what it does with them.
    """
    session = session_of(request.config)
    if not rds_server.info.admin_host:
        pytest.skip("a server given by --rds-dsn has no parameter group here")
    mark = request.node.get_closest_marker(MARK_SCENARIO)
    for ability in mark.args[0].needs if mark else ():
        if reason := rds_server.why_not(ability):
            pytest.skip(reason)
    fleet = Fleet(session)
    yield fleet
    if not session.options.keep:
        fleet.end()


@pytest.fixture
def rds_recording(request: pytest.FixtureRequest) -> Callable[[Mapping[str, RdsInstance]], None]:
    """Give a function that shows what is done with servers of ``rds_fleet`` in the report of this test.

    ``rds_recording({"source-instance": publisher})``: by the names they have there.
    """
    recorder = recorder_of(request.node)

    def show(servers: Mapping[str, RdsInstance]) -> None:
        for name, instance in servers.items():
            instance.report_to(recorder, name)
            instance.peer_address()  # what a server says about another one names its address

    return show


__all__ = ["Fleet", "rds_fleet", "rds_recording"]
