"""What aws_s3 relies on, the same on every backend."""

import gzip

import pytest
from botocore.exceptions import ClientError

from rdscheck.aws.space import S3Space

FIVE_MIB = 5 << 20
KEY_ARN = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

HOSTILE_KEYS = [
    "with space",
    "ünïcode/漢字.csv",
    "quotes'\"$;`id`",
    "100%",
    "%2e%00",
    "a+b&c=d?e#f",
    "../above",
    "a/../b",
    "./here",
    "/leading",
    "double//slash",
    "trailing/",
    "tab\there",
    "\x01control",
    "back\\slash",
    "[a]<b>*",
    "x" * 1024,
]


def error_of(call: object, *arguments: object, **keywords: object) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        call(*arguments, **keywords)  # type: ignore[operator]
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def test_an_object_comes_back_as_it_was_put(space: S3Space) -> None:
    space.put("a/b.csv", b"1,2\n\x00\xff")
    assert space.get("a/b.csv") == b"1,2\n\x00\xff"
    assert space.keys() == ["a/b.csv"]


def test_a_second_put_replaces_the_first(space: S3Space) -> None:
    space.put("key", "first, and longer")
    space.put("key", "second")
    assert space.get("key") == b"second"


def test_an_object_may_be_empty(space: S3Space) -> None:
    space.put("empty", b"")
    assert space.get("empty") == b""
    assert space.head("empty")["ContentLength"] == 0


@pytest.mark.parametrize("key", HOSTILE_KEYS, ids=lambda key: ascii(key)[:20])
def test_a_key_is_any_text(space: S3Space, key: str) -> None:
    space.put(key, b"data")
    assert space.get(key) == b"data"
    assert space.head(key)["ContentLength"] == 4
    assert space.keys() == [key]


def test_keys_are_told_by_prefix_in_order(space: S3Space) -> None:
    for key in ("p/2", "p/10", "q/1", "p/1"):
        space.put(key, b"")
    assert space.keys("p/") == ["p/1", "p/10", "p/2"]


def test_a_missing_key_is_not_a_missing_bucket(space: S3Space) -> None:
    assert error_of(space.get, "nothing") == ("NoSuchKey", 404)
    assert error_of(space.get, "nothing", bucket="rdscheck-no-such-bucket") == ("NoSuchBucket", 404)


def test_a_missing_bucket_takes_nothing(space: S3Space) -> None:
    missing = "rdscheck-no-such-bucket"
    assert error_of(space.put, "key", b"", bucket=missing) == ("NoSuchBucket", 404)
    assert error_of(space.client.create_multipart_upload, Bucket=missing, Key="key") == ("NoSuchBucket", 404)
    assert error_of(space.client.head_bucket, Bucket=missing) == ("404", 404)


def test_a_range_is_a_part_of_the_object(space: S3Space) -> None:
    space.put("digits", "0123456789")

    def ranged(text: str) -> tuple[bytes, str]:
        answer = space.client.get_object(Bucket=space.bucket, Key="digits", Range=text)
        return answer["Body"].read(), answer["ContentRange"]

    assert ranged("bytes=2-4") == (b"234", "bytes 2-4/10")
    assert ranged("bytes=-3") == (b"789", "bytes 7-9/10")
    assert ranged("bytes=8-99") == (b"89", "bytes 8-9/10")


@pytest.mark.parametrize(("size", "wanted"), [(0, "bytes=0-"), (10, "bytes=10-")])
def test_a_range_behind_the_end_is_refused(space: S3Space, size: int, wanted: str) -> None:
    space.put("key", b"x" * size)
    refused = error_of(space.client.get_object, Bucket=space.bucket, Key="key", Range=wanted)
    assert refused == ("InvalidRange", 416)


def test_gzip_stays_packed_and_says_so(space: S3Space) -> None:
    packed = gzip.compress(b"1,2\n")
    space.put("by-header", packed, ContentEncoding="gzip")
    space.put("by-metadata", packed, Metadata={"content-encoding": "gzip"})

    assert space.get("by-header") == packed
    assert space.head("by-header")["ContentEncoding"] == "gzip"
    assert space.get("by-metadata") == packed
    assert space.head("by-metadata")["Metadata"] == {"content-encoding": "gzip"}


def test_a_kms_key_is_told_again(space: S3Space) -> None:
    space.put("key", b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId=KEY_ARN)
    head = space.head("key")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", KEY_ARN)


def begin(space: S3Space, key: str, **headers: str) -> str:
    upload: str = space.client.create_multipart_upload(Bucket=space.bucket, Key=key, **headers)["UploadId"]
    return upload


def parts(space: S3Space, key: str, upload: str, *bodies: bytes) -> list[dict[str, object]]:
    return [
        {
            "PartNumber": number,
            "ETag": space.client.upload_part(
                Bucket=space.bucket, Key=key, UploadId=upload, PartNumber=number, Body=body
            )["ETag"],
        }
        for number, body in enumerate(bodies, 1)
    ]


def complete(space: S3Space, key: str, upload: str, sent: list[dict[str, object]]) -> None:
    space.client.complete_multipart_upload(
        Bucket=space.bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": sent}
    )


def test_parts_become_one_object_only_when_completed(space: S3Space) -> None:
    upload = begin(space, "key", ServerSideEncryption="aws:kms", SSEKMSKeyId=KEY_ARN)
    sent = parts(space, "key", upload, b"a" * FIVE_MIB, b"b")
    assert space.keys() == []
    assert space.uploads() == ["key"]

    complete(space, "key", upload, sent)
    assert space.get("key") == b"a" * FIVE_MIB + b"b"
    assert space.head("key")["SSEKMSKeyId"] == KEY_ARN
    assert space.uploads() == []


def test_an_aborted_upload_leaves_nothing(space: S3Space) -> None:
    upload = begin(space, "key")
    parts(space, "key", upload, b"a")
    space.client.abort_multipart_upload(Bucket=space.bucket, Key="key", UploadId=upload)

    assert space.uploads() == []
    assert space.keys() == []
    again = error_of(space.client.abort_multipart_upload, Bucket=space.bucket, Key="key", UploadId=upload)
    assert again == ("NoSuchUpload", 404)


def test_an_upload_does_not_touch_the_object_it_would_replace(space: S3Space) -> None:
    space.put("key", "before")
    upload = begin(space, "key")
    parts(space, "key", upload, b"after")
    space.client.abort_multipart_upload(Bucket=space.bucket, Key="key", UploadId=upload)
    assert space.get("key") == b"before"


def test_a_small_part_may_only_be_the_last(space: S3Space) -> None:
    upload = begin(space, "key")
    sent = parts(space, "key", upload, b"a" * 100, b"b" * 100)
    assert error_of(complete, space, "key", upload, sent) == ("EntityTooSmall", 400)
    assert space.keys() == []


def test_a_wrong_etag_completes_nothing(space: S3Space) -> None:
    upload = begin(space, "key")
    sent = parts(space, "key", upload, b"a")
    sent[0]["ETag"] = '"00000000000000000000000000000000"'
    assert error_of(complete, space, "key", upload, sent) == ("InvalidPart", 400)
    assert space.keys() == []


def test_uploads_are_told_by_prefix(space: S3Space) -> None:
    for key in ("up/1", "up/2", "other"):
        begin(space, key)
    listed = space.client.list_multipart_uploads(Bucket=space.bucket, Prefix="up/")["Uploads"]
    assert [entry["Key"] for entry in listed] == ["up/1", "up/2"]
    assert space.uploads() == ["other", "up/1", "up/2"]


@pytest.mark.parametrize("asking", ["us-east-1", "eu-west-1", "ap-south-1"])
def test_a_bucket_tells_its_region_to_whoever_asks(space: S3Space, asking: str) -> None:
    there = space.new_bucket("eu-west-1")
    for bucket, region in ((space.bucket, "us-east-1"), (there, "eu-west-1")):
        answer = space.in_region(asking).head_bucket(Bucket=bucket)
        assert answer["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == region


def test_the_first_region_has_no_name_as_a_location(space: S3Space) -> None:
    there = space.new_bucket("eu-west-1")
    assert space.client.get_bucket_location(Bucket=space.bucket)["LocationConstraint"] is None
    assert space.client.get_bucket_location(Bucket=there)["LocationConstraint"] == "eu-west-1"
