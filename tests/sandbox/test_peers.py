"""How one server reaches another: by an address of its own, not by the one programs here use."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from psycopg.conninfo import conninfo_to_dict

from rdscheck.errors import RdscheckError
from rdscheck.model import Version
from rdscheck.sandbox.containers import our_way
from rdscheck.sandbox.docker import DockerEngine
from rdscheck.sandbox.engines import by_name, choose
from rdscheck.sandbox.info import ServerInfo
from rdscheck.sandbox.instance import Instance
from rdscheck.sandbox.local import LocalEngine
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run
from tests.sandbox.places import place

INFO = ServerInfo(
    version="17",
    server_version="17.1",
    engine="docker",
    base="",
    host="127.0.0.1",
    port=54321,
    master_user="postgres",
    master_password="",
)


@pytest.fixture(params=["local", "docker"])
def two(request: pytest.FixtureRequest) -> Iterator[tuple[Instance, Instance]]:
    engine, major = place(request.param)
    run = RunDir.create(Owner.me())
    pool = Pool(run, choose(engine))
    with ThreadPoolExecutor(2) as threads:
        jobs = [threads.submit(pool.dedicated, Instance, Version(major)) for _ in range(2)]
    yield jobs[0].result(), jobs[1].result()
    end_run(run)


def asked(here: Instance, dsn: str) -> str:
    """Return the name by which the server at the other end of a connection string knows its user."""
    with here.admin() as conn:
        conn.execute("CREATE EXTENSION IF NOT EXISTS dblink")
        row = conn.execute(
            "SELECT told FROM dblink(%s, 'SELECT current_user || '' '' || current_setting(''cluster_name'')')"
            " AS t(told text)",
            [dsn],
        ).fetchone()
    assert row is not None
    return str(row[0])


def test_a_server_reaches_another_one(two: tuple[Instance, Instance]) -> None:
    here, there = two
    with there.admin() as conn:
        conn.execute("ALTER SYSTEM SET cluster_name = 'the-other'")
        conn.execute("CREATE ROLE \"it's\" LOGIN PASSWORD 'a b\\c'")
    there.reboot()
    assert asked(here, there.dsn_for_peers()) == "postgres the-other"
    dsn = there.dsn_for_peers("template1", "it's", "a b\\c", sslmode="require")
    assert asked(here, dsn) == "it's the-other"
    assert (conninfo_to_dict(dsn)["dbname"], conninfo_to_dict(dsn)["sslmode"]) == ("template1", "require")


def test_the_address_stays_at_a_reboot(two: tuple[Instance, Instance]) -> None:
    before = two[0].peer_address()
    two[0].reboot()
    assert two[0].peer_address() == before
    assert before != two[1].peer_address()


@pytest.mark.parametrize(("engine", "other"), [("docker", "local"), ("local", "docker"), ("docker", "dsn")])
def test_engines_do_not_mix(engine: str, other: str) -> None:
    with pytest.raises(RdscheckError, match=f"engine {engine} cannot reach one of the engine {other}"):
        by_name(engine).peer_address(replace(INFO, engine=other))


def test_a_container_that_is_gone_has_no_address() -> None:
    engine = DockerEngine()
    if told := engine.answers():
        pytest.skip(told)
    with pytest.raises(RdscheckError, match="is gone"):
        engine.peer_address(replace(INFO, container="no-such-container"))


def test_local_servers_share_the_loopback() -> None:
    assert LocalEngine().peer_address(replace(INFO, engine="local")) == ("127.0.0.1", 54321)


def test_containers_may_be_started_side_by_side() -> None:
    """What one thread switches off stays off until it is done, whatever another one does meanwhile."""
    from testcontainers.core.config import testcontainers_config

    before = testcontainers_config.ryuk_disabled
    both = Barrier(2)

    def start() -> bool:
        both.wait(timeout=10)
        with our_way():
            return bool(testcontainers_config.ryuk_disabled)

    with ThreadPoolExecutor(2) as threads:
        assert [job.result() for job in [threads.submit(start) for _ in range(2)]] == [True, True]
    assert testcontainers_config.ryuk_disabled == before
