"""boto3 clients of the control plane."""

from functools import cache
from typing import Any

from rdscheck.aws.client import plain_client
from rdscheck.aws.control.shim import ACCESS_KEY, SECRET_KEY
from rdscheck.aws.endpoint import DEFAULT_REGION
from rdscheck.sandbox.access import Credentials


@cache
def client(url: str, service: str, region: str = DEFAULT_REGION) -> Any:
    """Return a client of a service at the control plane; nothing of the user's configuration counts."""
    return plain_client(
        url,
        service,
        region,
        Credentials(ACCESS_KEY, SECRET_KEY),
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        # What fails here fails again; with one attempt only, error texts would speak of retries.
        retries={"total_max_attempts": 2, "mode": "standard"},
    )
