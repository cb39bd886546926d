"""The buckets one test uses, gone when it is over."""

from collections.abc import Callable
from types import TracebackType
from typing import Any
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from rdscheck.aws.answers import location
from rdscheck.aws.client import s3_client
from rdscheck.aws.endpoint import S3Endpoint
from rdscheck.errors import S3Unavailable


class S3Space:
    """A fresh bucket, a client for it, and more buckets when asked.

    ``client`` is a plain boto3 S3 client; every other method only shortens it. Keyword
    arguments are boto3's (``ContentEncoding="gzip"``). ``bucket=`` reaches the buckets of
    ``new_bucket``.
    """

    def __init__(self, endpoint: S3Endpoint, *, prefix: str = "rdscheck") -> None:
        self._endpoint = endpoint
        self._prefix = prefix
        self.on_new_bucket: Callable[[str], None] | None = None  # told the name
        self._regions: dict[str, str] = {}
        self._clients: dict[str, Any] = {}
        self.client: Any = self.in_region(endpoint.region)
        try:
            self.bucket = self.new_bucket()
        except BaseException:
            self._close_clients()
            raise

    @property
    def endpoint(self) -> S3Endpoint:
        """Where it is and how to sign."""
        return self._endpoint

    @property
    def region(self) -> str:
        """Region of the first bucket."""
        return self._endpoint.region

    @property
    def endpoint_url(self) -> str:
        """Address of S3 as this process sees it."""
        return self._endpoint.url_for_host

    @property
    def backend(self) -> str:
        """Name and version of what answers there."""
        return self._endpoint.name

    @property
    def buckets(self) -> tuple[str, ...]:
        """All buckets of this space, the first one first."""
        return tuple(self._regions)

    def __repr__(self) -> str:
        """Name the bucket and no keys."""
        return f"<S3Space {self.bucket} on {self.backend}>"

    def __enter__(self) -> "S3Space":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def new_bucket(self, region: str | None = None) -> str:
        """Create one more bucket, in this region or another, and return its name."""
        name = f"{self._prefix}-{uuid4().hex[:16]}"
        region = region or self.region
        try:
            self.in_region(region).create_bucket(Bucket=name, **location(region))
        except (ClientError, BotoCoreError) as error:
            raise S3Unavailable(
                f"{self.endpoint_url} does not create buckets in {region}: {error}",
                hint="allow s3:CreateBucket, or use --s3 moto",
            ) from error
        self._regions[name] = region
        if self.on_new_bucket:
            self.on_new_bucket(name)
        return name

    def in_region(self, region: str) -> Any:
        """Return a boto3 client that signs for a region."""
        if region not in self._clients:
            self._clients[region] = s3_client(self._endpoint, region)
        return self._clients[region]

    def put(self, key: str, data: bytes | str, *, bucket: str | None = None, **headers: Any) -> None:
        """Write an object."""
        body = data.encode() if isinstance(data, str) else data
        self.client.put_object(Bucket=bucket or self.bucket, Key=key, Body=body, **headers)

    def get(self, key: str, *, bucket: str | None = None) -> bytes:
        """Return an object as it is stored, so still packed when it was put so."""
        with self.client.get_object(Bucket=bucket or self.bucket, Key=key)["Body"] as body:
            data: bytes = body.read()
        return data

    def head(self, key: str, *, bucket: str | None = None) -> dict[str, Any]:
        """Return an object's metadata as boto3 gives it."""
        answer: dict[str, Any] = self.client.head_object(Bucket=bucket or self.bucket, Key=key)
        return answer

    def keys(self, prefix: str = "", *, bucket: str | None = None) -> list[str]:
        """Return the keys that begin with a prefix, sorted."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=bucket or self.bucket, Prefix=prefix
        )
        return sorted(entry["Key"] for page in pages for entry in page.get("Contents", ()))

    def uploads(self, *, bucket: str | None = None) -> list[str]:
        """Return the keys of multipart uploads that were neither completed nor aborted, sorted."""
        bucket = bucket or self.bucket
        return sorted(key for key, _ in _uploads(self.client, bucket))

    def close(self) -> None:
        """Empty and delete every bucket, whatever a test left or deleted in it."""
        failed = []
        for name, region in list(self._regions.items()):
            try:
                _delete_bucket(self.in_region(region), name)
            except (ClientError, BotoCoreError) as error:
                failed.append(f"{name}: {error}")
            else:
                del self._regions[name]
        self._close_clients()
        if failed:
            raise S3Unavailable(
                f"buckets are left on {self.endpoint_url}: {'; '.join(failed)}", hint="delete them by hand"
            )

    def _close_clients(self) -> None:
        for client in self._clients.values():
            client.close()


def _uploads(client: Any, bucket: str) -> list[tuple[str, str]]:
    pages = client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket)
    return [(entry["Key"], entry["UploadId"]) for page in pages for entry in page.get("Uploads", ())]


def _delete_bucket(client: Any, bucket: str) -> None:
    try:
        # By this listing first: moto's of versions breaks on keys with control characters.
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for entry in page.get("Contents", ()):
                client.delete_object(Bucket=bucket, Key=entry["Key"])
        try:
            client.delete_bucket(Bucket=bucket)
        except ClientError as error:
            if _code(error) != "BucketNotEmpty":
                raise
            _empty(client, bucket)
            client.delete_bucket(Bucket=bucket)
    except ClientError as error:
        if _code(error) != "NoSuchBucket":
            raise


def _empty(client: Any, bucket: str) -> None:
    """Remove what no plain listing shows: uploads in flight, old versions, delete markers."""
    for key, upload in _uploads(client, bucket):
        client.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)
    # Delete markers are versions too; without versioning every object is one, named "null".
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for entry in (*page.get("Versions", ()), *page.get("DeleteMarkers", ())):
            client.delete_object(Bucket=bucket, Key=entry["Key"], VersionId=entry["VersionId"])


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code"))
