"""The catalog of the package alone, and an AWS that is on this machine or nowhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rdscheck.catalog import store
from tests.catalog.fake_rds import FakeRds


@pytest.fixture(autouse=True)
def as_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what was refreshed on this machine."""
    monkeypatch.setenv(store.VARIABLE, store.NONE)


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give credentials that AWS would not accept, and no configuration of the machine's."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def fake(keys: None) -> Iterator[FakeRds]:
    """Give an RDS endpoint on loopback."""
    with FakeRds() as server:
        yield server
