"""A Lambda endpoint as everybody shares it: started for a run, or the user's own."""

import os
import secrets
import signal
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rdscheck.aws import child
from rdscheck.aws.client import plain_client
from rdscheck.aws.endpoint import DEFAULT_REGION, Endpoint, Place, http_url
from rdscheck.aws.functions.service import DEFAULT_ACCOUNT
from rdscheck.aws.url import boto3_keys, check_url, url_for_server
from rdscheck.errors import LambdaUnavailable
from rdscheck.sandbox.access import Credentials
from rdscheck.sandbox.engine import Engine
from rdscheck.sandbox.process import end_process
from rdscheck.sandbox.rundir import RunDir

OURS = "rdscheck"


@dataclass(frozen=True)
class LambdaEndpoint(Endpoint):
    """A running Lambda; ``kind`` is ``rdscheck`` for ours, ``url`` for the user's, which nobody here ends."""

    account: str = field(kw_only=True)


def start_for(engine: Engine | None, run: RunDir, choice: str) -> LambdaEndpoint:
    """Start our Lambda where the servers of an engine reach it, or take the address in ``choice``."""
    place = Place.for_run(run, engine)
    return start(place) if choice == "auto" else adopt(choice, place)


def of_run(engine: Engine | None, run: RunDir, choice: str = "auto") -> LambdaEndpoint:
    """Return the endpoint of a run, started by whoever asks first, whichever process that is."""
    with run.lock("lambda"):
        known = run.read("lambda")
        if known is not None:
            return LambdaEndpoint.from_json(known)
        endpoint = start_for(engine, run, choice)
        run.write("lambda", endpoint.to_json())
        return endpoint


def start(place: Place, *, account: str = DEFAULT_ACCOUNT) -> LambdaEndpoint:
    """Start our Lambda on a port the kernel chooses and return once it answers.

    It takes requests signed with one invented key only, so what arrives was signed by who has it.
    """
    log = place.run_dir / "lambda.log"
    access_key, secret_key = "AKIARDSCHECKLAMBDA00", secrets.token_hex(20)
    arguments = [*child.arguments_of(place), "--room", str(place.run_dir / "functions"), "--account", account]
    arguments += ["--key", f"{access_key}:{secret_key}"]
    with child.launched("rdscheck.aws.functions.server", arguments, "Lambda", log) as told:
        port = int(told["port"])
        return LambdaEndpoint(
            kind=OURS,
            name="rdscheck, stand-in",
            url_for_host=http_url(place.bind, port),
            url_for_server=http_url(place.server_host or place.bind, port),
            region=DEFAULT_REGION,
            account=account,
            access_key=access_key,
            secret_key=secret_key,
            pid=int(told["pid"]),
            started=told["started"],
        )


def adopt(url: str, place: Place) -> LambdaEndpoint:
    """Take the user's own endpoint, LocalStack's for example; raises ``LambdaUnavailable``.

    Keys and Region are those boto3 finds, else the word ``test`` and us-east-1; the account is the
    one emulators have, or ``RDSCHECK_LAMBDA_ACCOUNT``.
    """
    url = check_url(url)
    for_server = url_for_server(url, place, LambdaUnavailable)
    try:
        found, region = boto3_keys()
    except BotoCoreError as error:
        raise LambdaUnavailable(
            str(error), hint="correct AWS_PROFILE or the AWS configuration file"
        ) from error
    keys = found or Credentials("test", "test")
    endpoint = LambdaEndpoint(
        kind="url",
        name="the user's, at an address",
        url_for_host=url,
        url_for_server=for_server,
        region=region,
        account=os.environ.get("RDSCHECK_LAMBDA_ACCOUNT", "000000000000"),
        access_key=keys.access_key,
        secret_key=keys.secret_key,
        session_token=keys.session_token,
    )
    try:
        client(endpoint).list_functions()
    except (BotoCoreError, ClientError) as error:
        raise LambdaUnavailable(f"{url} does not answer as Lambda does: {error}") from error
    return endpoint


def stop(endpoint: LambdaEndpoint) -> None:
    """End our Lambda and its handlers from any process; the user's is left alone."""
    if endpoint.pid:
        end_process(endpoint.pid, endpoint.started, signal.SIGTERM)


def client(endpoint: LambdaEndpoint, region: str | None = None) -> Any:
    """Return a boto3 Lambda client for an endpoint, in its Region or another."""
    return plain_client(endpoint.url_for_host, "lambda", region or endpoint.region, endpoint.credentials)
