"""Where moto, LocalStack and S3 part ways: each difference pinned, so that its end is noticed.

Every test names the key of ``rdscheck.deviations`` it stands for.
"""

import gzip
import http.client
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from rdscheck.aws.space import S3Space
from rdscheck.deviations.backends import DEVIATIONS

Choose = Callable[..., Any]
KMS_UUID = "1234abcd-12ab-34cd-56ef-1234567890ab"


def outcome(call: Callable[[], Any]) -> tuple[str, int]:
    """Return code and status of a refusal, ("", 200) for success."""
    try:
        call()
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    return "", 200


def raw(
    space: S3Space,
    method: str,
    key: str,
    body: bytes = b"",
    *,
    keys: tuple[str, str] | None = ("anybody", "anything"),
    region: str = "us-east-1",
    headers: dict[str, str] | None = None,
) -> tuple[int, dict[str, str], bytes]:
    """Send a request boto3 would not: signed by anybody or nobody, with any header."""
    parts = urlsplit(space.endpoint_url)
    path = f"/{space.bucket}/{quote(key)}"
    request = AWSRequest(method=method, url=space.endpoint_url + path, data=body, headers=headers or {})
    if keys is not None:
        S3SigV4Auth(Credentials(*keys), "s3", region).add_auth(request)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)
    try:
        connection.request(method, path, body, dict(request.prepare().headers))
        response = connection.getresponse()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
    finally:
        connection.close()


def test_a_bucket_policy_denies_nothing(space: S3Space) -> None:
    """s3-policy-denies-nothing"""
    everything = f"arn:aws:s3:::{space.bucket}/*"
    denied = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": everything}
    text = json.dumps({"Version": "2012-10-17", "Statement": [denied]})
    space.client.put_bucket_policy(Bucket=space.bucket, Policy=text)
    space.put("k", "1")
    assert space.get("k") == b"1"


def test_any_signature_is_accepted(space: S3Space) -> None:
    """s3-signature-not-checked"""
    assert raw(space, "PUT", "key", b"x", keys=("AKIAIOSFODNN7EXAMPLE", "wrong"))[0] == 200
    assert raw(space, "PUT", "key", b"x", headers={"x-amz-security-token": "expired"})[0] == 200
    assert raw(space, "PUT", "key", b"x", headers={"X-Amz-Content-SHA256": "0" * 64})[0] == 200


def test_unsigned_requests(space: S3Space, on: Choose) -> None:
    """localstack-serves-anonymous"""
    space.put("key", b"x")
    assert raw(space, "GET", "key", keys=None)[0] == on(space, moto=403, localstack=200)
    assert raw(space, "PUT", "key", b"y", keys=None)[0] == on(space, moto=403, localstack=200)


def test_a_wrong_region_is_served(space: S3Space) -> None:
    """s3-wrong-region-served"""
    space.put("key", b"x")
    assert raw(space, "GET", "key", region="eu-west-1")[::2] == (200, b"x")
    assert raw(space, "PUT", "key", b"y", region="eu-west-1")[0] == 200


def test_content_md5(space: S3Space, on: Choose) -> None:
    """moto-ignores-content-md5"""
    status, _, answer = raw(space, "PUT", "key", b"x", headers={"Content-MD5": "1B2M2Y8AsgTpgAmY7PhCfg=="})
    assert status == on(space, moto=200, localstack=400)
    assert (b"BadDigest" in answer) == on(space, moto=False, localstack=True)


def test_objects_are_encrypted_unless_told_otherwise(space: S3Space, on: Choose) -> None:
    """moto-no-default-encryption"""
    space.put("key", b"x")
    assert space.head("key").get("ServerSideEncryption") == on(space, moto=None, localstack="AES256")


def test_kms_without_a_key(space: S3Space, on: Choose) -> None:
    """localstack-kms-needs-key"""
    assert outcome(lambda: space.put("key", b"x", ServerSideEncryption="aws:kms")) == on(
        space, moto=("", 200), localstack=("InternalError", 500)
    )


def test_kms_key_by_id(space: S3Space, on: Choose) -> None:
    """moto-kms-id-not-expanded"""
    space.put("key", b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=KMS_UUID)
    told = space.head("key")["SSEKMSKeyId"]
    assert told == on(space, moto=KMS_UUID, localstack=f"arn:aws:kms:us-east-1:000000000000:key/{KMS_UUID}")


def test_kms_key_without_its_method(space: S3Space) -> None:
    """s3-kms-key-without-method"""
    status, _, _ = raw(
        space, "PUT", "key", b"x", headers={"x-amz-server-side-encryption-aws-kms-key-id": KMS_UUID}
    )
    assert status == 200
    assert "SSEKMSKeyId" not in space.head("key")


def test_chunked_gzip_encoding(space: S3Space, on: Choose) -> None:
    """localstack-aws-chunked-encoding"""
    packed = gzip.compress(b"x")
    assert outcome(lambda: space.put("key", packed, ContentEncoding="aws-chunked,gzip")) == on(
        space, moto=("", 200), localstack=("InternalError", 500)
    )
    if space.keys():
        assert space.head("key")["ContentEncoding"] == "gzip"
        assert space.get("key") == packed


def test_key_with_a_line_feed(space: S3Space, on: Choose) -> None:
    """moto-line-feed-in-key"""
    key = "two\nlines"
    assert outcome(lambda: space.put(key, b"x")) == on(space, moto=("404", 404), localstack=("", 200))
    assert space.keys() == on(space, moto=[], localstack=[key])


def test_versions_with_control_characters(space: S3Space, on: Choose) -> None:
    """moto-control-character-listing"""
    space.put("\x01", b"x")
    assert outcome(lambda: space.client.list_object_versions(Bucket=space.bucket)) == on(
        space, moto=("500", 500), localstack=("", 200)
    )
    assert space.keys() == ["\x01"]


def test_key_longer_than_1024_bytes(space: S3Space, on: Choose) -> None:
    """moto-long-keys"""
    assert outcome(lambda: space.put("x" * 1025, b"x")) == on(
        space, moto=("", 200), localstack=("KeyTooLongError", 400)
    )


@pytest.mark.parametrize("act", ["upload_part", "complete_multipart_upload"])
def test_an_upload_that_is_gone(space: S3Space, on: Choose, act: str) -> None:
    """moto-gone-upload-500"""
    names = {"Bucket": space.bucket, "Key": "key"}
    upload = space.client.create_multipart_upload(**names)["UploadId"]
    sent = space.client.upload_part(**names, UploadId=upload, PartNumber=1, Body=b"x")
    space.client.abort_multipart_upload(**names, UploadId=upload)
    more: dict[str, Any] = (
        {"PartNumber": 2, "Body": b"y"}
        if act == "upload_part"
        else {"MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": sent["ETag"]}]}}
    )
    assert outcome(lambda: getattr(space.client, act)(**names, UploadId=upload, **more)) == on(
        space, moto=("500", 500), localstack=("NoSuchUpload", 404)
    )
    assert space.keys() == []


def test_completing_twice(space: S3Space, on: Choose) -> None:
    """localstack-complete-twice"""
    names = {"Bucket": space.bucket, "Key": "key"}
    upload = space.client.create_multipart_upload(**names)["UploadId"]
    sent = space.client.upload_part(**names, UploadId=upload, PartNumber=1, Body=b"x")
    done = {"Parts": [{"PartNumber": 1, "ETag": sent["ETag"]}]}
    space.client.complete_multipart_upload(**names, UploadId=upload, MultipartUpload=done)
    again = outcome(
        lambda: space.client.complete_multipart_upload(**names, UploadId=upload, MultipartUpload=done)
    )
    assert again == on(space, moto=("", 200), localstack=("NoSuchUpload", 404))


def test_completing_without_parts(space: S3Space, on: Choose) -> None:
    """localstack-complete-empty"""
    names = {"Bucket": space.bucket, "Key": "key"}
    upload = space.client.create_multipart_upload(**names)["UploadId"]
    done = outcome(
        lambda: space.client.complete_multipart_upload(
            **names, UploadId=upload, MultipartUpload={"Parts": []}
        )
    )
    assert done == on(space, moto=("MalformedXML", 400), localstack=("InvalidRequest", 400))


def test_completing_out_of_order(space: S3Space, on: Choose) -> None:
    """moto-part-order"""
    names = {"Bucket": space.bucket, "Key": "key"}
    upload = space.client.create_multipart_upload(**names)["UploadId"]
    sent = []
    for number in (2, 1):
        part = space.client.upload_part(**names, UploadId=upload, PartNumber=number, Body=bytes(5 << 20))
        sent.append({"PartNumber": number, "ETag": part["ETag"]})
    done = outcome(
        lambda: space.client.complete_multipart_upload(
            **names, UploadId=upload, MultipartUpload={"Parts": sent}
        )
    )
    assert done == on(space, moto=("", 200), localstack=("InvalidPartOrder", 400))


def test_uploads_by_pages(space: S3Space, on: Choose) -> None:
    """moto-uploads-not-paged"""
    for key in ("1", "2", "3"):
        space.client.create_multipart_upload(Bucket=space.bucket, Key=key)
    page = space.client.list_multipart_uploads(Bucket=space.bucket, MaxUploads=2)
    assert (len(page["Uploads"]), page["IsTruncated"]) == on(space, moto=(3, False), localstack=(2, True))


def test_region_that_does_not_exist(space: S3Space, on: Choose) -> None:
    """moto-bucket-rules"""
    name = f"{space.bucket}-x"
    client = space.in_region("xx-nowhere-9")
    created = outcome(
        lambda: client.create_bucket(
            Bucket=name, CreateBucketConfiguration={"LocationConstraint": "xx-nowhere-9"}
        )
    )
    assert created == on(space, moto=("", 200), localstack=("InvalidLocationConstraint", 400))
    if created[1] == 200:
        client.delete_bucket(Bucket=name)


def test_bucket_name_that_s3_does_not_allow(space: S3Space, on: Choose) -> None:
    """moto-bucket-rules"""
    name = f"Upper_{space.bucket}"
    created = outcome(lambda: space.client.create_bucket(Bucket=name))
    assert created == on(space, moto=("", 200), localstack=("InvalidBucketName", 400))
    if created[1] == 200:
        space.client.delete_bucket(Bucket=name)


def test_every_difference_has_its_entry_and_every_entry_its_test() -> None:
    pinned = {
        (test.__doc__ or "").strip()
        for name, test in globals().items()
        if name.startswith("test_") and name != "test_every_difference_has_its_entry_and_every_entry_its_test"
    }
    assert pinned == {one.key for one in DEVIATIONS}
