"""Choosing a backend, and its end: in order, by a killed owner, by a run that was handed on."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rdscheck.aws import backends, localstack
from rdscheck.aws.answers import require_s3
from rdscheck.aws.endpoint import Place, S3Endpoint, is_loopback, seen_by_server
from rdscheck.aws.localstack import LocalStack
from rdscheck.aws.moto import Moto
from rdscheck.aws.space import S3Space
from rdscheck.errors import S3Unavailable, StartError
from rdscheck.sandbox.containers import our_way
from rdscheck.sandbox.owner import LABEL_OWNER, Owner

ROOT = Path(__file__).resolve().parents[2]
NOBODY = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _no_localstack_of_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    """What happens to run on the developer's machine must decide nothing here."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", NOBODY)
    monkeypatch.delenv(localstack.IMAGE_VARIABLE, raising=False)


def gone(process: Owner, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while process.alive() and time.monotonic() < deadline:
        time.sleep(0.02)
    return not process.alive()


def moto_process(endpoint: S3Endpoint) -> Owner:
    return Owner(endpoint.pid, endpoint.started)


OWNER = """
import json, sys, time
from pathlib import Path
from rdscheck.aws import backends
from rdscheck.aws.endpoint import Place
from rdscheck.sandbox.owner import Owner
run = Path(sys.argv[1])
(run / "owner").write_text(str(Owner.me()))
print(json.dumps(backends.start("moto", Place(run_dir=run)).to_json()), flush=True)
time.sleep(600)
"""


@pytest.fixture
def owned(run_dir: Path) -> Iterator[tuple[subprocess.Popen[str], S3Endpoint]]:
    """A process that started moto and sleeps, and the endpoint it started."""
    command = [sys.executable, "-c", OWNER, str(run_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as owner:
        try:
            assert owner.stdout is not None
            yield owner, S3Endpoint.from_json(json.loads(owner.stdout.readline()))
        finally:
            owner.kill()


def test_a_killed_owner_takes_moto_along(owned: tuple[subprocess.Popen[str], S3Endpoint]) -> None:
    owner, endpoint = owned
    require_s3(endpoint)
    assert moto_process(endpoint).alive()

    os.kill(owner.pid, signal.SIGKILL)
    assert gone(moto_process(endpoint))
    with pytest.raises(S3Unavailable, match="nothing answers"):
        require_s3(endpoint)


def test_a_run_handed_on_keeps_moto(owned: tuple[subprocess.Popen[str], S3Endpoint], run_dir: Path) -> None:
    owner, endpoint = owned
    (run_dir / "owner").write_text(str(Owner.me()))
    owner.kill()
    owner.wait()
    time.sleep(0.3)  # longer than the end of an owner takes to be noticed
    require_s3(endpoint)

    backends.stop(endpoint)
    assert gone(moto_process(endpoint))


def test_a_kept_run_keeps_moto_until_its_owner_file_goes(
    owned: tuple[subprocess.Popen[str], S3Endpoint], run_dir: Path
) -> None:
    owner, endpoint = owned
    (run_dir / "owner").write_text(str(Owner.kept()))
    owner.kill()
    owner.wait()
    time.sleep(0.3)
    require_s3(endpoint)

    (run_dir / "owner").unlink()
    assert gone(moto_process(endpoint))


def test_ctrl_c_is_for_the_owner_alone(owned: tuple[subprocess.Popen[str], S3Endpoint]) -> None:
    owner, endpoint = owned
    assert os.getsid(endpoint.pid) != os.getsid(owner.pid)


def test_moto_starts_answers_and_ends(run_dir: Path) -> None:
    endpoint = backends.start("moto", Place(run_dir=run_dir))
    try:
        assert endpoint.name.startswith("moto ")
        assert endpoint.url_for_server == endpoint.url_for_host
        with S3Space(endpoint) as space:
            assert space.keys() == []
        assert (run_dir / "moto.log").read_text() == ""
    finally:
        backends.stop(endpoint)
    assert not moto_process(endpoint).alive()
    backends.stop(endpoint)  # again, as a sweep may


def test_stopping_leaves_a_stranger_with_the_same_id_alone(moto_endpoint: S3Endpoint) -> None:
    backends.stop(replace(moto_endpoint, started="1"))
    require_s3(moto_endpoint)


def test_a_container_reaches_moto_by_the_hosts_name_for_it(run_dir: Path) -> None:
    endpoint = backends.start("moto", Place(run_dir=run_dir, server_host="host.docker.internal"))
    backends.stop(endpoint)
    port = endpoint.url_for_host.rpartition(":")[2]
    assert endpoint.url_for_host == f"http://127.0.0.1:{port}"
    assert endpoint.url_for_server == f"http://host.docker.internal:{port}"


def test_a_moto_that_cannot_bind_says_why(run_dir: Path) -> None:
    with pytest.raises(StartError, match=r"moto ended while starting: .*assign") as caught:
        Moto().start(Place(run_dir=run_dir, bind="192.0.2.77"))
    assert "moto.log" in str(caught.value.hint)


def test_an_endpoint_survives_json(moto_endpoint: S3Endpoint) -> None:
    text = json.dumps(moto_endpoint.to_json())
    assert S3Endpoint.from_json(json.loads(text)) == moto_endpoint


def test_auto_is_moto_where_the_server_runs_on_the_host(run_dir: Path) -> None:
    endpoint = backends.start("auto", Place(run_dir=run_dir))
    backends.stop(endpoint)
    assert endpoint.kind == "moto"


def test_auto_takes_the_localstack_image_for_a_server_in_a_container(
    run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []
    monkeypatch.setattr(localstack, "image", lambda: "localstack/localstack:4.14.0")
    monkeypatch.setattr(LocalStack, "launch", lambda self, tag, place: started.append(tag))
    backends.start("auto", Place(run_dir=run_dir, server_host="host.docker.internal"))
    assert started == ["localstack/localstack:4.14.0"]


def test_a_backend_nobody_knows_is_refused(run_dir: Path) -> None:
    with pytest.raises(S3Unavailable, match=r"no S3 backend 'motto'.*auto, moto, localstack"):
        backends.start("motto", Place(run_dir=run_dir))


def test_doctor_is_told_about_every_backend() -> None:
    kinds = {found.kind: found for found in backends.found()}
    assert set(kinds) == {"localstack", "moto"}
    assert kinds["moto"].usable
    assert kinds["localstack"].usable or kinds["localstack"].reason


def test_localstack_carries_our_labels_and_is_reached_from_both_sides(
    localstack_endpoint: S3Endpoint, place: Place
) -> None:
    from rdscheck.aws import docker

    with docker.engine() as client:
        attributes = client.containers.get(localstack_endpoint.container).attrs
    assert attributes["Config"]["Labels"][LABEL_OWNER] == place.labels[LABEL_OWNER]
    (published,) = attributes["NetworkSettings"]["Ports"]["4566/tcp"]
    assert localstack_endpoint.url_for_host == f"http://127.0.0.1:{published['HostPort']}"
    assert published["HostIp"] == "127.0.0.1"
    assert localstack_endpoint.name == "LocalStack 4.14.0"


def test_a_running_localstack_of_the_users_comes_first(
    localstack_endpoint: S3Endpoint, run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", localstack_endpoint.url_for_host)
    found = backends.start("auto", Place(run_dir=run_dir))
    assert (found.name, found.url_for_host) == (localstack_endpoint.name, localstack_endpoint.url_for_host)
    backends.stop(found)
    require_s3(localstack_endpoint)  # somebody else's, so still there

    inside = backends.start("localstack", Place(run_dir=run_dir, server_host="host.docker.internal"))
    require_s3(replace(inside, url_for_host=inside.url_for_server))
    assert inside.url_for_server.endswith(":4566")


def test_an_image_asked_for_must_be_here(
    localstack_image: str, run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(localstack.IMAGE_VARIABLE, "localstack/localstack:0.0.0")
    with pytest.raises(S3Unavailable, match=r"docker pull localstack/localstack:0\.0\.0"):
        backends.start("localstack", Place(run_dir=run_dir))


def test_a_container_that_ends_early_leaves_its_log_and_nothing_else(
    localstack_image: str, run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rdscheck.aws import docker

    labels = {"rdscheck.test": run_dir.name}
    monkeypatch.setitem(localstack._SETTINGS, "PYTHONHOME", "/nowhere")
    with pytest.raises(StartError, match=r"LocalStack ended while starting"):
        LocalStack().launch(localstack_image, Place(run_dir=run_dir, labels=labels))
    assert (run_dir / "localstack.log").read_text()
    with docker.engine() as client:
        assert client.containers.list(all=True, filters={"label": f"rdscheck.test={run_dir.name}"}) == []


@pytest.mark.parametrize(
    ("tags", "chosen"),
    [
        (["localstack/localstack:latest", "localstack/localstack:2026.4"], None),
        (["rdscheck/localstack:4.14.0", "localstack/localstack:4"], "localstack/localstack:4"),
        (["localstack/localstack:4.14.0", "localstack/localstack:4.14.2"], "localstack/localstack:4.14.2"),
        (["rdscheck/localstack:4.14.0"], "rdscheck/localstack:4.14.0"),
    ],
)
def test_the_users_image_comes_before_ours_and_never_one_that_wants_a_token(
    tags: list[str], chosen: str | None
) -> None:
    assert localstack.choose(set(tags)) == chosen


def test_testcontainers_is_left_as_it_was() -> None:
    from testcontainers.core.config import testcontainers_config

    before = testcontainers_config.ryuk_disabled
    testcontainers_config.ryuk_disabled = False
    try:
        with our_way():
            assert testcontainers_config.ryuk_disabled
        assert not testcontainers_config.ryuk_disabled
    finally:
        testcontainers_config.ryuk_disabled = before


@pytest.mark.parametrize("host", ["localhost", "s3.localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_loopback_has_many_names(host: str) -> None:
    assert is_loopback(host)
    assert not is_loopback(f"{host}.example.org")


def test_the_server_sees_a_loopback_address_only_if_the_host_shows_it(run_dir: Path) -> None:
    inside = Place(run_dir=run_dir, bind="127.0.0.1", server_host="host.docker.internal")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        url = f"http://localhost:{port}"
        assert seen_by_server(url, inside) == f"http://host.docker.internal:{port}"
        assert seen_by_server(url, Place(run_dir=run_dir)) == url
    assert seen_by_server(url, inside) is None
    assert seen_by_server("https://minio.example.org", inside) == "https://minio.example.org"
