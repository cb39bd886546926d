"""Time to the first query, to a fresh database, and of a whole run."""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

from bench.measure import Table, median, rounds, spread
from rdscheck.model import Version
from rdscheck.sandbox.database import Database
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.images import SUITES
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run


def _each_version(options: argparse.Namespace) -> list[Version]:
    return [Version(major) for major in SUITES] if options.engine == "docker" else [Version(options.pg)]


def first_query(options: argparse.Namespace) -> list[Table]:
    """Time from asking for a server to the answer of its first query, image warm."""
    engine = choose(options.engine)
    table = Table(f"first query after starting ({options.engine})", ["version", "median s", "min-max s"])
    for version in _each_version(options):
        engine.prepare(version, print)
        seconds = []
        for _ in range(max(options.rounds, 3)):
            run = RunDir.create(Owner.me())
            begin = time.perf_counter()
            info = engine.start(version, run)
            seconds.append(time.perf_counter() - begin)
            engine.stop(info)
            end_run(run)
        table.rows.append([str(version), f"{median(seconds):.3f}", spread(seconds)])
    return [table]


def fresh_database(options: argparse.Namespace) -> list[Table]:
    """Time to create and to drop the database of one test."""
    engine = choose(options.engine)
    table = Table(
        f"database of one test ({options.engine})", ["version", "create ms", "connect ms", "drop ms"]
    )
    for version in _each_version(options):
        engine.prepare(version, print)
        run = RunDir.create(Owner.me())
        try:
            server = Pool(run, engine).server(version)
            made: list[Database] = []
            steps: dict[str, Callable[[], object]] = {
                "create": lambda server=server, made=made: made.append(Database.create(server)),  # type: ignore[misc]
                "connect": lambda made=made: made[-1].connect().close(),  # type: ignore[misc]
                "drop": lambda made=made: made[-1].drop(),  # type: ignore[misc]
            }
            seconds = rounds(steps, 15)
        finally:
            end_run(run)
        table.rows.append([str(version), *(f"{median(seconds[step]) * 1000:.0f}" for step in steps)])
    return [table]


def whole_run(options: argparse.Namespace) -> list[Table]:
    """Time ``rdscheck run`` over all versions this machine has, images warm."""
    table = Table("whole run, all scenarios, images warm", ["s3", "seconds", "exit status"])
    for s3 in ("moto", "localstack"):
        with tempfile.TemporaryDirectory() as directory:
            begin = time.perf_counter()
            command = [sys.executable, "-m", "rdscheck", "run", "--engine", options.engine, "--s3", s3]
            done = subprocess.run([*command, "--reports", directory], capture_output=True, check=False)
            table.rows.append([s3, f"{time.perf_counter() - begin:.1f}", str(done.returncode)])
    return [table]
