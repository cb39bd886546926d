"""The process: ``python -m rdscheck.aws.control.server``, started by ``rdscheck.aws.control.process``.

It tells where it listens in one line of JSON on standard output and serves until its run ends.
"""

import argparse
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from rdscheck.aws.control.plane import ControlPlane
from rdscheck.aws.endpoint import S3Endpoint
from rdscheck.aws.functions.endpoint import of_run
from rdscheck.aws.lifeline import end_with, tell
from rdscheck.errors import RdscheckError
from rdscheck.sandbox.engines import by_name
from rdscheck.sandbox.info import ServerInfo
from rdscheck.sandbox.instance import Instance
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import SHARED, RunDir


def main(arguments: Sequence[str]) -> None:
    """Serve until the run is gone."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--identifier", required=True)
    options = parser.parse_args(arguments)
    run = RunDir(options.run)
    end_with(run.owner() or Owner.kept(), run.path / "owner")
    with _plane(run, options.identifier) as plane:
        tell(url=plane.url)
        threading.Event().wait()


def _plane(run: RunDir, identifier: str) -> ControlPlane:
    """Return a plane with the run's server as an instance that has what ``rdscheck up`` gave it."""
    record, info = next(
        (name, ServerInfo.from_json(value))
        for name, value in run.recorded().items()
        if name.startswith(SHARED)
    )
    known = run.read("s3")
    if known is None:
        raise RdscheckError(f"the run {run.id} has no S3")
    endpoint = S3Endpoint.from_json(known)
    engine = by_name(info.engine)
    plane = ControlPlane(Pool(run, engine), s3=lambda: endpoint, functions=lambda: of_run(engine, run))
    server = Instance.attach(info, engine, run, record)
    plane.adopt(identifier, server, endpoint.region, open_to=("s3Export", "s3Import"))
    return plane


if __name__ == "__main__":
    main(sys.argv[1:])
