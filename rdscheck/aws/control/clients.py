"""boto3 clients of the control plane."""

from functools import cache
from typing import Any

from rdscheck.aws.client import local_session
from rdscheck.aws.control.shim import ACCESS_KEY, SECRET_KEY
from rdscheck.aws.endpoint import DEFAULT_REGION


@cache
def client(url: str, service: str, region: str = DEFAULT_REGION) -> Any:
    """Return a client of a service at the control plane; nothing of the user's configuration counts."""
    from botocore.config import Config  # noqa: PLC0415  loads slowly

    return local_session().client(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
        config=Config(
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            # What fails here fails again; with one attempt only, error texts would speak of retries.
            retries={"total_max_attempts": 2, "mode": "standard"},
            connect_timeout=5,
            read_timeout=60,
            proxies={},
        ),
    )
