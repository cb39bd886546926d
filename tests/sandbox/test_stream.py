"""20,000 statements from eight sessions: no crash, no leaked privilege, nothing broken in the log."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from functools import cache
from threading import Event

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from rdscheck.model import Version
from rdscheck.sandbox.database import Database
from rdscheck.sandbox.engine import Engine
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.info import ServerInfo
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run
from tests.conftest import PACKAGED, THOROUGH
from tests.sandbox.places import place
from tests.sandbox.stream_audit import PASSWORD, Playground, faults
from tests.sandbox.stream_sessions import Session
from tests.sandbox.stream_statements import Statement, histories

LEAST = 20_000
#: A few more, since a session that is ended in the middle of a statement gets no answer to it.
PLANNED = LEAST + 1_000
ROLES = ("postgres", "postgres", "second", "second", "plain", "maker", "copier", "delegate")
#: What the server itself says with XX000, with no library loaded as well: two sessions changed one row of
#: a catalog; from 16 on, ADMIN OPTION is held only through a membership that is not inherited; up to 13, an
#: unreachable publisher.
NATIVE = (
    "tuple concurrently updated",
    "tuple concurrently deleted",
    "no possible grantors",
    # DROP ROLE looks for the role again after it waited for a session that drops it as well.
    "could not find tuple for role",
    "could not connect to publisher",
    # Nothing locks a function: one that is dropped meanwhile is missed so by a plain server as well.
    "cache lookup failed for function",
)


@cache
def _histories() -> list[list[Statement]]:
    return histories(PLANNED)


@pytest.fixture(params=[*(f"docker-{major}" for major in PACKAGED), "local"])
def server(request: pytest.FixtureRequest) -> Iterator[tuple[Engine, Database]]:
    """Give a server of its own: what happens here reaches every session of it."""
    name, major = place(request.param)
    if name == "docker" and major not in {min(PACKAGED), max(PACKAGED)} and not THOROUGH:
        pytest.skip(
            "the oldest and the newest major, and a local one, are tried each time (RDSCHECK_THOROUGH=1: all)"
        )
    run, engine = RunDir.create(Owner.me()), choose(name)
    try:
        found = Pool(run, engine).server(Version(major))
        with found.admin() as admin:
            row = admin.execute("SHOW shared_preload_libraries").fetchone()
        if row is None or "rdsutils" not in row[0]:
            pytest.skip("this server has no rdsutils")
        yield engine, Database.create(found)
    finally:
        end_run(run)


def _conninfo(info: ServerInfo, dbname: str, role: str) -> str:
    password = info.master_password if role == info.master_user else PASSWORD
    return make_conninfo(
        host=info.host, port=info.port, dbname=dbname, user=role, password=password, connect_timeout=10
    )


def test_a_stream_of_statements_from_eight_sessions_breaks_nothing_and_leaks_nothing(
    server: tuple[Engine, Database],
    record_property: Callable[[str, object], None],
) -> None:
    engine, database = server
    with closing(Playground(database)) as playground:
        _run(engine, database, playground, record_property)


def _run(
    engine: Engine, database: Database, playground: Playground, record: Callable[[str, object], None]
) -> None:
    info, stop = database.server.info, Event()
    sessions = [Session(role, _conninfo(info, database.name, role), stop) for role in ROLES]
    wrong: list[str] = []
    with ThreadPoolExecutor(len(ROLES)) as pool:
        running = [
            pool.submit(session.run, _histories()[number :: len(ROLES)])
            for number, session in enumerate(sessions)
        ]
        try:
            while not wrong and wait(running, timeout=0.5).not_done:
                wrong = playground.wrong()
                playground.restore()
        except psycopg.Error as error:
            # What ended rdsadmin's session is told by the others and the log.
            wrong = [f"rdsadmin's session: {error}"]
        finally:
            stop.set()
    broken = faults(engine.log(info))
    assert not broken, "\n".join(broken)
    tallies = [future.result() for future in running]
    assert not wrong
    assert playground.wrong() == []

    inside: Counter[str] = sum((tally.inside for tally in tallies), Counter())
    assert [told for told in inside if not told.startswith(NATIVE)] == []
    answered = sum(tally.answered for tally in tallies)
    states: Counter[str] = sum((tally.sqlstates for tally in tallies), Counter())
    assert answered >= LEAST
    # A stream that is refused altogether, or never is, would prove nothing.
    assert states[""] > answered / 10
    assert states["42501"] > answered / 20
    record("statements", answered)
    record("sqlstates", dict(states.most_common()))
