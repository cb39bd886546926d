"""Run directories: private, never half written, refused when they are a trap."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rdscheck.errors import RdscheckError
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.rundir import RunDir, base_dir


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RDSCHECK_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_a_run_knows_its_owner_and_what_was_recorded() -> None:
    run = RunDir.create(Owner.me())
    run.write("server-15", {"port": 1})
    again = RunDir(run.path)
    assert again.owner() == Owner.me()
    assert again.recorded() == {"server-15": {"port": 1}}
    assert again.read("server-17") is None


def test_what_is_recorded_is_for_the_owners_eyes_only() -> None:
    run = RunDir.create(Owner.me())
    run.write("server-15", {"password": "x"})
    assert (run.path / "server-15.json").stat().st_mode & 0o077 == 0


def test_threads_write_the_same_record_at_once() -> None:
    run = RunDir.create(Owner.me())
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: run.write("settings", {"n": number}), range(400)))
    assert run.read("settings") is not None
    assert [path.name for path in run.path.glob(".settings*")] == []
    run.remove()


def test_two_runs_never_share_a_directory() -> None:
    assert RunDir.create(Owner.me()).path != RunDir.create(Owner.me()).path


def test_a_run_that_was_removed_is_no_longer_listed() -> None:
    run = RunDir.create(Owner.me())
    assert [one.id for one in RunDir.all()] == [run.id]
    run.remove()
    assert RunDir.all() == []


def test_a_directory_of_somebody_else_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.mkdir()
    owner = home.stat().st_uid
    monkeypatch.setattr("os.getuid", lambda: owner + 1)
    with pytest.raises(RdscheckError, match="belongs to another user"):
        base_dir()


def test_a_place_that_cannot_be_made_is_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("RDSCHECK_HOME", str(tmp_path / "file" / "below"))
    with pytest.raises(RdscheckError) as caught:
        base_dir()
    assert caught.value.hint == "set RDSCHECK_HOME to a directory you may write"
