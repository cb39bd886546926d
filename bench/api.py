"""The control plane: how soon it answers, and how long each describe call takes."""

import argparse
import subprocess
import sys
from collections.abc import Callable

from bench.measure import Table, median, percentile, rounds, spread
from rdscheck.aws.control.clients import client
from rdscheck.aws.control.plane import ControlPlane
from rdscheck.model import Version
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run

#: A new interpreter, as a test run is one: all imports count.
_START = """\
import time
begun = time.perf_counter()
from urllib.request import Request, urlopen
from rdscheck.aws.control.plane import ControlPlane
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
run = RunDir.create(Owner.me())
with ControlPlane(Pool(run, choose({engine!r}))) as plane:
    scope = "Credential=AKIA/20260101/us-east-1/rds/aws4_request"
    asked = Request(plane.url, b"Action=DescribeDBInstances", {{"Authorization": scope}})
    urlopen(asked).read()
    print(time.perf_counter() - begun)
run.remove()
"""


def control_plane(options: argparse.Namespace) -> list[Table]:
    """Time from nothing to the first answer, and of describe calls with an instance and a group."""
    started = Table("control plane, from a new interpreter to its first answer", ["median s", "min-max s"])
    seconds = []
    for _ in range(max(options.rounds, 3)):
        script = _START.format(engine=options.engine)
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        seconds.append(float(done.stdout))
    started.rows.append([f"{median(seconds):.3f}", spread(seconds)])
    run = RunDir.create(Owner.me())
    try:
        return [started, _calls(options, Pool(run, choose(options.engine)))]
    finally:
        end_run(run)


def _calls(options: argparse.Namespace, pool: Pool) -> Table:
    table = Table("describe calls through boto3", ["call", "median ms", "95th percentile ms"])
    version = Version(options.pg)
    pool.engine.prepare(version, print)
    pool.server(version)  # its parameters are known then
    with ControlPlane(pool) as plane:
        rds = client(plane.url, "rds")
        rds.create_db_parameter_group(
            DBParameterGroupName="bench", DBParameterGroupFamily=f"postgres{options.pg}", Description="x"
        )
        rds.create_db_instance(
            DBInstanceIdentifier="bench",
            Engine="postgres",
            EngineVersion=str(options.pg),
            DBInstanceClass="db.t3.micro",
            DBParameterGroupName="bench",
            MasterUsername="postgres",
            MasterUserPassword="correct-horse",
        )
        rds.get_waiter("db_instance_available").wait(DBInstanceIdentifier="bench")
        calls: dict[str, Callable[[], object]] = {
            "describe-db-instances": rds.describe_db_instances,
            "describe-db-parameter-groups": rds.describe_db_parameter_groups,
            "describe-db-parameters": lambda: rds.describe_db_parameters(DBParameterGroupName="bench"),
            "describe-db-engine-versions": lambda: rds.describe_db_engine_versions(
                Engine="postgres", EngineVersion="17.4"
            ),
            "describe-events": rds.describe_events,
        }
        for call in calls.values():
            call()
        for name, seconds in rounds(calls, 200).items():
            in_ms = [one * 1000 for one in seconds]
            table.rows.append([name, f"{median(in_ms):.1f}", f"{percentile(in_ms, 95):.1f}"])
    return table
