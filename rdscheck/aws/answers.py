"""Does it answer, is it S3, does it let us in: asked once, with a next step for every no."""

from typing import Any, NoReturn
from uuid import uuid4

from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from rdscheck.aws.client import s3_client
from rdscheck.aws.endpoint import S3Endpoint
from rdscheck.errors import S3Unavailable

_KEYS_HINT = "set RDSCHECK_S3_ACCESS_KEY and RDSCHECK_S3_SECRET_KEY, or the credentials boto3 finds"
_DENIED = {"AccessDenied", "403", "AllAccessDisabled"}
_WRONG_KEYS = {
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "ExpiredToken",
    "InvalidToken",
    "AuthorizationHeaderMalformed",
    "401",
    "Unauthorized",
}


def require_s3(endpoint: S3Endpoint) -> None:
    """Return when the endpoint serves us as S3 does; raise ``S3Unavailable`` with the reason otherwise."""
    url = endpoint.url_for_host
    client = s3_client(endpoint)

    def refuse_redirect(response_dict: dict[str, Any] | None, **_: object) -> None:
        # Before botocore reads it as S3's advice about a bucket's region: there is no bucket here.
        status = response_dict["status_code"] if response_dict else 0
        if 300 <= status < 400:
            raise _not_s3(f"{url} answers HTTP {status}")

    client.meta.events.register("response-received.s3.ListBuckets", refuse_redirect)
    try:
        try:
            answer = client.list_buckets()
        except ClientError as error:
            if _code(error) not in _DENIED:
                raise
            # Rights on one's own buckets come without the right to list everybody's.
            name = f"rdscheck-probe-{uuid4().hex[:12]}"
            answer = client.create_bucket(Bucket=name, **location(endpoint.region))
            client.delete_bucket(Bucket=name)
        else:
            if "Buckets" not in answer:
                raise _not_s3(f"{url} answers")
    except (BotoCoreError, ClientError, ResponseParserError) as error:
        _refuse(url, error)
    finally:
        client.close()


def location(region: str) -> dict[str, dict[str, str]]:
    """Return what CreateBucket wants to hear about a region: nothing at all for the first one."""
    return {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _not_s3(answer: str) -> S3Unavailable:
    return S3Unavailable(f"{answer}, but not as S3 does", hint="is the port right?")


def _refuse(url: str, error: Exception) -> NoReturn:
    if isinstance(error, exceptions.SSLError):
        raise S3Unavailable(
            f"the certificate of {url} is not trusted: {error}", hint="set AWS_CA_BUNDLE to its authority"
        ) from error
    if isinstance(error, exceptions.ConnectionError | exceptions.HTTPClientError):
        raise S3Unavailable(f"nothing answers at {url}", hint="start it, or correct host and port") from error
    if isinstance(error, ClientError):
        code = _code(error)
        message = error.response.get("Error", {}).get("Message") or code
        if code in _DENIED:
            raise S3Unavailable(
                f"{url} lets these credentials neither list nor create buckets: {message}",
                hint="allow s3:CreateBucket and s3:ListAllMyBuckets, or use other credentials",
            ) from error
        if code in _WRONG_KEYS:
            raise S3Unavailable(f"{url} refuses the credentials: {message}", hint=_KEYS_HINT) from error
        if not code or code.isdigit():  # no S3 error in the body, so botocore had only the status to go by
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            raise _not_s3(f"{url} answers HTTP {status}") from error
        raise S3Unavailable(
            f"{url} answers {code}: {message}", hint="see the log of that endpoint"
        ) from error
    if isinstance(error, ResponseParserError):
        raise _not_s3(f"{url} answers") from error
    raise S3Unavailable(
        f"{url} cannot be used: {error}", hint="correct the URL or the credentials"
    ) from error
