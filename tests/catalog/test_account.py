"""Reading an account: what is asked, what is made of the answers, what is told when there are none."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rdscheck.catalog import store
from rdscheck.catalog.account import client
from rdscheck.cli import main as cli
from rdscheck.errors import UsageError
from tests.catalog.fake_rds import FakeRds

REFRESH = ["catalog", "refresh", "--region", "eu-central-1"]


def rdscheck(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "rdscheck", *arguments],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        timeout=120,
        check=False,
    )


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def test_refresh_show_use_and_forget(fake: FakeRds, out: Path) -> None:
    done = rdscheck(*REFRESH, "--endpoint-url", fake.url, **{store.VARIABLE: str(out)})
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "PostgreSQL 14: 1 versions, 1 parameters, 0 extensions",
        "PostgreSQL 15: 3 versions, 3 parameters, 4 extensions",
    ]
    assert "PostgreSQL 14: the account tells no list of extensions" in done.stderr
    used = {store.VARIABLE: str(out)}
    shown = rdscheck("catalog", "show", "--format", "json", **used)
    entries = {row["table"]: row for row in json.loads(shown.stdout)["entries"]}
    assert entries["rds 15"]["as of"].startswith("your account, 20")
    assert entries["rds 15"]["where from"] == "eu-central-1: 3 versions, 3 parameters, 4 extensions"
    assert entries["extensions"]["as of"] == "2026-10"
    listed = rdscheck("list", "extensions", "--pg", "15", **used)
    assert [line.split("\t")[0] for line in listed.stdout.splitlines()] == [
        *("brand_new", "hstore", "vector", "wal2json")
    ]
    assert "RDS for PostgreSQL 15.20, as of your account, 20" in listed.stderr
    forgotten = rdscheck("catalog", "forget", **used)
    assert forgotten.returncode == 0
    assert not out.exists()
    assert "nothing to forget" in rdscheck("catalog", "forget", **used).stderr


def test_only_the_two_calls_are_made_signed_for_the_region_and_page_by_page(fake: FakeRds, out: Path) -> None:
    assert (
        rdscheck(*REFRESH, "--endpoint-url", fake.url, "--major", "15", "--output", str(out)).returncode == 0
    )
    asked = [
        (call["Action"], call.get("DBParameterGroupFamily", ""), call.get("Marker", ""))
        for call in fake.calls
    ]
    assert asked == [
        ("DescribeDBEngineVersions", "", ""),
        ("DescribeDBEngineVersions", "", "2"),
        ("DescribeDBEngineVersions", "", "4"),
        ("DescribeEngineDefaultParameters", "postgres15", ""),
        ("DescribeEngineDefaultParameters", "postgres15", "2"),
    ]
    assert all("/eu-central-1/rds/aws4_request" in header for header in fake.headers)


def test_an_output_elsewhere_says_how_to_use_it(fake: FakeRds, out: Path) -> None:
    done = rdscheck(*REFRESH, "--endpoint-url", fake.url, "--output", str(out))
    assert f"export {store.VARIABLE}={out.resolve()}" in done.stderr
    assert (
        (out / store.CURRENT / "extensions.csv").read_text().startswith("engine,pg_major,extension,version,")
    )
    assert rdscheck("catalog", "forget", "--output", str(out)).returncode == 0
    assert not out.exists()


@pytest.mark.parametrize(
    ("status", "code", "told", "step", "exit_code"),
    [
        (403, "AccessDenied", "the account refuses: told AccessDenied", "rds:DescribeDBEngineVersions", 3),
        (403, "InvalidClientTokenId", "does not accept the credentials", "--profile", 3),
        (403, "ExpiredToken", "does not accept the credentials", "log in again", 3),
        (400, "InvalidParameterValue", "does not know this family", "name other majors", 2),
        (400, "SomethingNew", "RDS answered SomethingNew: told SomethingNew", "run again later", 3),
    ],
)
def test_a_refusal_is_one_line_with_the_next_step(
    fake: FakeRds,
    out: Path,
    capsys: pytest.CaptureFixture[str],
    status: int,
    code: str,
    told: str,
    step: str,
    exit_code: int,
) -> None:
    fake.refusal = status, code
    ended = cli.main([*REFRESH, "--endpoint-url", fake.url, "--output", str(out)])
    error = capsys.readouterr().err
    assert ended == exit_code, error
    assert told in error
    assert step in error
    assert "Traceback" not in error
    assert not out.exists()


def test_an_answer_that_is_no_answer_is_told(
    fake: FakeRds, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.nonsense = True
    assert cli.main([*REFRESH, "--endpoint-url", fake.url, "--output", str(out)]) == 3
    assert "RDS in eu-central-1 cannot be asked" in capsys.readouterr().err
    assert not out.exists()


def test_an_account_without_postgresql_or_parameters_is_no_catalog(
    fake: FakeRds, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = [*REFRESH, "--endpoint-url", fake.url, "--output", str(out)]
    fake.parameters["postgres14"] = []
    assert cli.main(arguments) == 3
    assert "lists no parameters of postgres14" in capsys.readouterr().err
    fake.versions = []
    assert cli.main(arguments) == 3
    assert "offers no version of RDS for PostgreSQL in eu-central-1" in capsys.readouterr().err
    assert not out.exists()


def test_nobody_there_is_told(keys: None, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*REFRESH, "--endpoint-url", "http://127.0.0.1:9", "--output", str(out)]) == 3
    error = capsys.readouterr().err
    assert "RDS in eu-central-1 cannot be reached" in error
    assert "check the region, network and proxy" in error


def test_no_credentials_are_told(
    fake: FakeRds, out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert cli.main([*REFRESH, "--endpoint-url", fake.url, "--output", str(out)]) == 3
    error = capsys.readouterr().err
    assert "no AWS credentials were found" in error
    assert "--profile" in error
    assert fake.calls == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--region", "eu-central-1", "--profile", "nobody"], "nobody"),
        (["--region", "somewhere"], "'somewhere' is no AWS region"),
        (["--region", "eu-central-1", "--major", "15.4"], "majors are whole numbers"),
        (["--region", "eu-central-1", "--major", ""], "majors are whole numbers"),
        (["--region", "eu-central-1", "--major", "99"], "offers no PostgreSQL 99"),
        (["--region", "eu-central-1", "--endpoint-url", "nonsense"], "the AWS client cannot be made"),
    ],
)
def test_wrong_usage_ends_with_2_and_writes_nothing(
    fake: FakeRds, out: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    endpoint = [] if "--endpoint-url" in arguments else ["--endpoint-url", fake.url]
    assert cli.main(["catalog", "refresh", *arguments, *endpoint, "--output", str(out)]) == 2
    assert told in capsys.readouterr().err
    assert not out.exists()


def test_without_a_region_nothing_is_asked(fake: FakeRds, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["catalog", "refresh", "--endpoint-url", fake.url])
    assert ended.value.code == 2
    assert "--region" in capsys.readouterr().err
    assert fake.calls == []


def test_the_region_alone_decides_whom_to_ask(keys: None) -> None:
    assert client("eu-central-1").meta.endpoint_url == "https://rds.eu-central-1.amazonaws.com"
    assert client("us-gov-west-1").meta.region_name == "us-gov-west-1"
    with pytest.raises(UsageError):
        client("eu-central-1/../x")


def test_switched_off_there_is_no_place_to_write(
    fake: FakeRds, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli.main([*REFRESH, "--endpoint-url", fake.url]) == 2
    assert "switches it off" in capsys.readouterr().err
    assert fake.calls == []


def test_a_directory_that_cannot_be_written_is_told(
    fake: FakeRds, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    arguments = [*REFRESH, "--endpoint-url", fake.url, "--output", str(tmp_path / "file")]
    assert cli.main(arguments) == 3
    error = capsys.readouterr().err
    assert "cannot write" in error
    assert "--output" in error
