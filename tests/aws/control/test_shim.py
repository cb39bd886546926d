"""A document's ``aws`` reaches the control plane and nothing else, by whatever way it is called."""

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rdscheck.aws.control.plane import ControlPlane
from rdscheck.aws.control.shim import environment, program
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run
from tests.conftest import quickest

pytestmark = pytest.mark.skipif(program() is None, reason="the program aws is missing: pip install awscli")

DESCRIBE = "aws rds describe-db-instances --region us-east-1 --output text"


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    run = RunDir.create(Owner.me())
    with ControlPlane(Pool(run, choose((quickest() or ("local", 0))[0]))) as started:
        yield started
    end_run(run)


class Proxy:
    """Stands where a proxy would and notes who wanted to go where; nobody gets anywhere."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.asked: list[str] = []
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection:
                self.asked.append(connection.recv(1000).split(b"\r\n")[0].decode())
                connection.sendall(
                    b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                )

    def close(self) -> None:
        self._listening.close()


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    found = Proxy()
    yield found
    found.close()


def run(line: str, env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["sh", "-c", line], env=env, capture_output=True, text=True, timeout=120, check=False
    )


def test_a_command_reaches_the_plane(plane: ControlPlane, tmp_path: Path, proxy: Proxy) -> None:
    env = environment(plane.url, tmp_path) | {"HTTPS_PROXY": proxy.url, "https_proxy": proxy.url}
    done = run(
        f"aws rds create-db-parameter-group --db-parameter-group-name a --description x"
        f" --db-parameter-group-family postgres17 --region us-east-1 && {DESCRIBE}",
        env,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "a" in plane.state.groups
    assert proxy.asked == []


def test_without_the_shim_it_would_have_left_for_aws(
    plane: ControlPlane, tmp_path: Path, proxy: Proxy
) -> None:
    """In us-east-1 version 1 ignores AWS_ENDPOINT_URL: what the first test saw was the shim's work."""
    env = environment(plane.url, tmp_path) | {"HTTPS_PROXY": proxy.url, "https_proxy": proxy.url}
    real = program()
    assert real is not None
    done = run(DESCRIBE.replace("aws", real, 1), env)
    assert done.returncode != 0
    assert proxy.asked
    assert all(one.startswith("CONNECT rds.amazonaws.com:443") for one in proxy.asked)


def test_even_without_the_shim_nothing_gets_out(plane: ControlPlane, tmp_path: Path) -> None:
    real = program()
    assert real is not None
    done = run(DESCRIBE.replace("aws", real, 1), environment(plane.url, tmp_path))
    assert done.returncode != 0
    assert "Failed to connect to proxy URL" in done.stderr


@pytest.mark.parametrize(
    "option",
    [
        "--endpoint-url https://rds.us-east-1.amazonaws.com",
        "--endpoint-url=https://rds.us-east-1.amazonaws.com",
        "--endpoint https://rds.us-east-1.amazonaws.com",
        "--end=https://rds.us-east-1.amazonaws.com",
    ],
)
def test_another_endpoint_is_refused(plane: ControlPlane, tmp_path: Path, option: str) -> None:
    env = environment(plane.url, tmp_path)
    for line in (f"{DESCRIBE} {option}", f"aws {option} rds describe-db-instances"):
        done = run(line, env)
        assert (done.returncode, done.stdout) == (252, "")
        assert "talks to the local control plane and to nothing else" in done.stderr


def test_options_that_only_begin_alike_are_none_of_them(plane: ControlPlane, tmp_path: Path) -> None:
    done = run(
        "aws rds describe-db-engine-versions --engine postgres --engine-version 17.4 --output text"
        " --query 'DBEngineVersions[].EngineVersion'",
        environment(plane.url, tmp_path),
    )
    assert (done.returncode, done.stdout.strip()) == (0, "17.4")


def test_nothing_of_the_user_counts(
    plane: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "user"
    (home / ".aws" / "cli").mkdir(parents=True)
    (home / ".aws" / "credentials").write_text(
        "[default]\naws_access_key_id = AKIAREAL\naws_secret_access_key = x\n"
    )
    (home / ".aws" / "cli" / "alias").write_text("[toplevel]\nrds = !echo out\n")
    monkeypatch.setenv("HOME", str(home))
    for name, value in (
        ("AWS_PROFILE", "production"),
        ("AWS_SESSION_TOKEN", "real"),
        ("AWS_ENDPOINT_URL_RDS", "https://rds.amazonaws.com"),
        ("AWS_CA_BUNDLE", "/nowhere"),
        ("https_proxy", "http://proxy.example.com"),
    ):
        monkeypatch.setenv(name, value)
    env = environment(plane.url, tmp_path / "shim")
    assert {name for name in env if name.startswith("AWS_")} == {
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"),
        *("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EC2_METADATA_DISABLED", "AWS_ENDPOINT_URL", "AWS_PAGER"),
        "AWS_MAX_ATTEMPTS",
    }
    done = run(f"{DESCRIBE}; aws sts get-caller-identity --query Account", env)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, '"123456789012"', "")
    assert os.environ["AWS_PROFILE"] == "production"


def test_a_program_of_the_users_choice(
    plane: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = tmp_path / "my aws"
    chosen.write_text('#!/bin/sh\nprintf "%s|" "$@"\n')
    chosen.chmod(0o700)
    monkeypatch.setenv("RDSCHECK_AWS", str(chosen))
    done = run("aws rds 'a b'", environment(plane.url, tmp_path / "shim"))
    assert done.stdout == f"--endpoint-url|{plane.url}|rds|a b|"
