"""Shared by the scenarios of pglogical: a publisher and a subscriber, and the document's steps on them."""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

#: The parameter group of a publisher or a subscriber.
REPLICATING = {"shared_preload_libraries": "pglogical", "rds.logical_replication": "1"}

#: Room for the databases of all tests of a module: each subscription keeps workers, a slot and a sender.
ROOM = {"max_worker_processes": "80", "max_replication_slots": "40", "max_wal_senders": "40"}

#: A publisher's subscriber may be of a newer version.
NEWER = {"13": "17", "15": "18"}

COPIED = 5000
SUBSCRIPTION = "docs_lab_subscription"
DISABLE = f"SELECT pglogical.alter_subscription_disable('{SUBSCRIPTION}', true)"
ENABLE = f"SELECT pglogical.alter_subscription_enable('{SUBSCRIPTION}', true)"

#: How a server logs that the worker of a subscription failed.
EXITED = re.compile(r'background worker "pglogical apply \d+:\d+" \(PID \d+\) exited with exit code 1')


class Pair:
    """A publisher and a subscriber with a database of the same name, and the document's steps there.

    ``source`` and ``target`` are sessions of the master user; what ``until`` looks at is not
    shown in the report.
    """

    PASSWORD = "open-sesame"

    def __init__(self, servers: Any, name: str, source: Any, target: Any) -> None:
        self.publisher, self.subscriber = servers
        self.name = name
        self.source, self.target = source, target
        self.slot = f"pgl_{name}_docs_labcb4fa94_docs_lab3de412c"

    @classmethod
    def create(cls, servers: Any, opened: ExitStack, recorder: Any = None) -> "Pair":
        """Make a database with the extension on both; with a recorder the report shows what is sent."""
        publisher, subscriber = servers
        name = publisher.create_database("labdb")
        subscriber.create_named_database(name)
        if recorder is not None:
            recorder.mask(name, "labdb")
        both = [one.recorded(name) if recorder else one.connect(name) for one in servers]
        pair = cls(servers, name, *(opened.enter_context(one) for one in both))
        for session in (pair.source, pair.target):
            session.execute("CREATE EXTENSION pglogical")
        return pair

    def again(self, opened: ExitStack, recorder: Any) -> "Pair":
        """Return the same databases with sessions of this test."""
        recorder.mask(self.name, "labdb")
        servers = (self.publisher, self.subscriber)
        both = [opened.enter_context(one.recorded(self.name)) for one in servers]
        return type(self)(servers, self.name, *both)

    def dsn(self, server: Any, user: str | None = None, password: str | None = None) -> str:
        """Return the connection string by which the other server logs in."""
        mode = "require" if server.has("tls") else "prefer"
        found: str = server.dsn_for_peers(self.name, user, password, sslmode=mode)
        return found

    def publish(self) -> None:
        """Create the publisher node and the document's table, filled, and add it to the default set."""
        self.source.execute("CREATE TABLE docs_lab_table (a int PRIMARY KEY)")
        self.source.execute(f"INSERT INTO docs_lab_table VALUES (generate_series(1,{COPIED}))")
        self.source.execute(
            "SELECT pglogical.create_node(node_name := 'docs_lab_provider', dsn := %s)",
            [self.dsn(self.publisher)],
        )
        self.add_table("docs_lab_table", copy=True)

    def add_table(self, table: str, to: str = "default", *, copy: bool = False) -> None:
        """Add a table to a replication set of the publisher; subscribers that run copy it if asked to."""
        added = "SELECT pglogical.replication_set_add_table(%s, %s, %s, NULL, NULL)"
        self.source.execute(added, [to, table, copy])

    def create_target(self) -> None:
        """Create the subscriber node and the empty table."""
        self.target.execute("CREATE TABLE docs_lab_table (a int PRIMARY KEY)")
        self.target.execute(
            "SELECT pglogical.create_node(node_name := 'docs_lab_target', dsn := %s)",
            [self.dsn(self.subscriber)],
        )

    def subscribe(self, *, copy: bool = True, dsn: str = "", sets: str = "{default}") -> int:
        """Create the subscription and return its id."""
        (found,) = self.target.execute(
            "SELECT pglogical.create_subscription(subscription_name := %s, provider_dsn := %s,"
            " replication_sets := %s, synchronize_data := %s, forward_origins := '{}')",
            [SUBSCRIPTION, dsn or self.dsn(self.publisher), sets, copy],
        ).fetchone()
        return int(found)

    def replicate(self, **options: Any) -> None:
        """Do it all, and wait until the subscription replicates."""
        self.publish()
        self.create_target()
        self.subscribe(**options)
        self.until_replicating()

    def until(self, server: Any, query: str, wanted: Any = True, seconds: float = 20) -> None:
        """Wait until a query gives a value."""
        deadline = time.monotonic() + seconds
        with server.admin(self.name) as conn:
            while (found := (conn.execute(query).fetchone() or (None,))[0]) != wanted:
                assert time.monotonic() < deadline, f"{query}: {found!r} instead of {wanted!r}"
                time.sleep(0.02)

    def until_status(self, wanted: str) -> None:
        """Wait until the subscription has a status."""
        self.until(self.subscriber, "SELECT status FROM pglogical.show_subscription_status()", wanted)

    def until_replicating(self) -> None:
        """Wait until the copy is done and changes flow."""
        self.until_status("replicating")
        self.until(
            self.subscriber,
            "SELECT bool_and(sync_status = 'r') FROM pglogical.local_sync_status",
        )
        self.until(self.publisher, f"SELECT active FROM pg_replication_slots WHERE slot_name = '{self.slot}'")

    def until_copied(self, table: str, rows: int) -> None:
        """Wait until the subscriber's table has a number of rows."""
        self.until(self.subscriber, f"SELECT count(*) FROM {table}", rows)

    def until_synchronized(self, table: str) -> None:
        """Wait until the copy of a table, and what changed meanwhile, is done."""
        of_table = f"FROM pglogical.local_sync_status WHERE sync_relname = '{table}'"
        self.until(self.subscriber, f"SELECT sync_status = 'r' {of_table}")

    def until_stopped(self) -> None:
        """Wait until the subscription has no worker any more, and its slot no receiver."""
        workers = "FROM pg_stat_activity WHERE backend_type LIKE 'pglogical apply%'"
        self.until(self.subscriber, f"SELECT count(*) {workers} AND datname = current_database()", 0)
        slots = f"FROM pg_replication_slots WHERE slot_name = '{self.slot}' AND active"
        self.until(self.publisher, f"SELECT count(*) {slots}", 0)

    def role(self, wish: str, options: str = "") -> str:
        """Create a role at the publisher, with the password ``PASSWORD``, and return its name."""
        name = f"{wish}_{self.name.removeprefix('labdb_')}"
        self.publisher.recorder.mask(name, wish)
        self.source.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{self.PASSWORD}' {options}")
        return name

    def until_failed(self, mark: Any) -> Any:
        """Wait until the subscriber has logged, after a mark, how its worker ended; return that record."""
        deadline = time.monotonic() + 20
        while not (
            found := [one for one in self.subscriber.logs.since(mark) if EXITED.fullmatch(one.message)]
        ):
            assert time.monotonic() < deadline, "no worker of pglogical ended with exit code 1"
            time.sleep(0.02)
        self.until_status("down")
        return found[0]

    def restart(self) -> None:
        """Let the subscription begin anew at once; by itself it waits some seconds after an error."""
        self.target.execute(DISABLE)
        self.enable()

    def enable(self) -> None:
        """Enable the subscription and wait until its worker was started."""
        started = self.subscriber.logs.mark()
        self.target.execute(ENABLE)
        with self.subscriber.admin(self.name) as conn:
            deadline = time.monotonic() + 30
            while not self._begun(started):
                assert time.monotonic() < deadline, "the subscription does not begin"
                # A server that has not noticed yet how the last worker ended waits five seconds: ask again.
                conn.execute(DISABLE)
                conn.execute(ENABLE)

    def _begun(self, mark: Any) -> bool:
        begun = f"starting apply for subscription {SUBSCRIPTION}"
        return any(
            one.message == begun
            for _ in range(10)
            for one in self.subscriber.logs.since(mark, database=self.name)
        )


@pytest.fixture(scope="module")
def replicas(request: pytest.FixtureRequest, rds_fleet: Any, rds_version: str) -> Any:
    """Start a publisher and a subscriber; a module with ``ACROSS`` has a newer one where there is one."""
    group = REPLICATING | ROOM | getattr(request.module, "GROUP", {})
    newer = NEWER.get(rds_version, rds_version) if getattr(request.module, "ACROSS", False) else rds_version
    return rds_fleet.start([(rds_version, group), (newer, group)])


@pytest.fixture
def shown(replicas: Any, rds_recording: Any) -> Any:
    """Give both servers, with what is done there shown in the report of the test."""
    rds_recording({"source-instance": replicas[0], "target-instance": replicas[1]})
    return replicas


@pytest.fixture
def pair(shown: Any) -> Iterator[Pair]:
    """Give databases of the test's own on both, with the extension; no node, no subscription."""
    with ExitStack() as opened:
        yield Pair.create(shown, opened, shown[0].recorder)


@pytest.fixture
def replicating(pair: Pair) -> Pair:
    """Give databases of the test's own where the document's table is replicated."""
    pair.replicate()
    return pair


@pytest.fixture(scope="module")
def subscribed(replicas: Any) -> Pair:
    """Give databases where the document's table is replicated, for all tests of the module."""
    with ExitStack() as opened:
        pair = Pair.create(replicas, opened)
        pair.replicate()
    return pair


@pytest.fixture
def running(shown: Any, subscribed: Pair) -> Iterator[Pair]:
    """Give sessions in the databases that the module shares; each test has tables of its own."""
    with ExitStack() as opened:
        yield subscribed.again(opened, shown[0].recorder)
