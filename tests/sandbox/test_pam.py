"""The PAM service of local servers: set up once, renewed when it is old, never in place of another one."""

import shutil
from pathlib import Path

import pytest

from rdscheck.sandbox import pam


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the service lie in a directory of the test's own."""
    if (shutil.which("cc") or shutil.which("gcc")) is None or not Path(
        "/usr/include/openssl/hmac.h"
    ).exists():
        pytest.skip("no compiler or no headers of OpenSSL")
    monkeypatch.setattr(pam, "SERVICE", tmp_path / "pam.d" / "rds")
    monkeypatch.setattr(pam, "MODULES", tmp_path / "lib")
    (tmp_path / "pam.d").mkdir()
    return tmp_path


def server(directory: Path, words: bytes) -> Path:
    program = directory / "postgres"
    program.write_bytes(b"\x7fELF" + words)
    return program


def test_it_is_set_up_once(elsewhere: Path) -> None:
    asks = server(elsewhere, b"pam_authenticate failed: %s")
    assert "PAM has no service rds on this machine" in pam.why_not(asks)
    told: list[str] = []
    pam.install(told.append)
    assert pam.why_not(asks) == ""
    assert pam.SERVICE.read_text() == f"auth required {pam.module()}\naccount required {pam.module()}\n"
    assert pam.SERVICE.stat().st_mode & 0o777 == 0o644
    assert len(told) == 1
    pam.install(told.append)
    assert len(told) == 1


def test_a_server_without_pam_is_told_apart(elsewhere: Path) -> None:
    assert pam.why_not(server(elsewhere, b"nothing of it")) == "this PostgreSQL was built without PAM"


def test_one_of_somebody_elses_is_left_alone(elsewhere: Path) -> None:
    pam.SERVICE.write_text("auth required pam_unix.so\n")
    told: list[str] = []
    pam.install(told.append)
    assert pam.SERVICE.read_text() == "auth required pam_unix.so\n"
    assert not pam.module().exists()
    assert "is not that of rdscheck" in told[0]


def test_an_old_one_is_renewed(elsewhere: Path) -> None:
    pam.SERVICE.write_text("auth required /somewhere/pam_rds-000000000000.so\n")
    assert "is that of another rdscheck" in pam.why_no_service()
    pam.install(lambda _: None)
    assert pam.why_no_service() == ""
    pam.module().unlink()
    assert "is that of another rdscheck" in pam.why_no_service()


def test_nothing_is_left_half_done(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pam, "which", lambda name: "/bin/false" if name == "cc" else None)
    told: list[str] = []
    pam.install(told.append)
    assert not pam.SERVICE.exists()
    assert told[-1] == "IAM log-ins stay off in local servers: the compiler failed"
