"""What roles may do, asked of an IAM whenever somebody wants to know."""

import threading
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rdscheck.aws.client import plain_client, s3_client
from rdscheck.aws.endpoint import S3Endpoint
from rdscheck.aws.iam.grants import association
from rdscheck.errors import Unevaluated
from rdscheck.sandbox.access import Association, Credentials


class Decisions:
    """Answers for a role, a feature and the ARN of an instance, by the policies there are at the moment.

    ``url`` tells where IAM and STS are, ``s3`` where the buckets are. Keys that STS gave for
    a role serve until it cannot be assumed any more.
    """

    def __init__(self, url: Callable[[], str], s3: Callable[[], S3Endpoint] | None = None) -> None:
        self._url, self._s3 = url, s3
        self._clients: dict[str, Any] = {}
        self._keys: dict[tuple[str, str], Credentials] = {}
        self._lock = threading.Lock()

    def __call__(self, role_arn: str, feature: str, source_arn: str) -> Association:
        """Return what a role may do for a feature of an instance or cluster; raises ``InvalidFeatureName``.

        Raises ``Unevaluated`` when IAM, STS or S3 does not answer as it should.
        """
        place = (role_arn, feature)
        try:
            found = association(
                role_arn,
                feature,
                self._client("iam"),
                self._client("sts"),
                self._client("s3") if self._s3 is not None and feature != "Lambda" else None,
                source_arn=source_arn,
                credentials=self._own(feature) or self._keys.get(place),
            )
        except (BotoCoreError, ClientError) as error:
            raise Unevaluated(f"policies cannot be read: {error}") from error
        if found.invalid:
            self._keys.pop(place, None)
        else:
            self._keys[place] = found.credentials
        return found

    def close(self) -> None:
        """Close what was opened."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def _own(self, feature: str) -> Credentials | None:
        """Return keys for an S3 that checks them, and so would not know those of roles here."""
        if self._s3 is None or feature == "Lambda" or (endpoint := self._s3()).is_local:
            return None
        return endpoint.credentials

    def _client(self, service: str) -> Any:
        with self._lock:
            if service not in self._clients:
                if service == "s3":
                    assert self._s3 is not None
                    self._clients[service] = s3_client(self._s3())
                else:
                    self._clients[service] = plain_client(self._url(), service)
            return self._clients[service]
