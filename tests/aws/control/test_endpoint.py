"""The endpoint: which service answers, what wrong requests get, S3 passed on, IAM and STS by moto."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from rdscheck.aws.control.clients import client
from rdscheck.aws.control.faults import Fault
from rdscheck.aws.control.plane import ControlPlane
from rdscheck.aws.control.wire import Request, Response
from rdscheck.aws.endpoint import Place
from rdscheck.aws.functions import endpoint as functions
from rdscheck.aws.moto import Moto
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run
from tests.conftest import quickest

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "rds.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ],
}


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    """Give servers nobody starts: these tests need none."""
    run = RunDir.create(Owner.me())
    yield Pool(run, choose((quickest() or ("local", 0))[0]))
    end_run(run)


@pytest.fixture
def bare(pool: Pool) -> Iterator[ControlPlane]:
    with ControlPlane(pool) as plane:
        yield plane


def ask(plane: ControlPlane, body: str, **headers: str) -> tuple[int, str]:
    parts = urlsplit(plane.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.request("POST", "/", body, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def signed(service: str) -> dict[str, str]:
    scope = f"AKIAEXAMPLE/20260101/us-east-1/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"}


def test_it_starts_in_an_instant_and_stops(pool: Pool) -> None:
    begun = time.monotonic()
    with ControlPlane(pool) as plane:
        assert ask(plane, "Action=DescribeDBInstances&Version=2014-10-31", **signed("rds"))[0] == 200
        address = urlsplit(plane.url)
    assert time.monotonic() - begun < 5
    with pytest.raises(OSError, match="refused"):
        http.client.HTTPConnection(address.hostname or "", address.port, timeout=5).request("GET", "/")


@pytest.mark.parametrize(
    ("body", "headers", "status", "code"),
    [
        ("Action=DescribeDBInstances", {}, 403, "MissingAuthenticationToken"),
        ("Action=DescribeInstances", signed("ec2"), 400, "UnknownService"),
        ("Action=Nothing", signed("rds"), 400, "InvalidAction"),
        ("Action=CopyDBSnapshot", signed("rds"), 400, "InvalidAction"),
        ("", signed("rds"), 400, "InvalidAction"),
        ("Action=DeleteDBInstance", signed("rds"), 400, "MissingParameter"),
    ],
)
def test_wrong_requests_get_an_error_as_aws_has_them(
    bare: ControlPlane, body: str, headers: dict[str, str], status: int, code: str
) -> None:
    found, text = ask(bare, body, **headers)
    assert (found, f"<Code>{code}</Code>" in text) == (status, True)
    assert bare.failures == []


def test_bytes_that_are_no_request_harm_nobody(bare: ControlPlane) -> None:
    assert ask(bare, "\x00" * 100, **signed("rds"))[0] == 400
    assert ask(bare, "Action=%ff%fe&A.B.C=1&A.B=2", **signed("rds"))[0] == 400
    assert ask(bare, "Action=DescribeDBInstances", **signed("rds"))[0] == 200


def test_a_mistake_of_ours_is_kept_for_the_owner(bare: ControlPlane) -> None:
    def broken(_: Request) -> Response:
        raise ZeroDivisionError

    bare.handlers["lambda"] = broken
    status, text = ask(bare, "", **signed("lambda"))
    assert (status, "InternalFailure" in text) == (500, True)
    assert [type(one) for one in bare.failures] == [ZeroDivisionError]
    bare.failures.clear()


def test_another_service_plugs_in(bare: ControlPlane) -> None:
    seen: list[Request] = []

    def handler(request: Request) -> Response:
        seen.append(request)
        if request.path.endswith("missing"):
            raise Fault("ResourceNotFoundException", "no such function", 404)
        return Response(200, request.body() * 2, {"X-Amz-Executed-Version": "$LATEST"})

    bare.handlers["lambda"] = handler
    assert ask(bare, "payload", **signed("lambda")) == (200, "payloadpayload")
    assert (seen[0].method, seen[0].region, seen[0].access_key) == ("POST", "us-east-1", "AKIAEXAMPLE")
    assert seen[0].service == "lambda"


def test_what_a_handler_left_of_a_body_is_not_the_next_request(bare: ControlPlane) -> None:
    bare.handlers["lambda"] = lambda _: Response(202)
    parts = urlsplit(bare.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    for _ in range(3):
        connection.request("POST", "/", b"x" * 500_000, signed("lambda"))
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (202, b"")
    connection.close()


def test_iam_and_sts_begin_empty_with_each_plane(pool: Pool) -> None:
    for _ in range(2):
        with ControlPlane(pool) as plane:
            iam = client(plane.url, "iam")
            assert iam.list_roles()["Roles"] == []
            arn = iam.create_role(RoleName="rds-s3", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"][
                "Arn"
            ]
            assert arn == "arn:aws:iam::123456789012:role/rds-s3"
            with pytest.raises(ClientError, match="rds-s3"):
                iam.create_role(RoleName="rds-s3", AssumeRolePolicyDocument=json.dumps(TRUST))
            sts = client(plane.url, "sts")
            assert sts.get_caller_identity()["Account"] == "123456789012"
            keys = sts.assume_role(RoleArn=arn, RoleSessionName="session")["Credentials"]
            assert keys["SessionToken"]


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("{", "invalid Json"),
        (json.dumps({**TRUST, "Version": "2013-10-17"}), "Version is '2013-10-17'"),
        (json.dumps({"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]}), "Principal"),
    ],
)
def test_a_trust_policy_that_is_none_is_refused(bare: ControlPlane, document: str, told: str) -> None:
    iam = client(bare.url, "iam")
    with pytest.raises(iam.exceptions.MalformedPolicyDocumentException, match=told):
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=document)
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))
    with pytest.raises(iam.exceptions.MalformedPolicyDocumentException, match=told):
        iam.update_assume_role_policy(RoleName="r", PolicyDocument=document)


def test_roles_are_looked_up_anew_after_changes_of_iam_only(bare: ControlPlane) -> None:
    times: list[str] = []
    bare.rights.refresh_roles = lambda: times.append("x")  # type: ignore[method-assign]
    iam = client(bare.url, "iam")
    iam.list_roles()
    assert times == []
    iam.create_role(RoleName="rds-s3", AssumeRolePolicyDocument=json.dumps(TRUST))
    assert len(times) == 1
    iam.get_role(RoleName="rds-s3")
    assert len(times) == 1
    with pytest.raises(ClientError):
        iam.delete_role(RoleName="nobody")
    iam.delete_role(RoleName="rds-s3")
    assert len(times) >= 2


@pytest.fixture
def with_s3(pool: Pool, tmp_path: Path) -> Iterator[ControlPlane]:
    endpoint = Moto().start(Place(run_dir=tmp_path))
    try:
        with ControlPlane(pool, s3=lambda: endpoint) as plane:
            yield plane
    finally:
        Moto().stop(endpoint)


def test_s3_is_passed_on_whole(with_s3: ControlPlane) -> None:
    s3 = client(with_s3.url, "s3")
    s3.create_bucket(Bucket="my-bucket")
    body = bytes(range(256)) * 8192
    s3.put_object(Bucket="my-bucket", Key="a/ü b", Body=body, Metadata={"x": "y"})
    found = s3.get_object(Bucket="my-bucket", Key="a/ü b")
    assert (found["Body"].read() == body, found["Metadata"]) == (True, {"x": "y"})
    assert s3.head_object(Bucket="my-bucket", Key="a/ü b")["ContentLength"] == len(body)
    assert s3.get_object(Bucket="my-bucket", Key="a/ü b", Range="bytes=0-2")["Body"].read() == body[:3]
    with pytest.raises(ClientError, match="NoSuchKey"):
        s3.get_object(Bucket="my-bucket", Key="nothing")
    upload = s3.create_multipart_upload(Bucket="my-bucket", Key="big")["UploadId"]
    part = s3.upload_part(Bucket="my-bucket", Key="big", UploadId=upload, PartNumber=1, Body=body)
    s3.complete_multipart_upload(
        Bucket="my-bucket",
        Key="big",
        UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
    )
    assert {one["Key"] for one in s3.list_objects_v2(Bucket="my-bucket")["Contents"]} == {"a/ü b", "big"}
    s3.delete_object(Bucket="my-bucket", Key="big")
    assert with_s3.failures == []


def test_a_bucket_policy_is_a_change_of_what_roles_may_do(with_s3: ControlPlane) -> None:
    times: list[str] = []
    with_s3.rights.refresh_roles = lambda: times.append("x")  # type: ignore[method-assign]
    s3 = client(with_s3.url, "s3")
    s3.create_bucket(Bucket="my-bucket")
    s3.put_object(Bucket="my-bucket", Key="policy", Body=b"x")
    assert times == []
    s3.put_bucket_policy(Bucket="my-bucket", Policy='{"Version": "2012-10-17", "Statement": []}')
    s3.delete_bucket_policy(Bucket="my-bucket")
    assert len(times) == 2


def test_without_s3_it_says_so(bare: ControlPlane) -> None:
    with pytest.raises(ClientError, match="this session has no S3"):
        client(bare.url, "s3").list_buckets()


def test_lambda_is_passed_on_signed_with_its_own_key(pool: Pool, tmp_path: Path) -> None:
    ours = functions.start(Place(run_dir=tmp_path))
    try:
        with ControlPlane(pool, functions=lambda: ours) as plane:
            found = client(plane.url, "lambda")
            assert found.list_functions()["Functions"] == []
            with pytest.raises(ClientError, match="Function not found"):
                found.invoke(FunctionName="nobody", Payload=b"{}")
            assert plane.failures == []
    finally:
        functions.stop(ours)


def test_two_planes_and_many_clients_at_once(pool: Pool) -> None:
    failed: list[Any] = []

    def work(plane: ControlPlane, number: int) -> None:
        try:
            rds = client(plane.url, "rds")
            rds.create_db_parameter_group(
                DBParameterGroupName=f"group-{number}", DBParameterGroupFamily="postgres17", Description="x"
            )
            rds.describe_db_parameter_groups(DBParameterGroupName=f"group-{number}")
        except Exception as error:  # noqa: BLE001
            failed.append(error)

    with ControlPlane(pool) as one, ControlPlane(pool) as two:
        threads = [threading.Thread(target=work, args=(plane, n)) for plane in (one, two) for n in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        for plane in (one, two):
            assert len([name for name in plane.state.groups if name.startswith("group-")]) == 10
