"""Buckets for one test: fresh, named, and gone afterwards."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from rdscheck.aws.endpoint import S3Endpoint
from rdscheck.aws.space import S3Space
from rdscheck.errors import S3Unavailable


@pytest.fixture
def outsider(endpoint: S3Endpoint) -> Iterator[Any]:
    """A client that outlives the space under test."""
    with S3Space(endpoint) as space:
        yield space.client


def exists(client: Any, bucket: str) -> bool:
    try:
        client.head_bucket(Bucket=bucket)
    except ClientError:
        return False
    return True


def test_two_spaces_share_nothing(endpoint: S3Endpoint) -> None:
    with S3Space(endpoint) as one, S3Space(endpoint) as two:
        one.put("key", b"x")
        assert one.bucket != two.bucket
        assert two.keys() == []


def test_closing_removes_whatever_is_left(endpoint: S3Endpoint, outsider: Any) -> None:
    space = S3Space(endpoint)
    abroad = space.new_bucket("eu-west-1")
    space.put("odd \x01'%\u6f22", b"x")
    space.client.create_multipart_upload(Bucket=space.bucket, Key="dangling")
    space.put("key", b"x", bucket=abroad)
    versioned = space.new_bucket()
    space.client.put_bucket_versioning(Bucket=versioned, VersioningConfiguration={"Status": "Enabled"})
    for data in ("first", "second"):
        space.put("key", data, bucket=versioned)
    space.client.delete_object(Bucket=versioned, Key="key")
    buckets = space.buckets
    assert buckets == (space.bucket, abroad, versioned)

    space.close()
    assert [bucket for bucket in buckets if exists(outsider, bucket)] == []
    assert space.buckets == ()


def test_closing_twice_or_after_the_test_deleted_the_bucket_is_fine(endpoint: S3Endpoint) -> None:
    space = S3Space(endpoint)
    space.client.delete_bucket(Bucket=space.bucket)
    space.close()
    space.close()


def test_what_could_not_be_removed_is_named(
    moto_endpoint: S3Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = S3Space(moto_endpoint)
    space.put("key", b"x")
    refused = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DeleteBucket")

    def refuse(**_: object) -> None:
        raise refused

    with monkeypatch.context() as patch:
        patch.setattr(space.client, "delete_bucket", refuse)
        with pytest.raises(S3Unavailable, match=f"{space.bucket}.*AccessDenied"):
            space.close()
    space.close()


def test_keys_stay_out_of_what_is_printed(moto_endpoint: S3Endpoint) -> None:
    endpoint = replace(moto_endpoint, secret_key="open-sesame", session_token="tell-nobody")
    with S3Space(endpoint) as space:
        shown = f"{endpoint!r} {endpoint} {space!r} {space}"
    assert "open-sesame" not in shown
    assert "tell-nobody" not in shown


def test_the_environment_has_no_say_in_an_emulators_client(
    moto_endpoint: S3Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AWS_PROFILE": "missing",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, value)
    with S3Space(moto_endpoint) as space:
        space.put("key", b"x")
        assert space.get("key") == b"x"
        assert space.region == "us-east-1"


def test_data_travels_unsigned_and_without_a_trailer(moto_endpoint: S3Endpoint) -> None:
    seen: list[Any] = []
    with S3Space(moto_endpoint) as space:
        space.client.meta.events.register(
            "before-send.s3.PutObject", lambda request, **_: seen.append(request)
        )
        space.put("key", b"x")
    (request,) = seen
    headers = {name.lower(): value for name, value in request.headers.items()}
    assert headers["x-amz-content-sha256"] == b"UNSIGNED-PAYLOAD"
    assert not [name for name in headers if "checksum" in name or "trailer" in name]
    assert f"/{space.bucket}/key" in request.url
