"""Any S3 address the user names: MinIO, Ceph, Garage, or S3 itself."""

import os
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import BotoCoreError

from rdscheck.aws.answers import require_s3
from rdscheck.aws.endpoint import DEFAULT_REGION, Found, Place, S3Endpoint, seen_by_server
from rdscheck.errors import InvalidS3Address, RdscheckError, S3Unavailable
from rdscheck.sandbox.access import Credentials

_EXAMPLE = "for example http://127.0.0.1:9000"


class Url:
    """The backend behind an address; it is the user's, so nothing here starts or ends it."""

    def __init__(self, url: str) -> None:
        self.url = check_url(url)

    def found(self) -> Found:
        """Tell the address; whether it answers is known only with credentials, at ``start``."""
        return Found("url", self.url, True)

    def start(self, place: Place) -> S3Endpoint:
        """Check that the address serves us as S3 does."""
        for_server = url_for_server(self.url, place, S3Unavailable)
        keys, region = _credentials()
        endpoint = S3Endpoint(
            kind="url",
            name="URL",
            url_for_host=self.url,
            url_for_server=for_server,
            region=region,
            access_key=keys.access_key,
            secret_key=keys.secret_key,
            session_token=keys.session_token,
        )
        require_s3(endpoint)
        return endpoint

    def stop(self, endpoint: S3Endpoint) -> None:
        """Leave it running."""


def check_url(text: str) -> str:
    """Return an address without its trailing slash, or say what is wrong with it."""
    try:
        parts = urlsplit(text)
        port_ok = parts.port is None or parts.port > 0
    except ValueError:
        port_ok = False
    if not port_ok or parts.scheme not in {"http", "https"} or not parts.hostname:
        shown = text if "@" not in text else "that text"  # what stands before an @ may be a password
        raise InvalidS3Address(f"{shown!r} is not an http or https address", hint=_EXAMPLE)
    if parts.username is not None:
        raise InvalidS3Address(
            f"credentials do not belong into the address of {parts.hostname}",
            hint="set RDSCHECK_S3_ACCESS_KEY and RDSCHECK_S3_SECRET_KEY",
        )
    if parts.query or parts.fragment or parts.path.strip("/"):
        raise InvalidS3Address(
            f"{text!r} names more than an endpoint", hint=f"give scheme, host and port only, {_EXAMPLE}"
        )
    return f"{parts.scheme}://{parts.netloc}"


def url_for_server(url: str, place: Place, unavailable: type[RdscheckError]) -> str:
    """Return a user's URL as the server must write it; raises ``unavailable`` where it cannot reach it."""
    found = seen_by_server(url, place)
    if found is None:
        raise unavailable(
            f"the server runs in a container, and nothing answers at {place.server_host}"
            f" for what is {url} here",
            hint="let the endpoint listen on that address too, or use --engine local",
        )
    return found


def boto3_keys() -> tuple[Credentials | None, str]:
    """Return the keys boto3 finds, if any, and its region or the usual one. Raises ``BotoCoreError``."""
    session = boto3.session.Session()
    found = session.get_credentials()
    keys = found.get_frozen_credentials() if found else None
    region = session.region_name or DEFAULT_REGION
    return Credentials(keys.access_key, keys.secret_key, keys.token or "") if keys else None, region


def _credentials() -> tuple[Credentials, str]:
    """Return keys and region: ours from the environment, else boto3's."""
    env = os.environ.get
    region = env("RDSCHECK_S3_REGION", "")
    access_key, secret_key = env("RDSCHECK_S3_ACCESS_KEY", ""), env("RDSCHECK_S3_SECRET_KEY", "")
    if bool(access_key) != bool(secret_key):
        missing = "RDSCHECK_S3_SECRET_KEY" if access_key else "RDSCHECK_S3_ACCESS_KEY"
        raise S3Unavailable(f"half of the S3 credentials is missing: {missing}", hint="set both or neither")
    if access_key:
        ours = Credentials(access_key, secret_key, env("RDSCHECK_S3_SESSION_TOKEN", ""))
        return ours, region or DEFAULT_REGION
    try:
        keys, usual = boto3_keys()
    except BotoCoreError as error:
        raise S3Unavailable(f"boto3 cannot read the AWS credentials: {error}", hint=_hint()) from error
    if keys is None:
        raise S3Unavailable("there are no credentials for the S3 address", hint=_hint())
    return keys, region or usual


def _hint() -> str:
    return "set RDSCHECK_S3_ACCESS_KEY and RDSCHECK_S3_SECRET_KEY, or AWS_PROFILE"
