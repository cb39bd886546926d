"""A server that crashes in the middle of an export: no object, and the upload is swept after recovery."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress

import psycopg
import pytest

from rdscheck.aws import backends
from rdscheck.aws.space import S3Space
from rdscheck.model import Version
from rdscheck.sandbox.database import Database
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run

ENDLESS = "SELECT repeat('x', 1000), generate_series(1, 1000000000)"
EXPORT = "SELECT * FROM aws_s3.query_export_to_s3(%s, %s, %s)"


def wait_until(true: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def place(some_engine: tuple[str, int]) -> Iterator[tuple[Database, S3Space]]:
    """Give a server of its own: a crash takes every session of it along."""
    name, major = some_engine
    run, engine = RunDir.create(Owner.me()), choose(name)
    try:
        server = Pool(run, engine).server(Version(major))
        if reason := server.why_not("aws_s3"):
            pytest.skip(reason)
        endpoint = backends.start_for(engine, run, "moto")
        database = Database.create(server)
        with S3Space(endpoint) as space:
            database.use_s3(
                endpoint.url_for_server, endpoint.region, endpoint.credentials, space.bucket, ["s3Export"]
            )
            database.part_bytes(5 << 20)
            with database.connect() as conn:
                conn.execute("CREATE EXTENSION aws_s3 CASCADE")
            yield database, space
    finally:
        end_run(run)


def test_a_crash_leaves_no_object_and_its_upload_is_swept(place: tuple[Database, S3Space]) -> None:
    database, space = place
    victim = database.connect()
    pid = victim.info.backend_pid

    def export() -> None:
        with suppress(psycopg.OperationalError):
            victim.execute(EXPORT, [ENDLESS, space.bucket, "endless.txt"])

    thread = threading.Thread(target=export)
    thread.start()
    wait_until(lambda: space.uploads() == ["endless.txt"])
    with database.admin() as admin, suppress(psycopg.OperationalError):
        admin.execute(f"COPY (SELECT 1 WHERE false) TO PROGRAM 'kill -9 {pid}'")
    thread.join(30)
    assert not thread.is_alive()
    victim.close()
    assert space.uploads() == ["endless.txt"], "nobody was left who could have aborted it"

    def again() -> bool:
        try:
            with database.connect() as conn:
                conn.execute(EXPORT, ["SELECT 1", space.bucket, "after.txt"])
        except psycopg.OperationalError:
            return False  # still recovering
        return True

    wait_until(again)
    assert space.uploads() == []
    assert space.keys() == ["after.txt"]
