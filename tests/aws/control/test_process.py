"""The control plane beside sandboxes of ``rdscheck up``: two at once, each with its own server."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from botocore.exceptions import ClientError

from rdscheck.aws.control import process
from rdscheck.aws.control.clients import client
from rdscheck.aws.control.shim import program
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.rundir import RunDir
from tests.aws.control.conftest import create
from tests.conftest import quickest

ROLE = "arn:aws:iam::123456789012:role/rdscheck-s3Export"


def rdscheck(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "rdscheck", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)


def up(name: str, *more: str) -> dict[str, str]:
    found = quickest()
    if found is None:
        pytest.skip("no engine here can start a server (rdscheck doctor)")
    done = rdscheck("up", "--engine", found[0], "--pg", str(found[1]), "--s3", "moto", "--name", name, *more)
    assert done.returncode == 0, done.stderr
    pairs: dict[str, str] = {}
    for line in done.stdout.splitlines():
        variable, _, value = shlex.split(line)[1].partition("=")
        pairs[variable] = value
    return pairs


@pytest.fixture(scope="module")
def two() -> Iterator[list[dict[str, str]]]:
    names = [f"plane.{os.getpid()}", f"plane-{os.getpid()}-b"]
    try:
        yield [up(names[0], "--parameter", "work_mem=8192"), up(names[1])]
    finally:
        for name in names:
            rdscheck("down", name)
        running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        assert not [line for line in running.splitlines() if "control.server" in line and names[0] in line]


def test_the_sandbox_is_an_instance_with_its_group_and_roles(two: list[dict[str, str]]) -> None:
    one, other = two
    assert one["AWS_ENDPOINT_URL_RDS"] == one["AWS_ENDPOINT_URL_IAM"] == one["AWS_ENDPOINT_URL_STS"]
    rds = client(one["AWS_ENDPOINT_URL_RDS"], "rds")
    found = rds.describe_db_instances()["DBInstances"]
    assert [row["DBInstanceIdentifier"] for row in found] == [f"plane-{os.getpid()}"]
    assert str(found[0]["Endpoint"]["Port"]) == one["PGPORT"]
    assert {role["FeatureName"] for role in found[0]["AssociatedRoles"]} == {"s3Export", "s3Import"}
    group = found[0]["DBParameterGroups"][0]["DBParameterGroupName"]
    assert group.startswith("rdscheck-postgres")
    set_ = rds.describe_db_parameters(DBParameterGroupName=group, Source="user")["Parameters"]
    assert [(row["ParameterName"], row["ParameterValue"]) for row in set_] == [("work_mem", "8192")]
    changed = [{"ParameterName": "work_mem", "ParameterValue": "16384", "ApplyMethod": "immediate"}]
    rds.modify_db_parameter_group(DBParameterGroupName=group, Parameters=changed)
    for where, value in ((one, "16MB"), (other, "4MB")):
        with psycopg.connect(where["DATABASE_URL"]) as conn:
            assert conn.execute("SHOW work_mem").fetchone() == (value,)
    with pytest.raises(ClientError, match="rdscheck down ends it"):
        rds.delete_db_instance(DBInstanceIdentifier=f"plane-{os.getpid()}", SkipFinalSnapshot=True)


def test_its_roles_stay_as_they_are_when_iam_changes(two: list[dict[str, str]]) -> None:
    url, name = two[1]["AWS_ENDPOINT_URL_RDS"], f"plane-{os.getpid()}-b"
    client(url, "iam").create_user(UserName="somebody")
    rds = client(url, "rds")
    with psycopg.connect(two[1]["DATABASE_URL"], autocommit=True) as conn:
        conn.execute("CREATE EXTENSION IF NOT EXISTS aws_s3 CASCADE")
        export = "SELECT * FROM aws_s3.query_export_to_s3('SELECT 1', 'sandbox', 'a', 'us-east-1')"
        assert conn.execute(export).fetchone() == (1, 1, 2)
        rds.remove_role_from_db_instance(DBInstanceIdentifier=name, RoleArn=ROLE, FeatureName="s3Export")
        with pytest.raises(psycopg.Error):
            conn.execute(export)


@pytest.mark.skipif(program() is None, reason="the program aws is missing: pip install awscli")
def test_the_shell_has_an_aws_that_reaches_it(two: list[dict[str, str]]) -> None:
    env = os.environ | {key: value for key, value in two[0].items() if key != "PATH"}
    env["PATH"] = two[0]["PATH"].replace("$PATH", os.environ["PATH"])
    line = "aws rds describe-db-instances --query 'DBInstances[].MasterUsername' --output text && aws s3 ls"
    command = ["sh", "-c", line]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == "postgres"
    assert done.stdout.endswith(" sandbox\n")
    # Lambda is started by the first command, and no command of it leaves this machine.
    command = ["sh", "-c", "aws lambda list-functions --query Functions --output json"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_what_it_started_ends_with_the_sandbox(two: list[dict[str, str]]) -> None:
    """Also an instance made through the API goes, and the process itself is not missed when it was killed."""
    name = f"plane-{os.getpid()}-c"
    where = up(name)
    try:
        major = str((quickest() or ("", 0))[1])
        create(client(where["AWS_ENDPOINT_URL_RDS"], "rds"), "another", major)
        run = next(run for run in RunDir.all() if run.id == f"up-{name}")
        record = run.read(process.RECORD)
        assert record is not None
        assert len([key for key in run.recorded() if key.startswith("extra-")]) == 1
        assert where["AWS_ENDPOINT_URL_RDS"] in rdscheck("ps").stdout
        os.kill(int(record["pid"]), signal.SIGTERM)
    finally:
        assert rdscheck("down", name).returncode == 0
    assert not Owner(int(record["pid"]), str(record["started"])).alive()
    assert not Path(run.path).exists()
