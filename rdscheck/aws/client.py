"""boto3 clients that talk to an endpoint the way this project wants it."""

import os
from functools import cache
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from rdscheck.aws.endpoint import DEFAULT_REGION, S3Endpoint
from rdscheck.errors import S3Unavailable
from rdscheck.sandbox.access import Credentials

_CONNECT_TIMEOUT = 5
_READ_TIMEOUT = 60

#: For services that look at no keys.
_ANYBODY = Credentials("rdscheck", "rdscheck")


def s3_client(endpoint: S3Endpoint, region: str | None = None) -> Any:
    """Return a boto3 S3 client for an endpoint, in its region or another."""
    try:
        session = local_session() if endpoint.is_local else boto3.session.Session()
    except BotoCoreError as error:  # a profile that does not exist, a file that cannot be read
        raise S3Unavailable(str(error), hint="correct AWS_PROFILE or the AWS configuration file") from error
    return session.client(
        "s3",
        endpoint_url=endpoint.url_for_host,
        region_name=region or endpoint.region,
        aws_access_key_id=endpoint.access_key,
        aws_secret_access_key=endpoint.secret_key,
        aws_session_token=endpoint.session_token or None,
        config=Config(
            signature_version="s3v4",
            # Path style, as no name server knows our buckets. Signing the payload and
            # adding a checksum trailer would read all data twice more: a third of the speed.
            s3={"addressing_style": "path", "payload_signing_enabled": False},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            retries={"total_max_attempts": 3, "mode": "standard"},
            connect_timeout=_CONNECT_TIMEOUT,
            read_timeout=_READ_TIMEOUT,
            # An emulator is never behind a proxy, whatever the environment says.
            proxies={} if endpoint.is_local else None,
        ),
    )


def plain_client(
    url: str,
    service: str,
    region: str = DEFAULT_REGION,
    credentials: Credentials = _ANYBODY,
    **settings: Any,
) -> Any:
    """Return a boto3 client of a service on this machine; most of them look at no keys.

    ``settings`` are those of botocore's ``Config``.
    """
    usual: dict[str, Any] = {
        "connect_timeout": _CONNECT_TIMEOUT,
        "read_timeout": _READ_TIMEOUT,
        "proxies": {},
        "retries": {"total_max_attempts": 1},
    }
    return local_session().client(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.session_token or None,
        config=Config(**usual | settings),
    )


@cache
def local_session() -> boto3.session.Session:
    """Return one session for all clients: making one parses botocore's models anew, which takes a while."""
    # The user's profile has no say here; one that does not exist would even be an error.
    nothing = (None, None, None, None)
    file = (None, None, os.devnull, None)
    variables = {"profile": nothing, "config_file": file, "credentials_file": file}
    return boto3.session.Session(botocore_session=botocore.session.Session(session_vars=variables))
