"""Fixtures of the plugin: a server, a database, connections, S3, steps."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from rdscheck.catalog.versions import read_version
from rdscheck.errors import EngineUnavailable
from rdscheck.plugin.marks import claim_of
from rdscheck.plugin.session import session_of
from rdscheck.recording import RecordedConnection, Recorder
from rdscheck.sandbox.database import Database
from rdscheck.sandbox.instance import Instance
from rdscheck.sandbox.logs import LogReader
from rdscheck.sandbox.server import Server

if TYPE_CHECKING:
    from rdscheck.aws.space import S3Space

RECORDER = pytest.StashKey[Recorder]()

#: What a report shows in place of names made up for one run.
SHOWN_DATABASE = "labdb"
SHOWN_BUCKET = "my-bucket"
SHOWN_INSTANCE = "my-instance"
SHOWN_ZONE = "aws-region.rds.amazonaws.com"


@pytest.fixture(scope="session")
def rds_version(request: pytest.FixtureRequest) -> str:
    """Name the PostgreSQL version the test runs on, for example ``15`` or ``15.4``."""
    version: str = request.param
    return version


@pytest.fixture(scope="session")
def rds_server(request: pytest.FixtureRequest, rds_version: str) -> Iterator[Server]:
    """Give the server of that version, shared by all tests and workers."""
    session = session_of(request.config)
    try:
        server = session.server(read_version(rds_version))
    except EngineUnavailable as error:
        if session.options.required:
            raise
        pytest.skip(f"PostgreSQL {rds_version}: {error}")
    server.open()
    yield server
    server.close()


@pytest.fixture
def rds_db(request: pytest.FixtureRequest, rds_server: Server) -> Iterator[Database]:
    """Give a fresh database owned by the master user; it is dropped after the test."""
    skip_without(request, rds_server)
    database = Database.create(rds_server)
    recorder = recorder_of(request.node)
    recorder.mask(database.name, SHOWN_DATABASE)
    database.on_new_role = recorder.mask
    yield database
    if not session_of(request.config).options.keep:
        database.drop()


@pytest.fixture
def rds(request: pytest.FixtureRequest, rds_db: Database) -> Iterator[RecordedConnection]:
    """Give a connection to the fresh database as the master user, in autocommit as psql has it.

    Its statements are shown in the report under the running step; ``rds.notices``
    holds the notices it got.
    """
    with RecordedConnection.open(recorder_of(request.node), rds_db.login()) as connection:
        yield connection


class RdsInstance(Instance):
    """A server of a test's own, as ``rds_instance`` gives it.

    ``connect`` and ``admin`` are as those of any server and record nothing; ``recorded`` gives
    connections whose statements the report shows under the running step. ``modify``, ``reset`` and
    ``reboot`` change its parameter group; ``pending`` and ``parameter_status`` tell about it.
    """

    recorder: Recorder
    _place: str

    def recorded(
        self, dbname: str = "postgres", user: str | None = None, password: str | None = None, **options: Any
    ) -> RecordedConnection:
        """Log in over TCP, by default as the master user; ``options`` are libpq's. Close it after use."""
        connection = RecordedConnection.open(self.recorder, self.login(dbname, user, password) | options)
        connection.place = self._place
        return connection

    def report_to(self, recorder: Recorder, shown: str = "") -> None:
        """Show what is done with this server in the report of the test that has this recorder.

        ``shown`` is the instance's name there, in its address and where it tells which of several
        servers a statement went to.
        """
        self.recorder, self._place = recorder, shown
        recorder.mask(self.info.master_password, "********")

    def dsn_for_peers(
        self, dbname: str = "postgres", user: str | None = None, password: str | None = None, **options: Any
    ) -> str:
        """Return a connection string by which another server logs in here, see ``Instance``.

        It goes into statements, so the report shows neither its password nor its address.
        """
        self.recorder.mask(password or "", "********")
        return super().dsn_for_peers(dbname, user, password, **options)

    def peer_address(self) -> tuple[str, int]:
        """Return host and port under which other servers reach this one; the report shows others."""
        host, port = super().peer_address()
        name = f"{self._place or SHOWN_INSTANCE}.{SHOWN_ZONE}"
        # Local servers have one address: with the port, a connection string tells them apart.
        self.recorder.mask(f"host={host} port={port}", f"host={name} port=5432")
        self.recorder.mask(host, name)
        self.recorder.mask(str(port), "5432")
        return host, port


class RdsInstances(Protocol):
    """Starts servers of a test's own."""

    def __call__(
        self, version: str | None = None, parameters: Mapping[str, str] | None = None
    ) -> RdsInstance:
        """Start a server of a version, by default the one the test runs on, with values in its group."""


@pytest.fixture
def rds_instance(request: pytest.FixtureRequest, rds_server: Server) -> Iterator[RdsInstances]:
    """Give a function that starts a server with a parameter group of its own; it ends with the test.

    ``rds_instance(parameters={"rds.logical_replication": "1"})``. May be called several times.
    """
    session = session_of(request.config)
    if not rds_server.info.admin_host:
        pytest.skip("a server given by --rds-dsn has no parameter group here")
    started: list[RdsInstance] = []

    def start(version: str | None = None, parameters: Mapping[str, str] | None = None) -> RdsInstance:
        wanted = read_version(version or rds_server.version)
        if wanted == read_version(rds_server.version):
            # Its group may name a library that is missing, and then nothing would start.
            skip_without(request, rds_server)
        instance = session.pool.dedicated(RdsInstance, wanted, parameters)
        instance.report_to(recorder_of(request.node))
        started.append(instance)
        skip_without(request, instance)
        return instance

    yield start
    if not session.options.keep:
        for instance in reversed(started):
            instance.release()


class RdsPrepared(Protocol):
    """Gives a server that tests share, prepared once."""

    def __call__(
        self,
        name: str,
        prepare: Callable[[RdsInstance], dict[str, Any]],
        parameters: Mapping[str, str] | None = None,
    ) -> tuple[RdsInstance, dict[str, Any]]:
        """Return the server of that name and what ``prepare`` noted: plain values that JSON can hold."""


@pytest.fixture
def rds_prepared(request: pytest.FixtureRequest, rds_server: Server) -> RdsPrepared:
    """Give a function that returns a server of a module's own, made and prepared by the first test to ask.

    ``instance, notes = rds_prepared("upgraded", prepare)``: for set-up that takes long, such as an
    upgrade. The server lives until the run ends; what tests do to it must not disturb the others.
    """
    session = session_of(request.config)
    if not rds_server.info.admin_host:
        pytest.skip("a server given by --rds-dsn has no parameter group here")
    skip_without(request, rds_server)

    def get(
        name: str,
        prepare: Callable[[RdsInstance], dict[str, Any]],
        parameters: Mapping[str, str] | None = None,
    ) -> tuple[RdsInstance, dict[str, Any]]:
        version = read_version(rds_server.version)
        # Modules of one folder can share it; in another folder the same name is another server's.
        key = f"{name}-{hashlib.sha256(str(request.path.parent).encode()).hexdigest()[:8]}"
        try:
            instance, notes = session.prepared(RdsInstance, key, version, parameters or {}, prepare)
        except EngineUnavailable as error:
            if session.options.required:
                raise
            pytest.skip(str(error))
        instance.report_to(recorder_of(request.node))
        return instance, notes

    return get


class RdsConnect(Protocol):
    """Logs in to a database of the shared server."""

    def __call__(
        self, dbname: str, user: str | None = None, password: str | None = None, **options: Any
    ) -> RecordedConnection:
        """Log in to a database, by default as the master user; ``options`` are libpq's."""


@pytest.fixture
def rds_connect(request: pytest.FixtureRequest, rds_server: Server) -> Iterator[RdsConnect]:
    """Give a function that logs in to a database of the shared server, until the test ends.

    For a module whose tests share a database, which it made by ``rds_server.create_database`` and drops
    by ``rds_server.drop_database``. What is sent is shown in the report of the test that sends it.
    """
    recorder = recorder_of(request.node)
    skip_without(request, rds_server)
    with ExitStack() as opened:

        def connect(
            dbname: str, user: str | None = None, password: str | None = None, **options: Any
        ) -> RecordedConnection:
            recorder.mask(dbname, SHOWN_DATABASE)
            parameters = rds_server.login(dbname, user, password) | options
            return opened.enter_context(RecordedConnection.open(recorder, parameters))

        yield connect


class GroupedDatabase(Database):
    """A fresh database on a server with a parameter group that tests share, as ``rds_grouped`` gives it.

    ``recorded`` gives connections whose statements the report shows; ``logs`` reads the server log.
    """

    recorder: Recorder
    logs: LogReader

    def recorded(self, user: str | None = None, **options: Any) -> RecordedConnection:
        """Log in as the master user or a role of ``create_role``; ``options`` are libpq's."""
        return RecordedConnection.open(self.recorder, self.login(user) | options)


@pytest.fixture
def rds_grouped(
    request: pytest.FixtureRequest, rds_server: Server
) -> Iterator[Callable[[Mapping[str, str]], GroupedDatabase]]:
    """Give a function that makes a fresh database on a server with a parameter group.

    ``rds_grouped({"shared_preload_libraries": "pgaudit"})``. The server is started once per run and
    group, and shared by all tests: nobody can change its parameters. ``rds_instance`` gives one's own.
    """
    session = session_of(request.config)
    if not rds_server.info.admin_host:
        pytest.skip("a server given by --rds-dsn has no parameter group here")
    skip_without(request, rds_server)
    made: list[GroupedDatabase] = []
    recorder = recorder_of(request.node)

    def make(parameters: Mapping[str, str]) -> GroupedDatabase:
        server = session.grouped(read_version(rds_server.version), parameters)
        database = GroupedDatabase(server, server.create_database("rdscheck"))
        database.recorder = recorder
        database.logs = LogReader(server, lambda last: session.engine.log(server.info, last))
        recorder.mask(database.name, SHOWN_DATABASE)
        database.on_new_role = recorder.mask
        made.append(database)
        return database

    yield make
    if not session.options.keep:
        for database in reversed(made):
            database.drop()


@pytest.fixture
def rds_admin(rds_db: Database) -> Iterator[Any]:
    """Give a connection as rdsadmin, for set-up only: on RDS nobody but AWS has it."""
    with rds_db.admin() as connection:
        yield connection


@pytest.fixture
def rds_s3(request: pytest.FixtureRequest, rds_db: Database) -> "Iterator[S3Space]":
    """Give S3 with a fresh bucket, and roles associated for import from and export to it."""
    from rdscheck.aws.space import S3Space  # noqa: PLC0415  boto3 loads slowly; most tests need none

    endpoint = session_of(request.config).s3
    with S3Space(endpoint) as space:
        recorder = recorder_of(request.node)
        recorder.mask(space.bucket, SHOWN_BUCKET)
        space.on_new_bucket = lambda name: recorder.mask(name, f"{SHOWN_BUCKET}-{len(space.buckets)}")
        if rds_db.server.info.admin_host:
            rds_db.use_s3(
                endpoint.url_for_server,
                endpoint.region,
                endpoint.credentials,
                space.bucket,
                associate=("s3Export", "s3Import"),
            )
        yield space


@pytest.fixture
def step(request: pytest.FixtureRequest) -> Callable[[str], AbstractContextManager[None]]:
    """Give what names the steps of a procedure: use it in a ``with`` statement."""
    return recorder_of(request.node).step


def skip_without(request: pytest.FixtureRequest, server: Server) -> None:
    """Skip a claim with the server's own reason when it lacks an ability the claim needs."""
    for ability in claim_of(request.node).needs:
        if reason := server.why_not(ability):
            pytest.skip(reason)


def recorder_of(node: Any) -> Recorder:
    """Return the recorder of a test, made on first use."""
    if RECORDER not in node.stash:
        node.stash[RECORDER] = Recorder()
    recorder: Recorder = node.stash[RECORDER]
    return recorder


__all__ = [
    "RECORDER",
    "rds",
    "rds_admin",
    "rds_connect",
    "rds_db",
    "rds_grouped",
    "rds_instance",
    "rds_prepared",
    "rds_s3",
    "rds_server",
    "rds_version",
    "recorder_of",
    "step",
]
