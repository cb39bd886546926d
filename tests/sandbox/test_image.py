"""The image by itself, without Python beside it: environment variables, and the README's compose file."""

import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import yaml

from rdscheck.aws import localstack
from rdscheck.aws.client import s3_client
from rdscheck.aws.endpoint import Place, S3Endpoint
from rdscheck.aws.functions import endpoint as functions
from rdscheck.aws.functions.space import LambdaSpace
from rdscheck.sandbox import images
from rdscheck.sandbox.docker import DockerEngine
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run
from tests.conftest import docker_majors

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.skipif(not docker_majors(), reason="no image is built here (rdscheck images build)")


def docker(*arguments: str) -> str:
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def image() -> str:
    return images.tag(max(docker_majors()))


@pytest.fixture
def started() -> Iterator[list[str]]:
    """Give a list for containers and networks; what is in it is removed, last first."""
    names: list[str] = []
    yield names
    for name in reversed(names):
        kind = "network" if name.startswith("net-") else ""
        arguments = ["network", "rm", name] if kind else ["rm", "--force", "--volumes", name]
        subprocess.run(["docker", *arguments], capture_output=True, check=False)


def port_of(container: str, inside: int) -> int:
    return int(docker("port", container, str(inside)).splitlines()[0].rpartition(":")[2])


def connect(port: int, password: str, dbname: str, user: str = "postgres") -> psycopg.Connection[Any]:
    deadline = time.monotonic() + 30
    while True:
        try:
            return psycopg.connect(
                host="127.0.0.1", port=port, user=user, password=password, dbname=dbname, autocommit=True
            )
        except psycopg.OperationalError as error:
            if "password" in str(error) or "rejects" in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def run(started: list[str], *options: str) -> str:
    name = f"rdscheck-test-{uuid4().hex[:8]}"
    started.append(name)
    docker("run", "-d", "--name", name, "-p", "127.0.0.1::5432", *options, image())
    return name


def test_master_user_and_database_come_from_the_environment(started: list[str]) -> None:
    name = run(started, "-e", 'RDS_MASTER_PASSWORD=it\'s "odd"\\', "-e", 'RDS_DATABASE=my "app')
    with connect(port_of(name, 5432), 'it\'s "odd"\\', 'my "app') as conn:
        row = conn.execute(
            "SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row == ("postgres", False)


def test_without_a_password_nobody_gets_in(started: list[str]) -> None:
    name = run(started)
    for user in ("postgres", "rdsadmin"):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            connect(port_of(name, 5432), "a guess", "postgres", user).close()


def test_a_restart_keeps_what_was_there(started: list[str]) -> None:
    name = run(started, "-e", "RDS_MASTER_PASSWORD=x", "-e", "RDS_DATABASE=app")
    with connect(port_of(name, 5432), "x", "app") as conn:
        conn.execute("CREATE TABLE kept ()")
    docker("restart", name)
    with connect(port_of(name, 5432), "x", "app") as conn:
        assert conn.execute("SELECT to_regclass('kept')::text").fetchone() == ("kept",)


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ("RDS_ASSOCIATED_ROLES=S3_EXPORT", 'unknown feature name "S3_EXPORT"'),
        ("RDS_MASTER_PASSWORD=two\nlines", "RDS_MASTER_PASSWORD must be one line"),
    ],
)
def test_a_wrong_environment_is_told_and_ends_the_container(environment: str, told: str) -> None:
    done = subprocess.run(
        ["docker", "run", "--rm", "-e", environment, image()], capture_output=True, text=True, check=False
    )
    assert done.returncode == 64
    assert told in done.stderr


def test_secrets_are_not_in_the_log(started: list[str]) -> None:
    name = run(started, "-e", "RDS_MASTER_PASSWORD=hush-master", "-e", "RDSCHECK_ADMIN_PASSWORD=hush-admin")
    connect(port_of(name, 5432), "hush-master", "postgres").close()
    done = subprocess.run(["docker", "logs", name], capture_output=True, text=True, check=True)
    assert "hush" not in done.stdout + done.stderr


def test_lambda_from_the_environment(started: list[str]) -> None:
    """A container is told where Lambda is and invokes with a role that may do everything with it."""
    run_dir = RunDir.create(Owner.me())
    try:
        bind, _ = DockerEngine().s3_addresses()
        # Emulators have this account.
        endpoint = functions.start(Place(run_dir=run_dir.path, bind=bind), account="000000000000")
        run_dir.write("lambda", endpoint.to_json())
        with LambdaSpace(endpoint) as space:
            echo = space.deploy("f", "def lambda_handler(event, context):\n    return event\n")
            name = run(
                started,
                *(
                    "-e",
                    "RDS_MASTER_PASSWORD=x",
                    "-e",
                    "RDS_DATABASE=app",
                    "-e",
                    "RDS_ASSOCIATED_ROLES=Lambda",
                ),
                *("-e", f"AWS_ENDPOINT_URL_LAMBDA={endpoint.url_for_host}"),
                *("-e", f"AWS_ACCESS_KEY_ID={endpoint.access_key}"),
                *("-e", f"AWS_SECRET_ACCESS_KEY={endpoint.secret_key}"),
            )
            with connect(port_of(name, 5432), "x", "app") as conn:
                conn.execute("CREATE EXTENSION aws_lambda CASCADE")
                row = conn.execute("SELECT * FROM aws_lambda.invoke(%s, '[1]'::json)", [echo]).fetchone()
                assert row == (200, [1], "$LATEST", None)
    finally:
        end_run(run_dir)


def compose() -> dict[str, Any]:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    match = re.search(r"<!-- compose example -->\n```yaml\n(.*?)```", readme, re.DOTALL)
    assert match
    services: dict[str, Any] = yaml.safe_load(match[1])["services"]
    return services


def test_the_compose_file_of_the_readme_exports_and_imports(started: list[str]) -> None:
    """Start the file's services as compose does: names as hosts on one network, same environment."""
    ours = localstack.image()
    if ours is None:
        pytest.skip("no LocalStack image (rdscheck images build --localstack)")
    services = compose()
    assert set(services) == {"s3", "db"}
    assert services["s3"]["image"].startswith("localstack/localstack:4.14")
    assert services["db"]["image"].startswith(f"{images.REPOSITORY}:")
    suffix = uuid4().hex[:8]
    network = f"net-{suffix}"
    docker("network", "create", network)
    started.append(network)
    published = {"s3": 4566, "db": 5432}
    for service, inside in published.items():
        options = [
            part
            for key, value in services[service]["environment"].items()
            for part in ("-e", f"{key}={value}")
        ]
        name = f"{service}-{suffix}"
        started.append(name)
        what = ours if service == "s3" else image()
        docker(
            "run", "-d", "--name", name, "--network", network, "--network-alias", service,
            "-p", f"127.0.0.1::{inside}", *options, what,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port_of(started[-2], 4566)}"
    deadline = time.monotonic() + 60
    while localstack.health(url) is None:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    environment = services["db"]["environment"]
    keys = (environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"])
    s3 = s3_client(S3Endpoint("localstack", "LocalStack", url, url, environment["AWS_REGION"], *keys))
    s3.create_bucket(Bucket="data")
    password = environment["RDS_MASTER_PASSWORD"]
    with connect(port_of(started[-1], 5432), password, environment["RDS_DATABASE"]) as conn:
        conn.execute("CREATE EXTENSION aws_s3 CASCADE")
        row = conn.execute(
            "SELECT * FROM aws_s3.query_export_to_s3('SELECT generate_series(1, 3)', 'data', 'three.txt')"
        ).fetchone()
        assert row == (3, 1, 6)
        assert s3.get_object(Bucket="data", Key="three.txt")["Body"].read() == b"1\n2\n3\n"
        conn.execute("CREATE TABLE t (n int)")
        told = conn.execute(
            "SELECT aws_s3.table_import_from_s3('t', '', '', 'data', 'three.txt', 'us-east-1')"
        ).fetchone()
        assert told == ('3 rows imported into relation "t" from file three.txt of 6 bytes',)
