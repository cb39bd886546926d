"""The sink of the benchmarks: as little S3 as clients need, and no slower than they are."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench import nullsink
from rdscheck.aws.client import s3_client
from rdscheck.aws.endpoint import S3Endpoint

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sink") / "file"
    path.write_bytes(bytes(range(256)) * 40)
    return path


@pytest.fixture(scope="module")
def url(served: Path) -> Iterator[str]:
    with nullsink.running(served) as url:
        yield url


@pytest.fixture
def client(url: str) -> Iterator[Any]:
    client = s3_client(S3Endpoint("moto", "sink", url, url, "us-east-1", "a", "s"))
    yield client
    client.close()


def stats(url: str) -> dict[str, int]:
    with urllib.request.urlopen(f"{url}/_stats") as answer:
        found: dict[str, int] = json.load(answer)
    return found


def test_what_is_put_is_counted_and_gone(client: Any, url: str) -> None:
    before = stats(url)
    client.put_object(Bucket="b", Key="k", Body=bytes(10 << 20))
    client.put_object(Bucket="b", Key="k", Body=b"")
    after = stats(url)
    assert after["puts"] - before["puts"] == 2
    assert after["bytes"] - before["bytes"] == 10 << 20


def test_every_object_is_the_file(client: Any, served: Path) -> None:
    assert client.get_object(Bucket="b", Key="any")["Body"].read() == served.read_bytes()
    assert client.head_object(Bucket="b", Key="other")["ContentLength"] == served.stat().st_size
    part = client.get_object(Bucket="b", Key="any", Range="bytes=10-19")
    assert part["Body"].read() == bytes(range(10, 20))


def test_the_calls_of_a_multipart_upload_are_answered(client: Any) -> None:
    names = {"Bucket": "b", "Key": "k"}
    upload = client.create_multipart_upload(**names)["UploadId"]
    etag = client.upload_part(**names, UploadId=upload, PartNumber=1, Body=b"x")["ETag"]
    done = client.complete_multipart_upload(
        **names, UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]}
    )
    assert done["ETag"] == etag
    client.abort_multipart_upload(**names, UploadId=upload)
    assert "Uploads" not in client.list_multipart_uploads(Bucket="b")
    region = client.head_bucket(Bucket="b")["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"]
    assert region == "us-east-1"


def test_it_ends_with_its_owner() -> None:
    script = (
        "import subprocess, sys, time\n"
        "command = [sys.executable, '-m', 'bench.nullsink']\n"
        "sink = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)\n"
        "print(sink.stdout.readline().strip(), flush=True)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as owner:
        try:
            assert owner.stdout is not None
            url = owner.stdout.readline().strip()
            assert stats(url)["puts"] == 0
        finally:
            os.kill(owner.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            stats(url)
        except OSError:
            return
        time.sleep(0.02)
    pytest.fail("the sink outlived its owner")
