"""An address the user names: accepted when it is S3, refused with the next step when not."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from rdscheck.aws import backends
from rdscheck.aws.client import s3_client
from rdscheck.aws.endpoint import Place, S3Endpoint
from rdscheck.aws.space import S3Space
from rdscheck.aws.url import check_url
from rdscheck.errors import S3Unavailable


@dataclass
class Stub:
    """Something on a port: what it answers, and what it was asked."""

    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    only: str = ""  # method answered this way; the others get an empty 200
    asked: list[str] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def stub() -> Iterator[Stub]:
    stub = Stub()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            stub.asked.append(f"{self.command} {self.path}")
            special = not stub.only or self.command == stub.only
            body = stub.body.encode() if special and self.command != "HEAD" else b""
            self.send_response(stub.status if special else 200)
            for name, value in stub.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = answer  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    stub.url = f"http://127.0.0.1:{server.server_port}"
    yield stub
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "RDSCHECK_S3_REGION"):
        monkeypatch.delenv(name, raising=False)
    # Nothing of the developer's own, and no wait for the address where clouds hand out credentials.
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("RDSCHECK_S3_ACCESS_KEY", "ours")
    monkeypatch.setenv("RDSCHECK_S3_SECRET_KEY", "open-sesame")


def refusal(url: str, run_dir: Path, server_host: str | None = None) -> str:
    with pytest.raises(S3Unavailable) as caught:
        backends.start(url, Place(run_dir=run_dir, server_host=server_host))
    assert "open-sesame" not in str(caught.value)
    assert caught.value.hint
    return str(caught.value)


def error(code: str, message: str = "told so") -> str:
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{message}</Message></Error>"


def test_an_address_that_is_s3_is_used_as_it_is(moto_endpoint: S3Endpoint, run_dir: Path) -> None:
    endpoint = backends.start(f"{moto_endpoint.url_for_host}/", Place(run_dir=run_dir))
    assert (endpoint.kind, endpoint.name, endpoint.url_for_host) == ("url", "URL", moto_endpoint.url_for_host)
    with S3Space(endpoint) as space:
        space.put("key", b"x")
    backends.stop(endpoint)
    with S3Space(moto_endpoint):
        pass  # not ours to end


def test_credentials_come_from_our_variables(
    moto_endpoint: S3Endpoint, run_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "boto3s")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "boto3s")
    monkeypatch.setenv("RDSCHECK_S3_SESSION_TOKEN", "token")
    monkeypatch.setenv("RDSCHECK_S3_REGION", "eu-west-1")
    endpoint = backends.start(moto_endpoint.url_for_host, Place(run_dir=run_dir))
    assert (endpoint.access_key, endpoint.session_token, endpoint.region) == ("ours", "token", "eu-west-1")


def test_credentials_else_come_from_boto3(
    moto_endpoint: S3Endpoint, run_dir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("RDSCHECK_S3_ACCESS_KEY")
    monkeypatch.delenv("RDSCHECK_S3_SECRET_KEY")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    assert "no credentials" in refusal(moto_endpoint.url_for_host, run_dir)

    (tmp_path / "credentials").write_text("[work]\naws_access_key_id = a\naws_secret_access_key = s\n")
    (tmp_path / "config").write_text("[profile work]\nregion = eu-central-1\n")
    monkeypatch.setenv("AWS_PROFILE", "work")
    endpoint = backends.start(moto_endpoint.url_for_host, Place(run_dir=run_dir))
    assert (endpoint.access_key, endpoint.secret_key, endpoint.region) == ("a", "s", "eu-central-1")

    monkeypatch.setenv("AWS_PROFILE", "missing")
    assert "missing" in refusal(moto_endpoint.url_for_host, run_dir)


def test_half_of_the_credentials_is_not_enough(run_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RDSCHECK_S3_SECRET_KEY")
    assert "RDSCHECK_S3_SECRET_KEY" in refusal("http://127.0.0.1:9", run_dir)


@pytest.mark.parametrize(
    "text",
    [
        "ftp://host",
        "http://",
        "://x",
        "http://host:port",
        "http://host:99999",
        "http://host/bucket",
        "http://h?x=1",
    ],
)
def test_an_address_must_be_one(run_dir: Path, text: str) -> None:
    assert "for example http://127.0.0.1:9000" in refusal(text, run_dir)


@pytest.mark.parametrize("text", ["http://key:open-sesame@host", "ftp://key:open-sesame@host"])
def test_a_password_in_the_address_is_refused_and_not_repeated(run_dir: Path, text: str) -> None:
    refusal(text, run_dir)


def test_the_address_of_s3_itself_is_taken_when_written_out() -> None:
    assert check_url("https://s3.eu-west-1.amazonaws.com/") == "https://s3.eu-west-1.amazonaws.com"


def test_nobody_there(run_dir: Path) -> None:
    assert "nothing answers at http://127.0.0.1:9" in refusal("http://127.0.0.1:9", run_dir)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, ""),
        (200, "<html><body>It works!</body></html>"),
        (200, "It works!"),
        (200, '{"status": "ok"}'),
        (404, "<html><body>Not Found</body></html>"),
        (404, ""),
        (405, ""),
        (302, ""),
    ],
)
def test_something_else_is_there(stub: Stub, run_dir: Path, status: int, body: str) -> None:
    stub.status, stub.body = status, body
    said = refusal(stub.url, run_dir)
    assert "not as S3 does" in said
    assert "is the port right?" in said


@pytest.mark.parametrize("code", ["InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"])
def test_wrong_credentials(stub: Stub, run_dir: Path, code: str) -> None:
    stub.status, stub.body = 403, error(code)
    said = refusal(stub.url, run_dir)
    assert "refuses the credentials: told so" in said
    assert "RDSCHECK_S3_ACCESS_KEY" in said


def test_credentials_without_rights(stub: Stub, run_dir: Path) -> None:
    stub.status, stub.body = 403, error("AccessDenied")
    assert "neither list nor create buckets" in refusal(stub.url, run_dir)
    assert [line.split()[0] for line in stub.asked] == ["GET", "PUT"]


def test_the_right_to_create_is_enough(stub: Stub, run_dir: Path) -> None:
    stub.status, stub.body, stub.only = 403, error("AccessDenied"), "GET"
    assert backends.start(stub.url, Place(run_dir=run_dir)).kind == "url"
    assert [line.split()[0] for line in stub.asked] == ["GET", "PUT", "DELETE"]


def test_an_endpoint_in_trouble_is_quoted(stub: Stub, run_dir: Path) -> None:
    stub.status, stub.body = 500, error("InternalError", "disk on fire")
    assert "InternalError: disk on fire" in refusal(stub.url, run_dir)
    assert len(stub.asked) == 3


def test_a_server_in_a_container_must_reach_it_too(run_dir: Path) -> None:
    said = refusal("http://localhost:9", run_dir, server_host="host.docker.internal")
    assert "the server runs in a container" in said


def test_a_redirect_to_another_region_stays_with_the_address(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for: list[str] = []
    from urllib3.util import connection

    real = connection.create_connection

    def create(address: tuple[str, int], *arguments: object, **keywords: object) -> object:
        asked_for.append(address[0])
        return real(address, *arguments, **keywords)  # type: ignore[arg-type]

    monkeypatch.setattr(connection, "create_connection", create)
    stub.status, stub.body = 301, error("PermanentRedirect")
    stub.headers = {"x-amz-bucket-region": "eu-west-1", "Location": "https://s3.eu-west-1.amazonaws.com/b/k"}
    client = s3_client(S3Endpoint("url", "URL", stub.url, stub.url, "us-east-1", "a", "s"))
    with pytest.raises(ClientError, match="PermanentRedirect"):
        client.put_object(Bucket="bucket", Key="key", Body=b"x")
    client.close()
    assert set(asked_for) == {"127.0.0.1"}
