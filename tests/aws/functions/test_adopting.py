"""A Lambda endpoint of the user's own: found by its address, used with the user's keys, never ended."""

from pathlib import Path

import pytest

from rdscheck.aws.endpoint import Place
from rdscheck.aws.functions import endpoint as functions
from rdscheck.aws.functions.endpoint import LambdaEndpoint
from rdscheck.aws.functions.space import LambdaSpace
from rdscheck.errors import InvalidS3Address, LambdaUnavailable
from rdscheck.sandbox.owner import start_time


@pytest.fixture
def keys(lambda_endpoint: LambdaEndpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", lambda_endpoint.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", lambda_endpoint.secret_key)
    monkeypatch.setenv("RDSCHECK_LAMBDA_ACCOUNT", lambda_endpoint.account)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("keys")
def test_an_address_is_used_with_the_users_keys(lambda_endpoint: LambdaEndpoint, tmp_path: Path) -> None:
    found = functions.adopt(lambda_endpoint.url_for_host, Place(run_dir=tmp_path))
    assert (found.kind, found.account, found.region) == ("url", "123456789012", "us-east-1")
    with LambdaSpace(found) as space:
        name = space.deploy("f", "def lambda_handler(event, context):\n    return event\n")
        assert space.client.invoke(FunctionName=name, Payload=b"[1]")["Payload"].read() == b"[1]"
        with pytest.raises(LambdaUnavailable, match="does not tell"):
            space.calls("f")
    functions.stop(found)
    assert start_time(lambda_endpoint.pid)


def test_an_address_that_is_no_lambda_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    place = Place(run_dir=tmp_path)
    with pytest.raises(LambdaUnavailable, match="does not answer as Lambda does"):
        functions.adopt("http://127.0.0.1:9", place)
    with pytest.raises(InvalidS3Address):
        functions.adopt("ftp://127.0.0.1", place)
    with pytest.raises(LambdaUnavailable, match="runs in a container"):
        functions.adopt("http://127.0.0.1:9", Place(run_dir=tmp_path, server_host="host.docker.internal"))


@pytest.mark.usefixtures("keys")
def test_the_wrong_key_is_told(
    lambda_endpoint: LambdaEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(LambdaUnavailable, match="signature"):
        functions.adopt(lambda_endpoint.url_for_host, Place(run_dir=tmp_path))
